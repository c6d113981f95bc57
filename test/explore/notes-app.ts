import type { Row, Table } from '../../src/contracts/environment.ts'
import type { Json } from '../../src/contracts/json.ts'
import type { ProjectMap } from '../../src/contracts/project.ts'
import {
  type Answer,
  type Asked,
  column,
  endpoint,
  fail,
  mapOf,
  memoryApp,
  type Rows,
  sign,
  subjectOf,
  text,
} from './memory-app.ts'

/** What can be wrong with the application on purpose. */
export type Bug =
  | 'delete without effect'
  | 'create without insert'
  | 'update without effect'
  | 'update that forgets the text'
  | 'update that moves the creation'
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

/** A small server of notes with accounts. */
export function notesApp(bugs: Bug[] = []): ReturnType<typeof memoryApp> {
  const present = new Set(bugs)
  return memoryApp({ map: notesMap(), tables: TABLES, handle: (rows, asked) => handle(rows, present, asked) })
}

function accountOf(rows: Rows, bugs: Set<Bug>, { authorization }: Asked): Row | undefined {
  const id = subjectOf(authorization.replace(/^Bearer /, ''), !bugs.has('signature not checked'))
  return rows.of('users').find((user) => user.id === id)
}

function handle(tables: Rows, bugs: Set<Bug>, request: Asked): Answer {
  const { url, body } = request
  const [first, id, verb] = request.parts
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
  const note = tables.of('notes').find((candidate) => String(candidate.id) === id)
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
    if (!bugs.has('delete without effect')) tables.remove('notes', (other) => other === note)
    return { status: 204 }
  }
  if (verb === 'archive') {
    if (!own) return fail(403, 'not yours')
    if (note.state === 'archived') return fail(409, 'already archived')
    tables.change('notes', note, { state: 'archived' })
    return { status: 200, body: publicNote({ ...note, state: 'archived' }) }
  }
  return fail(404, 'no such route')
}

function register(tables: Rows, bugs: Set<Bug>, body: Record<string, Json>): Answer {
  const { email, password, name } = body
  if (typeof email !== 'string' || !/^\S+@\S+$/.test(email)) return fail(400, '"email" must be a valid email', 'email')
  if (typeof password !== 'string' || password.length < 8)
    return fail(400, '"password" must be at least 8 characters long', 'password')
  if (typeof name !== 'string' || name === '') return fail(400, '"name" is required', 'name')
  if (tables.of('users').some((user) => user.email === email)) {
    if (bugs.has('failure on a duplicate')) throw new Error('duplicate key value violates unique constraint')
    return fail(409, 'this e-mail address is taken')
  }
  const user = tables.add('users', { email, name, password_hash: `$2b$10$${'x'.repeat(40)}${email.length}` })
  return { status: 201, body: { token: sign(Number(user.id)), user: publicUser(user) } }
}

function login(tables: Rows, body: Record<string, Json>): Answer {
  const user = tables.of('users').find((candidate) => candidate.email === body.email)
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

function listNotes(tables: Rows, bugs: Set<Bug>, url: URL): Answer {
  const limit = Number(url.searchParams.get('limit') ?? 10)
  const offset = Number(url.searchParams.get('offset') ?? 0)
  if (!Number.isInteger(limit) || limit < 1 || limit > 50) return fail(400, '"limit" must be between 1 and 50', 'limit')
  if (!Number.isInteger(offset) || offset < 0) return fail(400, '"offset" must be at least 0', 'offset')
  const owner = url.searchParams.get('owner')
  const found = tables
    .of('notes')
    .filter((note) => owner === null || String(note.owner_id) === owner)
    .reverse()
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

function createNote(tables: Rows, bugs: Set<Bug>, body: Record<string, Json>, account: Row): Answer {
  const bad = badNote(bugs, body)
  if (bad) return bad
  const { title = null, text = '' } = body
  const note = tables.add('notes', {
    owner_id: account.id ?? null,
    title,
    text,
    state: 'open',
    created_at: new Date().toISOString(),
  })
  if (bugs.has('create without insert')) tables.remove('notes', (other) => other === note)
  return { status: 201, body: publicNote(note) }
}

function updateNote(tables: Rows, bugs: Set<Bug>, note: Row, body: Record<string, Json>): Answer {
  const bad = badNote(bugs, body)
  if (bad) return bad
  const { title = null, text = '' } = body
  if (!bugs.has('update without effect'))
    tables.change('notes', note, {
      title,
      ...(bugs.has('update that forgets the text') ? {} : { text }),
      ...(bugs.has('update that moves the creation') ? { created_at: new Date(Date.now() + 5000).toISOString() } : {}),
    })
  return { status: 200, body: publicNote({ ...note, title, text }) }
}

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

function notesMap(): ProjectMap {
  const note = { properties: { title: text({ maxLength: TITLE_LENGTH }), text: text() }, required: ['title'] }
  const query = ['owner', 'limit', 'offset'].map((name) => ({
    name,
    required: false,
    schema: name === 'owner' ? {} : { type: 'integer' as const, minimum: name === 'limit' ? 1 : 0 },
  }))
  return mapOf('notes', [
    endpoint('POST', '/register', 'none', {
      properties: { email: text({ format: 'email' }), password: text({ minLength: 8 }), name: text() },
      required: ['email', 'password', 'name'],
    }),
    endpoint('POST', '/login', 'none', {
      properties: { email: text(), password: text() },
      required: ['email', 'password'],
    }),
    endpoint('GET', '/me', 'required'),
    endpoint('GET', '/notes', 'none', null, query),
    endpoint('POST', '/notes', 'required', note),
    endpoint('GET', '/notes/{id}', 'required'),
    endpoint('PUT', '/notes/{id}', 'required', note),
    endpoint('DELETE', '/notes/{id}', 'required'),
    endpoint('POST', '/notes/{id}/archive', 'required'),
  ])
}
