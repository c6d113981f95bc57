import { existsSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Environment, RunningApp, Store } from '../../src/contracts/environment.ts'
import { findPostgresBinaries } from '../../src/environment/services/postgres/find-binaries.ts'
import { get, guestbook, post, start } from './projects.ts'

const CHOICE = 'INTEGRATION_TEST_BUILDER_POSTGRES'
const providers: ('native' | 'embedded')[] = []
for (const provider of ['native', 'embedded'] as const) {
  if (!('unblock' in (await findPostgresBinaries(null, provider)))) providers.push(provider)
}

it('finds a provider on this machine', () => {
  expect(providers).not.toEqual([])
})

describe.each(providers)('PostgreSQL from the %s provider', (provider) => {
  let environment: Environment
  let store: Store
  let app: RunningApp

  beforeAll(async () => {
    process.env[CHOICE] = provider
    environment = await start(guestbook)
    delete process.env[CHOICE]
    store = environment.stores[0] as Store
    app = await environment.startApp()
  })
  afterAll(async () => {
    await environment?.stop()
  })

  it('says who provides the service', () => {
    expect(environment.services).toEqual([
      { name: 'main', engine: 'postgres', version: expect.stringMatching(/^\d+\.\d+/), provider, fidelity: 'real' },
    ])
    expect(environment.unavailable).toEqual([])
  })

  it('leads the application to the database and makes up its secret', () => {
    expect(environment.variables.DATABASE_URL).toBe('postgresql://app:app@localhost:5432/app_test')
    expect(environment.variables).toMatchObject({ NODE_ENV: 'test', PORT: '8080', TZ: 'UTC' })
    expect(environment.invented).toEqual([
      { name: 'GUESTBOOK_SECRET', value: expect.stringMatching(/^test-secret-.{32,}/), why: expect.any(String) },
    ])
    expect(app.port).toBe(8080)
  })

  it('reads the shape of the tables, migration bookkeeping left out', async () => {
    const tables = await store.tables()
    expect(tables.map((table) => table.name)).toEqual(['entries', 'visitors'])
    expect(tables[0]).toMatchObject({
      primaryKey: ['id'],
      foreignKeys: [{ columns: ['visitor_id'], table: 'visitors', references: ['id'], onDelete: 'cascade' }],
      checks: ["(text <> ''::text)"],
    })
    expect(tables[0]?.columns.slice(0, 2)).toEqual([
      { name: 'id', type: 'bigint', nullable: false, hasDefault: true },
      { name: 'visitor_id', type: 'integer', nullable: false, hasDefault: false },
    ])
    expect(tables[1]?.unique).toEqual([['name']])
  })

  it('shows what a request changed', async () => {
    const before = await store.snapshot()
    const response = await app.request(post('/entries', { text: 'one two' }))
    expect(response).toMatchObject({ status: 201, headers: { 'set-cookie': 'a=1\nb=2' }, json: { text: 'one two' } })
    const [change, ...others] = store.diff(before, await store.snapshot())
    expect(others).toEqual([])
    expect(change).toMatchObject({ table: 'entries', change: 'inserted', row: { text: 'one two', words: 2 } })
    await store.query('UPDATE entries SET text = $1', ['changed'])
    await store.query('DELETE FROM visitors')
    expect(store.diff(before, await store.snapshot())).toEqual([
      { table: 'visitors', change: 'deleted', row: { id: 1, name: 'host' } },
    ])
    await store.reset()
  })

  it('gives values exactly and the same way every time', async () => {
    const values = ['9007199254740993', '12.50', '2020-02-29', '2020-02-29T12:00:00.123Z', { a: [1] }]
    await store.query(
      `INSERT INTO entries (id, visitor_id, text, picture, price, day, created_at, extra) VALUES ($1, 1, 'x', '\\x00ff', $2, $3, $4, $5)`,
      values,
    )
    const [row] = (await store.snapshot()).entries ?? []
    expect(row).toMatchObject({
      id: '9007199254740993',
      price: '12.50',
      picture: 'AP8=',
      day: '2020-02-29',
      created_at: '2020-02-29T12:00:00.123Z',
      extra: { a: [1] },
    })
    expect(await store.query('SELECT * FROM entries')).toEqual([row])
    await store.reset()
  })

  it('returns to the migrated rows and sequences under a running application', async () => {
    const before = await store.snapshot()
    const first = (await app.request(post('/entries', { text: 'first' }))).json as { id: string }
    await environment.reset()
    expect(await store.snapshot()).toEqual(before)
    expect(app.exit).toBeNull()
    const again = (await app.request(post('/entries', { text: 'first again' }))).json as { id: string }
    expect(again.id).toBe(first.id)
    await environment.reset()
  })

  it('notices that the schema has changed, and resets it too', async () => {
    const before = await store.snapshot()
    await store.query('CREATE TABLE stray (id integer)')
    expect(Object.keys(await store.snapshot())).toContain('stray')
    await store.reset()
    expect(await store.snapshot()).toEqual(before)
    // The application has been restarted: it would not have survived the end of its connections.
    expect(app.exit).toBeNull()
    expect((await app.request(post('/entries', { text: 'still here' }))).status).toBe(201)
    await app.stop()
    await store.reset()
    expect(await store.snapshot()).toEqual(before)
    app = await environment.startApp()
  })

  it('clones side by side', async () => {
    await app.request(post('/entries', { text: 'only here' }))
    const clone = await environment.clone()
    try {
      const other = await clone.startApp()
      expect((await other.request(get('/entries'))).json).toEqual([])
      await other.request(post('/entries', { text: 'only there' }))
      expect((await app.request(get('/entries'))).json).toEqual([{ text: 'only here' }])
      await clone.reset()
      expect((await other.request(get('/entries'))).json).toEqual([])
    } finally {
      await clone.stop()
    }
    expect((await app.request(get('/entries'))).json).toEqual([{ text: 'only here' }])
    await environment.reset()
  })

  it('carries the marker that suites look for', async () => {
    const [row] = await store.query('SHOW integration_tests.marker')
    expect(Object.values(row ?? {})).toEqual([environment.id])
    expect(await store.databases()).toContain('app_test')
  })

  it('destroys nothing on a server whose marker is another', async () => {
    await app.stop()
    await app.request(get('/')).catch(() => undefined)
    await store.query(`ALTER DATABASE postgres SET integration_tests.marker = 'somebody else'`)
    await store.query(`INSERT INTO visitors (name) VALUES ('precious')`)
    await expect(store.reset()).rejects.toMatchObject({ code: 'NOT_OUR_DATABASE', kind: 'safety' })
    expect(await store.query(`SELECT name FROM visitors WHERE name = 'precious'`)).toHaveLength(1)
  })

  it('leaves no trace once stopped', async () => {
    const socket = await environment.sandbox.relay(5432)
    await environment.stop()
    expect(existsSync(socket)).toBe(false)
    await expect(environment.run({ argv: ['true'] })).rejects.toThrow()
  })
})
