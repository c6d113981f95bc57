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

/** What can be wrong with the application on purpose. */
export type Bug =
  | 'delete without effect'
  | 'create without insert'
  | 'update without effect'
  | 'update that forgets the text'
  | 'update of anybody'
  | 'delete by anybody'
  | 'failure on a duplicate'
  | 'deletion without a credential'
  | 'signature not checked'
  | 'random order'
  | 'death on a long title'
  | 'long titles accepted'
  | 'unknown id fails'

const TITLE_LENGTH = 40

/** A small server of notes with accounts over tables in memory, and the map a good inspection would give of it. */
export function notesApp(bugs: Bug[] = []): { app: AppUnderTest; map: ProjectMap; servers: Set<Server> } {
  const tables = new Tables()
  const servers = new Set<Server>()
  return {
    servers,
    map: notesMap(),
    app: {
      stores: [storeOver(tables)],
      reset: async () => tables.clear(),
      start: () => startServer(tables, new Set(bugs), servers),
    },
  }
}

class Tables {
  users: Row[] = []
  notes: Row[] = []
  private ids = 0

  clear(): void {
    this.users = []
    this.notes = []
    this.ids = 0
  }

  nextId(): number {
    this.ids += 1
    return this.ids
  }
}

interface Answer {
  status: number
  body?: Json
}

const fail = (status: number, message: string, field?: string): Answer => ({
  status,
  body: { error: { message, ...(field ? { details: [{ path: field, message }] } : {}) } },
})

