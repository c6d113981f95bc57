import type { Row, Snapshot, Store } from '../../../contracts/environment.ts'
import { AgentError } from '../../../contracts/errors.ts'
import { isBookkeeping } from '../../stores/bookkeeping.ts'
import { diffSnapshots } from '../../stores/diff-snapshots.ts'
import { CATALOG, type CatalogTable, FINGERPRINT, quote, readCatalog } from './catalog.ts'
import type { Cluster } from './cluster.ts'
import type { Connection } from './connect.ts'

export interface PostgresStore extends Store {
  /** Makes the present state the one that `reset` returns to. */
  seal(): Promise<void>
  /** Rows alone do not bring it back: the database has to be made anew, which ends everybody's connections. */
  needsQuiet(): Promise<boolean>
  /** Ends our own connections. */
  close(): Promise<void>
}

/** Longer than any migration pauses between two tables. */
const SCHEMA_SETTLES_MS = 20_000

/** Our view of `database`; `<database>_template` holds the state to return to. */
export function openPostgresStore(cluster: Cluster, name: string, database: string, marker: string): PostgresStore {
  const template = `${database}_template`
  const major = { version: 0 }
  let connection: Connection | null = null
  let catalog: { fingerprint: unknown; tables: CatalogTable[] } | null = null
  let reference: Reference | null = null

  async function connected(): Promise<Connection> {
    connection ??= await cluster.connect(database)
    return connection
  }

  async function disconnect(): Promise<void> {
    await connection?.close().catch(() => undefined)
    connection = null
  }

  async function readTables(): Promise<CatalogTable[]> {
    const [[fingerprint], rows = []] = (await (await connected()).script(`${FINGERPRINT}; ${CATALOG}`)) as [
      Row[],
      Row[],
    ]
    catalog = { fingerprint: fingerprint?.fingerprint, tables: readCatalog(rows) }
    return catalog.tables
  }

  async function snapshot(): Promise<Snapshot> {
    const deadline = Date.now() + SCHEMA_SETTLES_MS
    for (;;) {
      if (Date.now() > deadline) throw neverSettles(database)
      const tables = (catalog?.tables ?? (await readTables())).filter(isOwn)
      const known = catalog?.fingerprint
      try {
        const [, [fingerprint] = [], ...rows] = await (await connected()).script(
          ['BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY', FINGERPRINT, ...tables.map(selectAll), 'COMMIT'].join(
            ';',
          ),
        )
        if (fingerprint?.fingerprint === known) {
          return Object.fromEntries(tables.map((table, index) => [table.name, rows[index] ?? []]))
        }
      } catch (error) {
        await disconnect()
        if (!isUndefinedTable(error)) throw error
      }
      catalog = null // The schema has changed since it was read.
    }
  }

  /** Runs on a connection of its own to the maintenance database, and only on a server that is ours. */
  async function asOwner<T>(work: (admin: Connection) => Promise<T>): Promise<T> {
    const admin = await cluster.connect('postgres')
    try {
      await proveOwnership(admin, marker)
      major.version ||= Number((await admin.rows('SHOW server_version_num'))[0]?.server_version_num) / 10_000
      return await work(admin)
    } finally {
      await admin.close()
    }
  }

  /** PostgreSQL 15 made copying through the log the default, which is ten times slower here. */
  const copyOf = (source: string) => `TEMPLATE ${quote(source)} ${major.version >= 15 ? 'STRATEGY file_copy' : ''}`

  async function recreate(): Promise<void> {
    await disconnect()
    catalog = null
    await asOwner(async (admin) => {
      await admin.rows(`DROP DATABASE IF EXISTS ${quote(database)} ${major.version >= 13 ? 'WITH (FORCE)' : ''}`)
      await admin.rows(`CREATE DATABASE ${quote(database)} ${copyOf(template)}`)
    })
  }

  async function schemaHasChanged(): Promise<boolean> {
    reference ??= await readReference(cluster, template)
    await readTables()
    return catalog?.fingerprint !== reference.fingerprint
  }

  /**
   * Puts the rows back without ending anybody's connection, which many applications do not survive. `false`: something
   * stands against it, such as a changed schema or a transaction left open.
   */
  async function refill(): Promise<boolean> {
    if (await schemaHasChanged()) return false
    const own = await connected()
    await proveOwnership(own, marker)
    try {
      await own.script(refillScript(catalog?.tables ?? [], reference as Reference))
      return true
    } catch {
      await disconnect()
      return false
    }
  }

  return {
    name,
    engine: 'postgres',
    tables: async () => (await readTables()).filter(isOwn).map(({ sql: _, insertable: __, ...table }) => table),
    snapshot,
    diff: (before, after) =>
      diffSnapshots(before, after, new Map(catalog?.tables.map((table) => [table.name, table.primaryKey]))),
    query: async (sql, values) => (await connected()).rows(sql, values),
    async reset() {
      const others = await (await connected()).rows(
        `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'`,
      )
      if (others.length > 0 && (await refill())) return
      await recreate()
    },
    databases: async () =>
      (await (await connected()).rows('SELECT datname FROM pg_database WHERE NOT datistemplate ORDER BY datname')).map(
        (row) => String(row.datname),
      ),
    async seal() {
      await disconnect()
      reference = null
      await asOwner(async (admin) => {
        await admin.rows(
          'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()',
          [database],
        )
        await admin.rows(`CREATE DATABASE ${quote(template)} ${copyOf(database)} IS_TEMPLATE true`)
      })
    },
    needsQuiet: schemaHasChanged,
    close: disconnect,
  }
}

