import type { Table } from '../../contracts/environment.ts'
import type { MemoryDatabase } from './sqlite-engine.ts'

const ON_DELETE: Record<string, Table['foreignKeys'][number]['onDelete']> = {
  CASCADE: 'cascade',
  RESTRICT: 'restrict',
  'SET NULL': 'set null',
  'SET DEFAULT': 'set default',
}

/** All tables of a SQLite database, SQLite's own and shadow tables left out. */
export function readSqliteCatalog(database: MemoryDatabase): Table[] {
  return database
    .rows(
      `SELECT m.name, m.sql FROM sqlite_master m
       LEFT JOIN pragma_table_list l ON l.name = m.name AND l.schema = 'main'
       WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND l.type IS NOT 'shadow'
       ORDER BY m.name`,
    )
    .map((table) => readTable(database, String(table.name), String(table.sql ?? '')))
}

function readTable(database: MemoryDatabase, name: string, sql: string): Table {
  // hidden: 1 belongs to a virtual table's machinery, 2 and 3 are generated columns.
  const columns = database.rows('SELECT * FROM pragma_table_xinfo(?)', [name]).filter((column) => column.hidden !== 1)
  const primaryKey = columns
    .filter((column) => Number(column.pk) > 0)
    .sort((a, b) => Number(a.pk) - Number(b.pk))
    .map((column) => String(column.name))
  return {
    name,
    columns: columns.map((column) => {
      const type = String(column.type)
      const rowid = primaryKey.length === 1 && primaryKey[0] === column.name && type.toUpperCase() === 'INTEGER'
      return {
        name: String(column.name),
        type,
        nullable: column.notnull === 0 && !rowid,
        hasDefault: column.dflt_value !== null || column.hidden !== 0 || rowid,
      }
    }),
    primaryKey,
    foreignKeys: readForeignKeys(database, name),
    unique: readUnique(database, name),
    checks: findChecks(sql),
  }
}

function readForeignKeys(database: MemoryDatabase, name: string): Table['foreignKeys'] {
  const keys = new Map<number, Table['foreignKeys'][number]>()
  for (const row of database.rows('SELECT * FROM pragma_foreign_key_list(?) ORDER BY id, seq', [name])) {
    const key = keys.get(Number(row.id)) ?? {
      columns: [],
      table: String(row.table),
      references: [],
      onDelete: ON_DELETE[String(row.on_delete)] ?? 'no action',
    }
    key.columns.push(String(row.from))
    if (row.to !== null) key.references.push(String(row.to))
    keys.set(Number(row.id), key)
  }
  // `REFERENCES parent` without columns means the parent's primary key.
  for (const key of keys.values()) {
    if (key.references.length > 0) continue
    const parent = database.rows('SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk', [key.table])
    key.references = parent.map((column) => String(column.name))
  }
  return [...keys.values()]
}

function readUnique(database: MemoryDatabase, name: string): string[][] {
  return database
    .rows(`SELECT name FROM pragma_index_list(?) WHERE "unique" = 1 AND origin <> 'pk' AND partial = 0`, [name])
    .map((index) => database.rows('SELECT name FROM pragma_index_info(?) ORDER BY seqno', [String(index.name)]))
    .filter((columns) => columns.every((column) => column.name !== null))
    .map((columns) => columns.map((column) => String(column.name)))
    .sort()
}

/** The conditions of `CHECK (…)` in a CREATE TABLE statement, parentheses balanced, strings and comments respected. */
export function findChecks(sql: string): string[] {
  const checks: string[] = []
  const tokens = /'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|\[[^\]]*\]|--[^\n]*|\/\*[\s\S]*?\*\/|\bCHECK\s*\(|[()]/gi
  let depth = 0
  let start = -1
  let startDepth = 0
  for (const match of sql.matchAll(tokens)) {
    const token = match[0]
    if (/^check/i.test(token)) {
      if (start < 0) {
        start = match.index + token.length
        startDepth = depth
      }
      depth++
    } else if (token === '(') depth++
    else if (token === ')') {
      depth--
      if (start >= 0 && depth === startDepth) {
        checks.push(sql.slice(start, match.index).trim())
        start = -1
      }
    }
  }
  return checks
}
