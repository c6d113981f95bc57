import http from 'node:http'
import type { HttpRequest, HttpResponse } from '../../contracts/environment.ts'
import type { Json } from '../../contracts/json.ts'

const DEFAULT_TIMEOUT_MS = 10_000

export interface HttpClient {
  /** Rejects with the socket's own error when nobody answers, or with a message naming the time-out. */
  request(request: HttpRequest): Promise<HttpResponse>
  close(): void
}

/** Speaks HTTP through a Unix socket that leads to `port`; connections are kept open between requests. */
export function createHttpClient(socketPath: string, port: number): HttpClient {
  const agent = new http.Agent({ keepAlive: true })
  return {
    async request(request) {
      try {
        return await exchange(agent, socketPath, port, request)
      } catch (error) {
        // The server may close an idle connection just as it is used again; nothing has been handled then.
        if ((error as { idleConnectionLost?: boolean }).idleConnectionLost)
          return exchange(agent, socketPath, port, request)
        throw error
      }
    },
    close: () => agent.destroy(),
  }
}

function exchange(agent: http.Agent, socketPath: string, port: number, request: HttpRequest): Promise<HttpResponse> {
  const startedAt = performance.now()
  const timeoutMs = request.timeoutMs ?? DEFAULT_TIMEOUT_MS
  return new Promise((resolve, reject) => {
    let answered = false
    const outgoing = http.request(
      {
        agent,
        socketPath,
        method: request.method,
        path: request.url,
        headers: { host: `localhost:${port}`, ...request.headers, ...lengthOf(request) },
      },
      (incoming) => {
        answered = true
        const chunks: Buffer[] = []
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
        incoming.once('error', fail)
        incoming.once('end', () => {
          clearTimeout(timer)
          const text = Buffer.concat(chunks).toString('utf8')
          resolve({
            status: incoming.statusCode ?? 0,
            headers: joinHeaders(incoming.headers),
            text,
            json: parseJson(text),
            durationMs: performance.now() - startedAt,
          })
        })
      },
    )
    const timer = setTimeout(
      () =>
        outgoing.destroy(new Error(`no complete answer to ${request.method} ${request.url} within ${timeoutMs} ms`)),
      timeoutMs,
    )
    function fail(error: NodeJS.ErrnoException): void {
      clearTimeout(timer)
      const lost = outgoing.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE')
      reject(Object.assign(error, { idleConnectionLost: lost && !answered }))
    }
    outgoing.once('error', fail)
    outgoing.end(request.body ?? undefined)
  })
}

function lengthOf(request: HttpRequest): Record<string, string> {
  const given = Object.keys(request.headers).some((name) => /^(content-length|transfer-encoding)$/i.test(name))
  return request.body === null || given ? {} : { 'content-length': String(Buffer.byteLength(request.body)) }
}

function joinHeaders(headers: http.IncomingHttpHeaders): Record<string, string> {
  const joined: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined)
      joined[name] = Array.isArray(value) ? value.join(name === 'set-cookie' ? '\n' : ', ') : value
  }
  return joined
}

function parseJson(text: string): Json | undefined {
  if (text === '') return undefined
  try {
    return JSON.parse(text) as Json
  } catch {
    return undefined
  }
}
