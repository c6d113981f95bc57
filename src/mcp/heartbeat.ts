import type { ServerContext } from '@modelcontextprotocol/server'

/** Sends progress while a call runs: what the tool says, and its last words again every `everyMs`. Silent without a progress token. */
export function startHeartbeat(
  request: ServerContext['mcpReq'],
  tool: string,
  everyMs: number,
): { say(message: string): void; stop(): void } {
  const progressToken = request._meta?.progressToken
  if (progressToken === undefined) return { say() {}, stop() {} }
  const started = Date.now()
  let progress = 0
  let last = `${tool} is running`
  const send = (message: string) => {
    progress += 1
    // A client that has gone does not read progress; its call is being cancelled.
    request.notify({ method: 'notifications/progress', params: { progressToken, progress, message } }).catch(() => {})
  }
  const timer = setInterval(() => send(`${last} (${Math.round((Date.now() - started) / 1000)} s)`), everyMs)
  return {
    say(message) {
      last = message
      send(message)
    },
    stop: () => clearInterval(timer),
  }
}
