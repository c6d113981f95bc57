import { createHmac, randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type {
  HttpRequest,
  HttpResponse,
  Row,
  RowChange,
  RunningApp,
  Snapshot,
  Store,
  Table,
} from '../../src/contracts/environment.ts'
import type { Json, JsonSchema } from '../../src/contracts/json.ts'
import type { Endpoint, ProjectMap } from '../../src/contracts/project.ts'
import type { AppUnderTest } from '../../src/explore/index.ts'
import { projectMap } from '../support/project-map.ts'

/** Rows per table; rows are never changed in place. */
export class Rows {
  readonly tables: Record<string, Row[]> = {}
  private ids = 0

  of(table: string): Row[] {
    return this.tables[table] ?? []
  }

  /** The row with an `id` of its own. */
  add(table: string, row: Row): Row {
    this.ids += 1
    const added: Row = { id: this.ids, ...row }
    this.tables[table] = [...this.of(table), added]
    return added
  }

  change(table: string, row: Row, values: Row): Row {
    const changed = { ...row, ...values }
    this.tables[table] = this.of(table).map((other) => (other === row ? changed : other))
    return changed
  }

  remove(table: string, matches: (row: Row) => boolean): void {
    this.tables[table] = this.of(table).filter((row) => !matches(row))
  }

  clear(): void {
    for (const table of Object.keys(this.tables)) this.tables[table] = []
    this.ids = 0
  }
}

/** Status 0: the process ends without an answer. */
export interface Answer {
  status: number
  body?: Json
}

export interface Asked {
  method: string
  url: URL
  /** Path segments. */
  parts: string[]
  body: Record<string, Json>
  authorization: string
  /** Tries to reach a host, in vain. */
  reach(host: string): void
}

export const fail = (status: number, message: string, field?: string): Answer => ({
  status,
  body: { error: { message, ...(field ? { details: [{ path: field, message }] } : {}) } },
})

interface MemoryApp {
  map: ProjectMap
  tables: Table[]
  /** Rows there from the start. */
  seed?: (rows: Rows) => void
  /** What it throws is answered with 500 and printed. */
  handle(rows: Rows, asked: Asked): Answer
}

/** A server over tables in memory, with the map a good inspection would give of it. */
export function memoryApp({ map, tables, seed, handle }: MemoryApp): {
  app: AppUnderTest
  map: ProjectMap
  servers: Set<Server>
} {
  const rows = new Rows()
  const servers = new Set<Server>()
  const reached: string[] = []
  const reset = async () => {
    rows.clear()
    seed?.(rows)
  }
  return {
    servers,
    map,
    app: {
      stores: [storeOver(rows, tables, reset)],
      reset,
      start: () => startServer((asked) => handle(rows, { ...asked, reach: (host) => reached.push(host) }), servers),
      attempts: async () =>
        [...new Set(reached)].map((target) => ({
          target,
          via: 'tcp',
          count: reached.filter((host) => host === target).length,
        })),
    },
  }
}

async function startServer(handle: (asked: Omit<Asked, 'reach'>) => Answer, servers: Set<Server>): Promise<RunningApp> {
  let printed = ''
  let exit: RunningApp['exit'] = null
  const server = createServer((request, response) => {
    void readBody(request).then((body) => {
      let answer: Answer
      try {
        answer = body === null ? fail(400, 'no JSON') : handle(askedBy(request, body))
      } catch (error) {
        printed += `${String(error)}\n`
        answer = { status: 500, body: { error: { message: 'internal' } } }
      }
      if (answer.status === 0) {
        exit = { exitCode: 1, signal: null }
        servers.delete(server)
        request.socket.destroy()
        server.close()
        return
      }
      response.writeHead(answer.status, { 'content-type': 'application/json' })
      response.end(answer.body === undefined ? undefined : JSON.stringify(answer.body))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  servers.add(server)
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return {
    port,
    get exit() {
      return exit
    },
    output: () => printed,
    request: (request) => send(port, request),
    stop: () =>
      new Promise((resolve) => {
        servers.delete(server)
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function askedBy(request: IncomingMessage, body: Record<string, Json>): Omit<Asked, 'reach'> {
  const url = new URL(request.url ?? '/', 'http://localhost')
  const parts = url.pathname.split('/').filter(Boolean).map(decodeURIComponent)
  return { method: request.method ?? 'GET', url, parts, body, authorization: request.headers.authorization ?? '' }
}

/** `null` when it is no JSON. */
async function readBody(request: IncomingMessage): Promise<Record<string, Json> | null> {
  let text = ''
  for await (const chunk of request) text += String(chunk)
  try {
    return text === '' ? {} : (JSON.parse(text) as Record<string, Json>)
  } catch {
    return null
  }
}

async function send(port: number, request: HttpRequest): Promise<HttpResponse> {
  const started = Date.now()
  const response = await fetch(`http://127.0.0.1:${port}${request.url}`, {
    method: request.method,
    headers: request.headers,
    ...(request.body === null ? {} : { body: request.body }),
    signal: AbortSignal.timeout(request.timeoutMs ?? 5000),
  })
  const text = await response.text()
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    text,
    json: text === '' ? undefined : (JSON.parse(text) as Json),
    durationMs: Date.now() - started,
  }
}

const signatureOf = (payload: string) => createHmac('sha256', 'key').update(payload).digest('base64url')

export const sign = (id: number) => {
  const payload = Buffer.from(JSON.stringify({ sub: id, nonce: randomUUID() })).toString('base64url')
  return `eyJhbGciOiJIUzI1NiJ9.${payload}.${signatureOf(payload)}`
}

/** Whose token this is; `null` when it is none, or (with `checked`) when its signature is wrong. */
export function subjectOf(token: string, checked = true): number | null {
  const [, payload = '', signature = ''] = token.split('.')
  if (!payload || (checked && signatureOf(payload) !== signature)) return null
  return (JSON.parse(Buffer.from(payload, 'base64url').toString()) as { sub: number }).sub
}

function storeOver(rows: Rows, tables: Table[], reset: () => Promise<void>): Store {
  return {
    name: 'memory',
    engine: 'memory',
    tables: async () => tables,
    snapshot: async () => Object.fromEntries(tables.map(({ name }) => [name, [...rows.of(name)]])),
    diff,
    query: async (sql, values = []) => {
      const [, table = '', column = ''] = /^DELETE FROM "(\w+)" WHERE "(\w+)" = (?:\$1|\?)$/.exec(sql) ?? []
      rows.remove(table, (row) => row[column] === values[0])
      return []
    },
    reset,
    databases: async () => [],
  }
}

function diff(before: Snapshot, after: Snapshot): RowChange[] {
  return Object.keys(after).flatMap((table): RowChange[] => {
    const old = new Map((before[table] ?? []).map((row) => [row.id, row]))
    const now = new Map((after[table] ?? []).map((row) => [row.id, row]))
    return [
      ...[...now].flatMap(([id, row]): RowChange[] => {
        const was = old.get(id)
        if (!was) return [{ table, change: 'inserted', row }]
        return was === row ? [] : [{ table, change: 'updated', before: was, after: row }]
      }),
      ...[...old].flatMap(([id, row]): RowChange[] => (now.has(id) ? [] : [{ table, change: 'deleted', row }])),
    ]
  })
}

export const column = (name: string, type: string, hasDefault = false) => ({ name, type, nullable: false, hasDefault })

/** An endpoint of a map. */
export function endpoint(
  method: string,
  path: string,
  auth: Endpoint['auth'],
  schema: JsonSchema | null = null,
  query: Endpoint['query'] = [],
): Endpoint {
  return {
    method,
    path,
    auth,
    source: 'app.js:1',
    resource: path.split('/')[1] ?? '',
    params: [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({ name, required: true, schema: {} })),
    query,
    headers: [],
    body: schema && { contentType: 'application/json', schema: { type: 'object', ...schema }, provenance: 'schema' },
    statuses: [],
    roles: [],
  }
}

export const text = (more: JsonSchema = {}): JsonSchema => ({ type: 'string', ...more })

/** A map of nothing but these. */
export function mapOf(name: string, endpoints: Endpoint[], prefixes = ['Bearer']): ProjectMap {
  const auth = [{ kind: 'bearer', header: 'authorization', prefixes, secretVariable: null, source: 'app.js:1' }]
  return projectMap({ name, endpoints, auth })
}
