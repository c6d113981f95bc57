import type { Row, Snapshot, Store, Table } from '../../contracts/environment.ts'
import { AgentError } from '../../contracts/errors.ts'
import type { Sandbox } from '../../contracts/sandbox.ts'
import { isBookkeeping } from './bookkeeping.ts'
import { diffSnapshots } from './diff-snapshots.ts'
import { readSqliteCatalog } from './sqlite-catalog.ts'
import { type MemoryDatabase, openInMemory } from './sqlite-engine.ts'
import { applyWal, usesWal } from './sqlite-wal.ts'

export interface SqliteStore extends Store {
  /** Remembers the present file as what `reset` returns to, and hands it out for clones. `null`: there is no file. */
  seal(): Promise<Buffer | null>
  /** A write-ahead log is in use: whoever has the file open must be stopped before it is replaced. */
  needsQuiet(): Promise<boolean>
}

/**
 * Looks at a SQLite file inside the sandbox without a driver of its own: bytes out, committed log frames applied, and
 * read in memory. Writing goes the other way round and is refused while a write-ahead log is active.
 */
export function openSqliteStore(sandbox: Sandbox, name: string, file: string, sealed: Buffer | null): SqliteStore {
  const primaryKeys = new Map<string, string[]>()
  let template = sealed

  async function open(): Promise<MemoryDatabase> {
    const { database, wal } = await readStable(sandbox, file)
    return openInMemory(database && database.length > 0 ? applyWal(database, wal) : null)
  }

  async function use<T>(look: (database: MemoryDatabase) => T): Promise<T> {
    const database = await open()
    try {
      return look(database)
    } finally {
      database.close()
    }
  }

  function catalog(database: MemoryDatabase): Table[] {
    const tables = readSqliteCatalog(database)
    for (const table of tables) primaryKeys.set(table.name, table.primaryKey)
    return tables
  }

  return {
    name,
    engine: 'sqlite',
    tables: () => use((database) => catalog(database).filter(isOwn)),
    snapshot: () =>
      use((database) => {
        const snapshot: Snapshot = {}
        for (const table of catalog(database).filter(isOwn)) {
          const order = table.primaryKey.length > 0 ? table.primaryKey : table.columns.map((column) => column.name)
          snapshot[table.name] = database.rows(
            `SELECT * FROM ${quote(table.name)} ORDER BY ${order.map(quote).join(', ')}`,
          )
        }
        return snapshot
      }),
    diff: (before, after) => diffSnapshots(before, after, primaryKeys),
    async query(sql, values) {
      const database = await open()
      try {
        const rows: Row[] = database.rows(sql, values)
        if (database.changed()) await replace(sandbox, file, database.bytes(), 'query')
        return rows
      } finally {
        database.close()
      }
    },
    async reset() {
      if (template) await replace(sandbox, file, template, 'reset')
    },
    databases: async () => [],
    async seal() {
      const { database, wal } = await readStable(sandbox, file)
      if (!database) return null
      const merged = applyWal(database, wal)
      // The journal mode is part of what the project set up: put it back.
      if (usesWal(database)) merged.fill(2, 18, 20)
      template = merged
      return merged
    },
    async needsQuiet() {
      const database = await readIfThere(sandbox, file)
      return (database !== null && usesWal(database)) || (template !== null && usesWal(template))
    },
  }
}

const isOwn = (table: Table) =>
  !isBookkeeping(
    table.name,
    table.columns.map((column) => column.name),
  )

/** File and log of one moment: read again until neither a checkpoint nor a running transaction came between. */
async function readStable(sandbox: Sandbox, file: string): Promise<{ database: Buffer | null; wal: Buffer | null }> {
  const deadline = Date.now() + 5_000
  for (;;) {
    const walBefore = await readIfThere(sandbox, `${file}-wal`)
    const database = await readIfThere(sandbox, file)
    const wal = await readIfThere(sandbox, `${file}-wal`)
    const quiet = sameBytes(walBefore, wal) && !(await hasHotJournal(sandbox, file))
    if (quiet) return { database, wal }
    if (Date.now() > deadline) {
      throw new AgentError('environment', 'STORE_BUSY', `${file} is being written without a pause`, {
        value: file,
        next: 'Look for a transaction that the application leaves open.',
      })
    }
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

/** A rollback journal with a header: a transaction is under way and the file may hold half of it. */
async function hasHotJournal(sandbox: Sandbox, file: string): Promise<boolean> {
  const journal = await readIfThere(sandbox, `${file}-journal`)
  return journal?.subarray(0, 8).equals(Buffer.from('d9d505f920a163d7', 'hex')) ?? false
}

async function replace(sandbox: Sandbox, file: string, bytes: Buffer, what: 'query' | 'reset'): Promise<void> {
  const live = await readIfThere(sandbox, file)
  if (what === 'query' && ((live && usesWal(live)) || (await readIfThere(sandbox, `${file}-wal`))?.length)) {
    throw new AgentError('environment', 'STORE_NOT_WRITABLE', `${file} is written through a write-ahead log`, {
      value: file,
      next: 'Write through the application or its own driver; reading works.',
    })
  }
  await sandbox.writeFile(file, withChangeCounterAfter(bytes, live))
  for (const suffix of ['-wal', '-shm', '-journal']) await sandbox.removeFile(file + suffix).catch(() => undefined)
}

/**
 * An open connection keeps its page cache as long as the file's change counter stands still. A restored file must
 * therefore never carry a counter that the connection has seen.
 */
function withChangeCounterAfter(bytes: Buffer, live: Buffer | null): Buffer {
  if (bytes.length < 100) return bytes
  const copy = Buffer.from(bytes)
  const seen = live && live.length >= 100 ? live.readUInt32BE(24) : 0
  const counter = (Math.max(seen, bytes.readUInt32BE(24)) + 1) >>> 0
  copy.writeUInt32BE(counter, 24)
  copy.writeUInt32BE(counter, 92)
  return copy
}

async function readIfThere(sandbox: Sandbox, path: string): Promise<Buffer | null> {
  return sandbox.readFile(path).catch(() => null)
}

function sameBytes(a: Buffer | null, b: Buffer | null): boolean {
  return a === null || b === null ? a === b : a.equals(b)
}

const quote = (name: string) => `"${name.replaceAll('"', '""')}"`
