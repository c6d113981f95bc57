import type { Json } from './json.ts'
import type { Command, CommandResult, Sandbox } from './sandbox.ts'

/** How near a service is to the one in production. */
export type Fidelity = 'real' | 'substitute' | 'emulation'

export interface ServiceInstance {
  name: string
  engine: string
  version: string
  provider: 'compose' | 'native' | 'embedded' | 'emulation' | 'file'
  fidelity: Fidelity
}

/** Shape of one table, read from the live database. */
export interface Table {
  name: string
  columns: Column[]
  primaryKey: string[]
  foreignKeys: {
    columns: string[]
    table: string
    references: string[]
    onDelete: 'cascade' | 'restrict' | 'set null' | 'no action' | 'set default'
  }[]
  unique: string[][]
  checks: string[]
}

export interface Column {
  name: string
  type: string
  nullable: boolean
  /** Has a default, is generated or an identity. */
  hasDefault: boolean
}

export type Row = Record<string, Json>

/** All rows of all tables, migration bookkeeping left out. */
export type Snapshot = Record<string, Row[]>

export type RowChange =
  | { table: string; change: 'inserted'; row: Row }
  | { table: string; change: 'deleted'; row: Row }
  | { table: string; change: 'updated'; before: Row; after: Row }

/** Our own connection to one data store of the environment, never the app's. */
export interface Store {
  name: string
  engine: string
  tables(): Promise<Table[]>
  snapshot(): Promise<Snapshot>
  /** What happened between two snapshots, matched by primary key (whole row where there is none). */
  diff(before: Snapshot, after: Snapshot): RowChange[]
  query(sql: string, values?: Json[]): Promise<Row[]>
  /** Back to the freshly migrated (and seeded) state. Ownership is proved on the connection first. */
  reset(): Promise<void>
  /** Databases on the server, for the `clean` gate; `[]` for a file. */
  databases(): Promise<string[]>
}

export interface HttpRequest {
  method: string
  /** Path with query, e.g. `/api/articles?limit=2`. */
  url: string
  headers: Record<string, string>
  /** Already encoded. */
  body: string | null
  /** Milliseconds; default 10,000. */
  timeoutMs?: number
}

export interface HttpResponse {
  status: number
  /** Lower-case names; repeated headers joined by `, ` (set-cookie by newline). */
  headers: Record<string, string>
  text: string
  /** `undefined` when the body is empty or not JSON. */
  json: Json | undefined
  durationMs: number
}

/** The application, running. */
export interface RunningApp {
  port: number
  request(request: HttpRequest): Promise<HttpResponse>
  /** Everything it printed so far. */
  output(): string
  /** Set once it has ended by itself. */
  readonly exit: { exitCode: number | null; signal: string | null } | null
  stop(): Promise<void>
}

export interface Environment {
  readonly id: string
  readonly sandbox: Sandbox
  readonly services: ServiceInstance[]
  /** What app and tests get: service addresses, invented secrets, modes. Complete with PATH, HOME, TZ. */
  readonly variables: Record<string, string>
  /** Which of `variables` were made up, and why. */
  readonly invented: { name: string; value: string; why: string }[]
  /** Variables of the machine or of `.env` that pointed elsewhere and were replaced. */
  readonly replaced: { name: string; was: string; source: string }[]
  /** Needed services nobody could provide. */
  readonly unavailable: { name: string; why: string; unblock: string }[]
  readonly stores: Store[]
  /** A command in the project's root with the environment's variables. */
  run(command: Command): Promise<CommandResult>
  /** Starts the app as the map says and waits until it answers. Throws APP_DOES_NOT_START with its output and the probable cause. */
  startApp(options?: { env?: Record<string, string>; timeoutMs?: number }): Promise<RunningApp>
  /** All stores back to the migrated state. */
  reset(): Promise<void>
  /** A fresh, equal environment side by side: own sandbox, same template. Milliseconds, not seconds. */
  clone(options?: {
    /** Another directory to show at the project's root (e.g. a fresh checkout); dependency folders come from the project. */
    tree?: string
    /**
     * As tests that somebody wrote find things elsewhere: NODE_ENV is `test`, and the variable that names the application's port is
     * left unset where it may be, for tests that start the application themselves. `startApp` sets both all the same.
     */
    unsteered?: boolean
  }): Promise<Environment>
  stop(): Promise<void>
}
