import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { isBookkeeping } from '../../src/environment/stores/bookkeeping.ts'
import { diffSnapshots } from '../../src/environment/stores/diff-snapshots.ts'
import { findChecks } from '../../src/environment/stores/sqlite-catalog.ts'
import { openInMemory } from '../../src/environment/stores/sqlite-engine.ts'
import { applyWal, usesWal } from '../../src/environment/stores/sqlite-wal.ts'

const FIXTURES = join(import.meta.dirname, '../fixtures/sqlite-wal')
const database = readFileSync(join(FIXTURES, 'items.sqlite3'))
const wal = readFileSync(join(FIXTURES, 'items.sqlite3-wal'))

describe('a SQLite file with a write-ahead log', () => {
  async function rowsOf(log: Buffer | null) {
    const opened = await openInMemory(applyWal(database, log))
    const rows = opened.rows('SELECT id, name FROM items ORDER BY id')
    expect(opened.rows('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }])
    opened.close()
    return rows
  }
  const committed = [
    { id: 1, name: 'changed in the log' },
    { id: 2, name: 'in the log' },
  ]

  it('is recognised', () => {
    expect(usesWal(database)).toBe(true)
  })

  it('shows what was committed, and not the transaction under way', async () => {
    expect(wal.includes('never committed')).toBe(true)
    expect(await rowsOf(wal)).toEqual(committed)
  })

  it('shows the main file where the log is missing, empty or of another database', async () => {
    const other = Buffer.from(wal)
    other.writeUInt8(other.readUInt8(16) ^ 1, 16)
    for (const log of [null, Buffer.alloc(0), other])
      expect(await rowsOf(log)).toEqual([{ id: 1, name: 'checkpointed' }])
  })

  it('ends at the first damaged frame', async () => {
    const damaged = Buffer.from(wal)
    damaged.writeUInt8(damaged.readUInt8(32 + 24 + 100) ^ 1, 32 + 24 + 100)
    expect(await rowsOf(damaged)).toEqual([{ id: 1, name: 'checkpointed' }])
  })

  it('leaves the buffers it was given alone', () => {
    const before = Buffer.from(database)
    applyWal(database, wal)
    expect(database.equals(before)).toBe(true)
  })
})

describe('diffSnapshots', () => {
  const keys = new Map([['users', ['id']]])

  it('matches rows by key, whatever their order', () => {
    const before = {
      users: [
        { id: 1, name: 'a' },
        { id: 2, name: 'b' },
        { id: 3, name: 'c' },
      ],
    }
    const after = {
      users: [
        { name: 'c', id: 3 },
        { id: 2, name: 'B' },
        { id: 4, name: 'd' },
      ],
    }
    expect(diffSnapshots(before, after, keys)).toEqual([
      { table: 'users', change: 'updated', before: { id: 2, name: 'b' }, after: { id: 2, name: 'B' } },
      { table: 'users', change: 'inserted', row: { id: 4, name: 'd' } },
      { table: 'users', change: 'deleted', row: { id: 1, name: 'a' } },
    ])
  })

  it('counts equal rows of a table without a key', () => {
    expect(diffSnapshots({ log: [{ m: 'x' }] }, { log: [{ m: 'x' }, { m: 'x' }] }, keys)).toEqual([
      { table: 'log', change: 'inserted', row: { m: 'x' } },
    ])
  })

  it('sees tables come and go', () => {
    expect(
      diffSnapshots({ users: [{ id: 1 }] }, { more: [{ a: 1 }] }, keys).map((c) => `${c.change} ${c.table}`),
    ).toEqual(['inserted more', 'deleted users'])
  })
})

it('tells bookkeeping from tables of the application', () => {
  expect(isBookkeeping('knex_migrations', [])).toBe(true)
  expect(isBookkeeping('SequelizeMeta', ['name'])).toBe(true)
  expect(isBookkeeping('drizzle.__drizzle_migrations', ['id'])).toBe(true)
  expect(isBookkeeping('migrations', ['id', 'name', 'batch', 'migration_time'])).toBe(true)
  expect(isBookkeeping('migrations_lock', ['index', 'is_locked'])).toBe(true)
  expect(isBookkeeping('migrations', ['id', 'species', 'from', 'to'])).toBe(false)
})

it('finds checks in a table definition', () => {
  expect(
    findChecks(`CREATE TABLE t (
      a TEXT DEFAULT 'CHECK (no)' CHECK (a IN ('x)', 'y')), -- CHECK (nor this)
      b INTEGER, CONSTRAINT positive CHECK (abs(b) > (1 + 2))
    )`),
  ).toEqual(["a IN ('x)', 'y')", 'abs(b) > (1 + 2)'])
})
