import initSqlJs from 'sql.js'
import type { Row } from '../../contracts/environment.ts'
import type { Json } from '../../contracts/json.ts'
import { toJson } from './to-json.ts'

/** A database held in memory; nothing reaches a disk unless its bytes are exported and written. */
export interface MemoryDatabase {
  rows(sql: string, values?: Json[]): Row[]
  /** How many rows statements have changed since the database was opened, and whether its schema did. */
  changed(): boolean
  bytes(): Buffer
  close(): void
}

let engine: ReturnType<typeof initSqlJs> | undefined

/** Opens the bytes of a database file (see `applyWal`), or an empty database. */
export async function openInMemory(bytes: Buffer | null): Promise<MemoryDatabase> {
  engine ??= initSqlJs()
  const { Database } = await engine
  const database = new Database(bytes)
  const version = () => Number(database.exec('PRAGMA schema_version')[0]?.values[0]?.[0] ?? 0)
  const total = () => Number(database.exec('SELECT total_changes()')[0]?.values[0]?.[0] ?? 0)
  const versionAtStart = version()
  return {
    rows(sql, values = []) {
      // The published types do not know the third parameter, which keeps large integers exact.
      const exec = database.exec as (sql: string, values: initSqlJs.BindParams, config: object) => Result[]
      const results = exec.call(database, sql, values.map(toSql), { useBigInt: true })
      const last = results.at(-1)
      return (last?.values ?? []).map((cells) =>
        Object.fromEntries((last?.columns ?? []).map((column, index) => [column, toJson(cells[index])])),
      )
    },
    changed: () => total() > 0 || version() !== versionAtStart,
    bytes: () => Buffer.from(database.export()),
    close: () => database.close(),
  }
}

interface Result {
  columns: string[]
  values: unknown[][]
}

function toSql(value: Json): initSqlJs.SqlValue {
  if (value === null || typeof value === 'string' || typeof value === 'number') return value
  if (typeof value === 'boolean') return value ? 1 : 0
  return JSON.stringify(value)
}