const isOwn = (table: CatalogTable) =>
  !isBookkeeping(
    table.name,
    table.columns.map((column) => column.name),
  )

function selectAll(table: CatalogTable): string {
  const order = table.primaryKey.length > 0 ? table.primaryKey.map(quote).join(', ') : 't::text'
  return `SELECT * FROM ${table.sql} t ORDER BY ${order}`
}

function isUndefinedTable(error: unknown): boolean {
  return ['42P01', '42703'].includes((error as { code?: string }).code ?? '')
}

async function proveOwnership(connection: Connection, marker: string): Promise<void> {
  const [row] = await connection.rows(`SELECT current_setting('integration_tests.marker', true) AS marker`)
  if (row?.marker === marker) return
  throw new AgentError('safety', 'NOT_OUR_DATABASE', 'the server does not carry the marker of this environment', {
    value: String(row?.marker ?? ''),
    next: 'Nothing was changed. Please report this: connections of the environment should only reach its own server.',
  })
}

/** What the template holds besides the schema. */
interface Reference {
  fingerprint: unknown
  /** Rows as JSON in PostgreSQL's own notation, by table. */
  rows: Map<string, string>
  sequences: { name: string; value: string; called: boolean }[]
}

async function readReference(cluster: Cluster, template: string): Promise<Reference> {
  const connection = await cluster.connect(template)
  try {
    const [[fingerprint], catalogRows = []] = (await connection.script(`${FINGERPRINT}; ${CATALOG}`)) as [Row[], Row[]]
    const rows = new Map<string, string>()
    for (const table of readCatalog(catalogRows).filter(isOwn)) {
      const [row] = await connection.rows(`SELECT json_agg(t)::text AS rows FROM ${table.sql} t`)
      if (row?.rows) rows.set(table.name, String(row.rows))
    }
    const sequences = await connection.rows(
      `SELECT format('%I.%I', schemaname, sequencename) AS name, coalesce(last_value, start_value)::text AS value,
         last_value IS NOT NULL AS called FROM pg_sequences`,
    )
    return { fingerprint: fingerprint?.fingerprint, rows, sequences: sequences as unknown as Reference['sequences'] }
  } finally {
    await connection.close()
  }
}

/** Foreign keys and triggers stand aside (`replica`): the rows put back have passed them once. */
function refillScript(tables: CatalogTable[], reference: Reference): string {
  const own = tables.filter(isOwn)
  const inserts = own
    .filter((table) => reference.rows.has(table.name))
    .map((table) => {
      const columns = table.insertable.map(quote).join(', ')
      return `INSERT INTO ${table.sql} (${columns}) OVERRIDING SYSTEM VALUE
        SELECT ${columns} FROM json_populate_recordset(NULL::${table.sql}, ${literal(reference.rows.get(table.name) ?? '[]')})`
    })
  const sequences = reference.sequences.map(
    ({ name, value, called }) => `SELECT setval(${literal(name)}, ${value}, ${called})`,
  )
  return [
    'BEGIN',
    "SET LOCAL lock_timeout = '2s'",
    'SET LOCAL session_replication_role = replica',
    ...(own.length > 0 ? [`TRUNCATE ${own.map((table) => table.sql).join(', ')}`] : []),
    ...inserts,
    ...sequences,
    'COMMIT',
  ].join(';\n')
}

function literal(text: string): string {
  return `E'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`
}

function neverSettles(database: string): AgentError {
  return new AgentError('environment', 'STORE_BUSY', 'The tables change faster than they can be read.', {
    value: database,
    next: 'Look for something in the application that makes or drops tables without a pause.',
  })
}