async function startServer(tables: Tables, bugs: Set<Bug>, servers: Set<Server>): Promise<RunningApp> {
  let printed = ''
  let exit: RunningApp['exit'] = null
  const server = createServer((request, response) => {
    void readBody(request).then((body) => {
      let answer: Answer
      try {
        answer = handle(tables, bugs, request, body)
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

async function readBody(request: IncomingMessage): Promise<Record<string, Json>> {
  let text = ''
  for await (const chunk of request) text += String(chunk)
  return text === '' ? {} : (JSON.parse(text) as Record<string, Json>)
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

const sign = (id: number) => {
  const payload = Buffer.from(JSON.stringify({ sub: id, nonce: randomUUID() })).toString('base64url')
  return `eyJhbGciOiJIUzI1NiJ9.${payload}.${createHmac('sha256', 'key').update(payload).digest('base64url')}`
}

function accountOf(tables: Tables, bugs: Set<Bug>, request: IncomingMessage): Row | undefined {
  const [, payload = '', signature = ''] = (request.headers.authorization ?? '').replace(/^Bearer /, '').split('.')
  const valid = createHmac('sha256', 'key').update(payload).digest('base64url') === signature
  if (!payload || (!valid && !bugs.has('signature not checked'))) return undefined
  const { sub } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { sub: number }
  return tables.users.find((user) => user.id === sub)
}

function handle(tables: Tables, bugs: Set<Bug>, request: IncomingMessage, body: Record<string, Json>): Answer {
  const url = new URL(request.url ?? '/', 'http://localhost')
  const [first, id, verb] = url.pathname.split('/').filter(Boolean)
  const route = `${request.method} /${[first, id === undefined ? null : '{id}', verb].filter(Boolean).join('/')}`
  if (route === 'POST /register') return register(tables, bugs, body)
  if (route === 'POST /login') return login(tables, body)
  const account = accountOf(tables, bugs, request)
  const open = route === 'DELETE /notes/{id}' && bugs.has('deletion without a credential')
  if (!account && !open && route !== 'GET /notes') return fail(401, 'who are you?')
  if (route === 'GET /me' && account) return { status: 200, body: publicUser(account) }
  if (route === 'GET /notes') return listNotes(tables, bugs, url)
  if (route === 'POST /notes' && account) return createNote(tables, bugs, body, account)
  if (first !== 'notes') return fail(404, 'no such route')
  const note = tables.notes.find((candidate) => String(candidate.id) === id)
  if (!note) {
    if (bugs.has('unknown id fails')) throw new TypeError('Cannot read properties of undefined')
    return fail(404, 'no such note')
  }
  const own = note.owner_id === account?.id
  if (request.method === 'GET') return { status: 200, body: publicNote(note) }
  if (request.method === 'PUT')
    return own || bugs.has('update of anybody') ? updateNote(tables, bugs, note, body) : fail(403, 'not yours')
  if (request.method === 'DELETE') {
    if (!own && !open && !bugs.has('delete by anybody')) return fail(403, 'not yours')
    if (!bugs.has('delete without effect')) tables.notes = tables.notes.filter((other) => other !== note)
    return { status: 204 }
  }
  if (verb === 'archive') {
    if (!own) return fail(403, 'not yours')
    if (note.state === 'archived') return fail(409, 'already archived')
    replace(tables, note, { state: 'archived' })
    return { status: 200, body: publicNote({ ...note, state: 'archived' }) }
  }
  return fail(404, 'no such route')
}

function register(tables: Tables, bugs: Set<Bug>, body: Record<string, Json>): Answer {
  const { email, password, name } = body
  if (typeof email !== 'string' || !/^\S+@\S+$/.test(email)) return fail(400, '"email" must be a valid email', 'email')
  if (typeof password !== 'string' || password.length < 8)
    return fail(400, '"password" must be at least 8 characters long', 'password')
  if (typeof name !== 'string' || name === '') return fail(400, '"name" is required', 'name')
  if (tables.users.some((user) => user.email === email)) {
    if (bugs.has('failure on a duplicate')) throw new Error('duplicate key value violates unique constraint')
    return fail(409, 'this e-mail address is taken')
  }
  const user: Row = { id: tables.nextId(), email, name, password_hash: `$2b$10$${'x'.repeat(40)}${email.length}` }
  tables.users = [...tables.users, user]
  return { status: 201, body: { token: sign(Number(user.id)), user: publicUser(user) } }
}

function login(tables: Tables, body: Record<string, Json>): Answer {
  const user = tables.users.find((candidate) => candidate.email === body.email)
  if (!user || body.password !== 'Correct-Horse-42') return fail(401, 'wrong e-mail address or password')
  return { status: 200, body: { token: sign(Number(user.id)), user: publicUser(user) } }
}

const publicUser = ({ id, email, name }: Row): Json => ({ id: id ?? null, email: email ?? null, name: name ?? null })
const publicNote = ({ id, owner_id, title, text, state, created_at }: Row): Json => ({
  id: id ?? null,
  ownerId: owner_id ?? null,
  title: title ?? null,
  text: text ?? null,
  state: state ?? null,
  createdAt: created_at ?? null,
})

function listNotes(tables: Tables, bugs: Set<Bug>, url: URL): Answer {
  const limit = Number(url.searchParams.get('limit') ?? 10)
  const offset = Number(url.searchParams.get('offset') ?? 0)
  if (!Number.isInteger(limit) || limit < 1 || limit > 50) return fail(400, '"limit" must be between 1 and 50', 'limit')
  if (!Number.isInteger(offset) || offset < 0) return fail(400, '"offset" must be at least 0', 'offset')
  const owner = url.searchParams.get('owner')
  const found = tables.notes.filter((note) => owner === null || String(note.owner_id) === owner).reverse()
  if (bugs.has('random order')) found.sort(() => Math.random() - 0.5)
  return { status: 200, body: { notes: found.slice(offset, offset + limit).map(publicNote), total: found.length } }
}

function badNote(bugs: Set<Bug>, { title, text }: Record<string, Json>): Answer | null {
  if (typeof title !== 'string' || title === '') return fail(400, '"title" is required', 'title')
  if (title.length > TITLE_LENGTH && bugs.has('death on a long title')) return { status: 0 }
  if (title.length > TITLE_LENGTH && !bugs.has('long titles accepted')) return fail(400, '"title" is too long', 'title')
  if (text !== undefined && typeof text !== 'string') return fail(400, '"text" must be a string', 'text')
  return null
}

function createNote(tables: Tables, bugs: Set<Bug>, body: Record<string, Json>, account: Row): Answer {
  const bad = badNote(bugs, body)
  if (bad) return bad
  const { title = null, text = '' } = body
  const note: Row = {
    id: tables.nextId(),
    owner_id: account.id ?? null,
    title,
    text,
    state: 'open',
    created_at: new Date().toISOString(),
  }
  if (!bugs.has('create without insert')) tables.notes = [...tables.notes, note]
  return { status: 201, body: publicNote(note) }
}

function updateNote(tables: Tables, bugs: Set<Bug>, note: Row, body: Record<string, Json>): Answer {
  const bad = badNote(bugs, body)
  if (bad) return bad
  const { title = null, text = '' } = body
  if (!bugs.has('update without effect'))
    replace(tables, note, bugs.has('update that forgets the text') ? { title } : { title, text })
  return { status: 200, body: publicNote({ ...note, title, text }) }
}

function replace(tables: Tables, note: Row, values: Row): void {
  tables.notes = tables.notes.map((other) => (other === note ? { ...note, ...values } : other))
}

const column = (name: string, type: string, hasDefault = false) => ({ name, type, nullable: false, hasDefault })

const TABLES: Table[] = [
  {
    name: 'users',
    columns: [
      column('id', 'integer', true),
      column('email', 'text'),
      column('name', 'text'),
      column('password_hash', 'text'),
    ],
    primaryKey: ['id'],
    foreignKeys: [],
    unique: [['email']],
    checks: [],
  },
  {
    name: 'notes',
    columns: [
      column('id', 'integer', true),
      column('owner_id', 'integer'),
      column('title', 'text'),
      column('text', 'text', true),
      column('state', 'text', true),
      column('created_at', 'text'),
    ],
    primaryKey: ['id'],
    foreignKeys: [{ columns: ['owner_id'], table: 'users', references: ['id'], onDelete: 'cascade' }],
    unique: [],
    checks: [],
  },
]

function storeOver(tables: Tables): Store {
  return {
    name: 'memory',
    engine: 'memory',
    tables: async () => TABLES,
    snapshot: async () => ({ users: [...tables.users], notes: [...tables.notes] }),
    diff,
    query: async () => [],
    reset: async () => tables.clear(),
    databases: async () => [],
  }
}

function diff(before: Snapshot, after: Snapshot): RowChange[] {
  return ['users', 'notes'].flatMap((table): RowChange[] => {
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

function notesMap(): ProjectMap {
  const text = (more: JsonSchema = {}): JsonSchema => ({ type: 'string', ...more })
  const endpoint = (
    method: string,
    path: string,
    auth: Endpoint['auth'],
    schema: JsonSchema | null = null,
  ): Endpoint => ({
    method,
    path,
    auth,
    source: 'app.js:1',
    resource: path.split('/')[1] ?? '',
    params: path.includes('{id}') ? [{ name: 'id', required: true, schema: { type: 'integer' } }] : [],
    query:
      path === '/notes' && method === 'GET'
        ? ['owner', 'limit', 'offset'].map((name) => ({
            name,
            required: false,
            schema: name === 'owner' ? {} : { type: 'integer', minimum: name === 'limit' ? 1 : 0 },
          }))
        : [],
    headers: [],
    body: schema && { contentType: 'application/json', schema: { type: 'object', ...schema }, provenance: 'schema' },
    statuses: [],
    roles: [],
  })
  const note = { properties: { title: text({ maxLength: TITLE_LENGTH }), text: text() }, required: ['title'] }
  return projectMap({
    name: 'notes',
    endpoints: [
      endpoint('POST', '/register', 'none', {
        properties: { email: text({ format: 'email' }), password: text({ minLength: 8 }), name: text() },
        required: ['email', 'password', 'name'],
      }),
      endpoint('POST', '/login', 'none', {
        properties: { email: text(), password: text() },
        required: ['email', 'password'],
      }),
      endpoint('GET', '/me', 'required'),
      endpoint('GET', '/notes', 'none'),
      endpoint('POST', '/notes', 'required', note),
      endpoint('GET', '/notes/{id}', 'required'),
      endpoint('PUT', '/notes/{id}', 'required', note),
      endpoint('DELETE', '/notes/{id}', 'required'),
      endpoint('POST', '/notes/{id}/archive', 'required'),
    ],
    auth: [{ kind: 'bearer', header: 'authorization', prefixes: ['Bearer'], secretVariable: null, source: 'app.js:1' }],
  })
}
