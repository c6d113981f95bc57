import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Environment, RunningApp, Store } from '../../src/contracts/environment.ts'
import { fileGuestbook, get, post, start } from './projects.ts'

describe('SQLite', () => {
  let environment: Environment
  let store: Store
  let app: RunningApp

  beforeAll(async () => {
    environment = await start(fileGuestbook)
    store = environment.stores[0] as Store
    app = await environment.startApp()
  })
  afterAll(async () => {
    await environment?.stop()
  })

  const changeCounter = async () => (await environment.sandbox.readFile('data/test.sqlite3')).readUInt32BE(24)

  it('finds the port that the application chose by itself', () => {
    expect(app.port).toBe(8081)
  })

  it('reads the shape of the tables, migration bookkeeping left out', async () => {
    const [entries, visitors, ...others] = await store.tables()
    expect(others).toEqual([])
    expect(entries).toMatchObject({
      name: 'entries',
      primaryKey: ['id'],
      foreignKeys: [{ columns: ['visitor_id'], table: 'visitors', references: ['id'], onDelete: 'cascade' }],
      checks: ["text <> '' AND length(text) < 100"],
    })
    expect(entries?.columns[0]).toEqual({ name: 'id', type: 'INTEGER', nullable: false, hasDefault: true })
    expect(visitors?.unique).toEqual([['name']])
  })

  it('shows what a request changed, large integers exactly', async () => {
    const before = await store.snapshot()
    expect((await app.request(post('/'))).status).toBe(201)
    expect(store.diff(before, await store.snapshot())).toEqual([
      {
        table: 'entries',
        change: 'inserted',
        row: { id: 1, visitor_id: 1, text: 'hello', size: '9007199254740993' },
      },
    ])
    await store.reset()
  })

  it('returns to the migrated state under a running application, again and again', async () => {
    const before = await store.snapshot()
    for (let round = 0; round < 3; round++) {
      await app.request(post('/'))
      expect((await app.request(get('/'))).json).toHaveLength(1)
      const seen = await changeCounter()
      await environment.reset()
      expect(await store.snapshot()).toEqual(before)
      // The application sees it as well: no page cache outlives the file's content as long as the counter only grows.
      expect(await changeCounter()).toBeGreaterThan(seen)
      expect((await app.request(get('/'))).json).toEqual([])
    }
  })

  it('lets a row be written that the application sees', async () => {
    await app.request(post('/'))
    await environment.reset()
    await store.query('INSERT INTO entries (visitor_id, text) VALUES (?, ?)', [1, 'from outside'])
    expect((await app.request(get('/'))).json).toEqual([{ id: 1, text: 'from outside' }])
    await environment.reset()
  })

  it('puts a file that a variable decides beside the one used otherwise, in clones as well', async () => {
    const map = {
      ...fileGuestbook,
      stores: fileGuestbook.stores.map((one) => ({
        ...one,
        address: [{ name: 'DB_FILE', part: 'file' as const }],
        file: 'data/development.sqlite3',
      })),
    }
    const elsewhere = await start(map)
    const clone = await elsewhere.clone()
    try {
      for (const one of [elsewhere, clone]) {
        expect(one.variables.DB_FILE).toBe(`${one.sandbox.root}/data/integration-test.sqlite3`)
        expect(await one.stores[0]?.snapshot()).toEqual({ entries: [], visitors: [{ id: 1, name: 'host' }] })
      }
    } finally {
      await clone.stop()
      await elsewhere.stop()
    }
  })

  it('leaves a variable alone that leads to a file for tests when it is unset', async () => {
    const address = [{ name: 'DB_FILE', part: 'file' as const }]
    const environment = await start({
      ...fileGuestbook,
      stores: fileGuestbook.stores.map((one) => ({ ...one, address })),
    })
    expect(environment.variables.DB_FILE).toBeUndefined()
    expect(await environment.stores[0]?.snapshot()).toMatchObject({ visitors: [{ name: 'host' }] })
    await environment.stop()
  })

  it('clones side by side', async () => {
    await app.request(post('/'))
    const clone = await environment.clone()
    try {
      const other = await clone.startApp()
      expect((await other.request(get('/'))).json).toEqual([])
      expect((await app.request(get('/'))).json).toHaveLength(1)
    } finally {
      await clone.stop()
    }
  })
})
