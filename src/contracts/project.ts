import type { JsonSchema } from './json.ts'

/** `path:line` relative to the project root, 1-based; always forward slashes. */
export type SourceRef = string

/** One operation a client can call. */
export interface Endpoint {
  /** Upper-case HTTP verb, or QUERY, MUTATION, SUBSCRIPTION, WS, CONSUME. */
  method: string
  /** OpenAPI style: `/articles/{slug}`. */
  path: string
  auth: 'none' | 'required' | 'unknown'
  /** The route's declaration. */
  source: SourceRef
  /** Where the handler's body is, when it could be followed. */
  handler?: SourceRef
  /** Grouping for files and reports: the first literal path segment that names a collection, e.g. `articles`. */
  resource: string
  params: Parameter[]
  query: Parameter[]
  headers: Parameter[]
  /** `null`: takes no body. A body read without a validator has the property names that the code reads. */
  body: RequestBody | null
  /** Status codes the code names for this endpoint, middleware included, without 500. */
  statuses: number[]
  /** Roles or permissions the code names for it. */
  roles: string[]
  /** Shapes of answers by status, where the route or an OpenAPI document declares them. */
  responses?: Record<string, JsonSchema>
}

export interface Parameter {
  name: string
  required: boolean
  schema: JsonSchema
}

export interface RequestBody {
  contentType: 'application/json' | 'application/x-www-form-urlencoded' | 'multipart/form-data' | (string & {})
  schema: JsonSchema
  /** `schema`: a validator declares it; `usage`: only what the handler reads. */
  provenance: 'schema' | 'usage'
}

/** A variable that the project's code or configuration reads. */
export interface EnvironmentVariable {
  name: string
  source: SourceRef
  /** Literal default in the code, if there is one. */
  default?: string
  /** The code throws or exits without it. */
  required: boolean
  /** Looks like a credential; its real value is never read into anything. */
  secret: boolean
  /** What it decides, as far as can be told. */
  purpose: 'database' | 'broker' | 'cache' | 'http' | 'port' | 'secret' | 'mode' | 'path' | 'other'
}

/** A database (or cache, broker) the project talks to. */
export interface DataStore {
  /** Stable name inside the map, e.g. `postgres`. */
  name: string
  engine: 'postgres' | 'sqlite' | 'mysql' | 'mongodb' | 'redis' | 'rabbitmq' | (string & {})
  /** Major version named by compose files or documentation. */
  version?: string
  /** Driver or ORM package the project uses: `pg`, `knex`, `sequelize`, `prisma`, `better-sqlite3`, … */
  driver: string
  source: SourceRef
  /** Variables that decide the address; empty when it is hard-coded. */
  address: AddressVariable[]
  /** For a file database with no variable: the file, relative to the root, under the test mode. */
  file?: string
  /** Hard-coded `host:port/database` where no variable decides. */
  literal?: string
  /** Role that the code itself names, where no variable decides: the server has to know it. */
  user?: string
  migrations: Migration | null
  seeds: { command: string[] | null; files: string[] } | null
  /** The project's own open handle that a test can import for looking at rows. */
  handle:
    | (ModuleExport & {
        kind:
          | 'knex'
          | 'pg'
          | 'sequelize'
          | 'prisma'
          | 'typeorm'
          | 'drizzle'
          | 'sqlite3'
          | 'better-sqlite3'
          | (string & {})
      })
    | null
}

export interface AddressVariable {
  name: string
  /** What the variable holds. `client` picks the engine (e.g. DB_CLIENT=pg). */
  part: 'url' | 'host' | 'port' | 'user' | 'password' | 'database' | 'file' | 'client'
  default?: string
}

export interface Migration {
  kind: 'knex' | 'sequelize' | 'prisma' | 'typeorm' | 'drizzle' | 'sql' | 'script' | 'sync'
  /** Run in the project root with the environment's variables. `null`: the app does it at boot (`sync`). */
  command: string[] | null
  dir?: string
  source: SourceRef
}

