import type { RunEvent } from '../agent/run.ts'

/** Live progress: one changing line on a terminal, plain lines elsewhere (stderr), JSON events on stdout for `stream-json`. */
export function createProgress(format: 'text' | 'json' | 'stream-json') {
  const live = process.stderr.isTTY === true
  const clear = () => live && process.stderr.write('\r\u001b[K')
  const startedAt = Date.now()
  const line = (text: string, keep: boolean) => {
    const stamped = `${String(Math.round((Date.now() - startedAt) / 1000)).padStart(4)} s  ${text.split('\n')[0] ?? ''}`
    clear()
    process.stderr.write(live && !keep ? stamped.slice(0, (process.stderr.columns ?? 80) - 1) : `${stamped}\n`)
  }
  return {
    event(event: RunEvent): void {
      if (format === 'stream-json') process.stdout.write(`${JSON.stringify(event)}\n`)
      if (format !== 'text') return
      if (event.type === 'started') {
        const sent = event.sentTo === null ? 'nothing leaves this machine' : `source is sent to ${event.sentTo}`
        line(`model ${event.model}: ${sent}; run ${event.run}`, true)
      } else if (event.type === 'tool') line(event.name, true)
      else line(`  ${event.message}`, false)
    },
    end(): void {
      if (format === 'text') clear()
    },
  }
}