/** Something exported by a module of the project. */
export interface ModuleExport {
  /** Relative to the root. */
  file: string
  /** `default`, `module.exports` or the exported name. */
  export: string
}

/** A third party that the project calls. */
export interface ExternalService {
  /** Package or host: `stripe`, `@aws-sdk/client-s3`, `http://mailer.com`. */
  name: string
  source: SourceRef
  kind: 'sdk' | 'http' | 'smtp' | 'storage' | 'identity' | (string & {})
  variables: string[]
}

/** How the application starts. */
export interface Boot {
  /** argv that starts the server as in production, without a watcher. */
  command: string[]
  source: SourceRef
  /** A build to run before `command`, for transpiled projects. */
  build: string[] | null
  portVariable: string | null
  /** Port used when the variable is unset. */
  defaultPort: number | null
  /** The application object, where importing it neither listens nor exits. */
  app:
    | (ModuleExport & { kind: 'express' | 'koa' | 'fastify' | 'hono' | 'nest' | 'http' | 'factory' | (string & {}) })
    | null
  /** Modules to load before `app`, as the entry does (e.g. dotenv bootstrap). */
  before: string[]
  /** Why `app` is null. */
  whyNoApp?: string
}

/** How the caller proves who they are. */
export interface AuthScheme {
  kind: 'bearer' | 'cookie' | 'basic' | 'api-key' | 'session' | (string & {})
  /** Header that carries the credential, lower case. */
  header: string
  /** Words accepted before a token, first one preferred: `Bearer`, `Token`. */
  prefixes: string[]
  /** Variable or config key of the signing secret. */
  secretVariable: string | null
  source: SourceRef
}

/** What the repository's tests look like already. */
export interface TestConventions {
  runner: 'jest' | 'vitest' | 'node-test' | 'mocha' | 'pytest' | 'gotest' | (string & {})
  /** Installed version, `null` when not installed. */
  runnerVersion: string | null
  httpClient: string | null
  httpClientVersion: string | null
  /** Existing test files, relative. */
  files: string[]
  /** Folder for integration tests: the project's own, or what fits its manner. */
  dir: string
  /** e.g. `.test.js`, `.spec.ts`. */
  suffix: string
  /** The name in use for one test. */
  caseWord: 'test' | 'it'
  style: { semicolons: boolean; quotes: 'single' | 'double'; indent: number | 'tab'; trailingCommas: boolean }
  /** Fixtures and helpers that already exist. */
  helpers: string[]
  configFile: string | null
}

export interface ProjectMap {
  schema: 1
  /** Absolute. */
  root: string
  name: string
  languages: string[]
  frameworks: string[]
  packageManager: 'npm' | 'yarn' | 'pnpm' | 'bun' | 'pip' | 'uv' | 'poetry' | 'go' | (string & {})
  moduleSystem: 'cjs' | 'esm' | null
  typescript: boolean
  /** Declared dependencies with the installed version, `null` when not installed. */
  dependencies: Record<string, { range: string; installed: string | null; dev: boolean }>
  endpoints: Endpoint[]
  auth: AuthScheme[]
  stores: DataStore[]
  externals: ExternalService[]
  queues: { name: string; system: string; source: SourceRef }[]
  variables: EnvironmentVariable[]
  /** NODE_ENV that tests run under, where it is not `test`: the project's own choice, or the one it is configured for. */
  mode?: string
  boot: Boot | null
  tests: TestConventions
  /** Source files of the application: what coverage is measured over and what faults go into. */
  sources: string[]
  /** Files that could not be parsed, mounts that could not be followed, and the like. */
  warnings: { message: string; source?: SourceRef }[]
}

/** `POST /articles/{slug}`: how endpoints are named between stages. */
export function endpointKey(endpoint: { method: string; path: string }): string {
  return `${endpoint.method} ${endpoint.path}`
}
