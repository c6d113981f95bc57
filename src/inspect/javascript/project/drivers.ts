import type { AddressVariable } from '../../../contracts/project.ts'
import { alternatives, type Env, literal, origin, type Sym, textOf, type Value } from '../evaluate/values.ts'
import { variablesIn } from './evidence.ts'

/** What a call of a driver tells about the store it opens. `engine` is empty where something else must tell. */
export interface Connection {
  engine: string
  driver: string
  address: AddressVariable[]
  file?: string
  literal?: string
  user?: string
}

type Driver = (call: Sym, path: string[]) => Connection | null

const ENGINES: Record<string, string> = {
  pg: 'postgres',
  postgres: 'postgres',
  postgresql: 'postgres',
  'pg-native': 'postgres',
  cockroachdb: 'postgres',
  mysql: 'mysql',
  mysql2: 'mysql',
  mariadb: 'mysql',
  sqlite: 'sqlite',
  sqlite3: 'sqlite',
  'better-sqlite3': 'sqlite',
  sqljs: 'sqlite',
  libsql: 'sqlite',
  mssql: 'mssql',
  mongodb: 'mongodb',
}

const PARTS: Record<string, AddressVariable['part']> = {
  url: 'url',
  uri: 'url',
  connectionString: 'url',
  connection: 'url',
  host: 'host',
  hostname: 'host',
  server: 'host',
  port: 'port',
  user: 'user',
  username: 'user',
  password: 'password',
  database: 'database',
  db: 'database',
  dbname: 'database',
  filename: 'file',
  storage: 'file',
}

const last = (path: string[]) => path.findLast((part) => part !== '()') ?? ''

/** Drivers by package: which calls open a connection, and what their arguments mean. */
export const DRIVERS: Record<string, Driver> = {
  pg: (call, path) => (/^(Pool|Client)$/.test(last(path)) ? server('postgres', 'pg', call.args, pgDefaults) : null),
  'pg-pool': (call) => server('postgres', 'pg', call.args, pgDefaults),
  'pg-promise': (call, path) => (path.join('.') === '()' ? server('postgres', 'pg-promise', call.args) : null),
  postgres: (call, path) => (path.length === 0 ? server('postgres', 'postgres', call.args, pgDefaults) : null),
  '@neondatabase/serverless': (call, path) =>
    /Pool|neon/.test(last(path)) ? server('postgres', 'pg', call.args) : null,
  slonik: (call, path) => (last(path) === 'createPool' ? server('postgres', 'slonik', call.args) : null),
  mysql: (call, path) => (/^create(Pool|Connection)$/.test(last(path)) ? server('mysql', 'mysql', call.args) : null),
  mysql2: (call, path) => (/^create(Pool|Connection)$/.test(last(path)) ? server('mysql', 'mysql2', call.args) : null),
  mariadb: (call, path) =>
    /^create(Pool|Connection)$/.test(last(path)) ? server('mysql', 'mariadb', call.args) : null,
  sqlite3: (call, path) => (last(path) === 'Database' ? fileStore('sqlite3', call.args[0]) : null),
  sqlite: (call, path) => (last(path) === 'open' ? fileStore('sqlite3', call.args[0]) : null),
  'better-sqlite3': (call, path) => (path.length === 0 ? fileStore('better-sqlite3', call.args[0]) : null),
  '@libsql/client': (call, path) => (last(path) === 'createClient' ? libsql('libsql', call.args[0]) : null),
  knex: (call, path) => (path.length === 0 || last(path) === 'knex' ? knex(call) : null),
  sequelize: (call, path) => (call.op === 'new' && /^(Sequelize)?$/.test(last(path)) ? sequelize(call) : null),
  'sequelize-typescript': (call, path) => (last(path) === 'Sequelize' ? sequelize(call) : null),
  typeorm: (call, path) => (/^(DataSource|createConnection)$/.test(last(path)) ? typeorm(call) : null),
  'drizzle-orm': (call, path) => (last(path) === 'drizzle' ? drizzle(call) : null),
  mongoose: (call, path) =>
    /^(connect|createConnection)$/.test(last(path)) ? server('mongodb', 'mongoose', call.args) : null,
  mongodb: (call, path) => (call.op === 'new' || path.join('.') === 'MongoClient.connect' ? mongo(call, path) : null),
  redis: (call, path) => (last(path) === 'createClient' ? server('redis', 'redis', call.args) : null),
  ioredis: (call, path) =>
    call.op === 'new' && /^(Redis|Cluster)?$/.test(last(path)) ? server('redis', 'ioredis', call.args) : null,
  amqplib: (call, path) => (path.join('.') === 'connect' ? server('rabbitmq', 'amqplib', call.args) : null),
  'amqplib/callback_api': (call, path) =>
    path.join('.') === 'connect' ? server('rabbitmq', 'amqplib', call.args) : null,
  'amqp-connection-manager': (call, path) =>
    path.join('.') === 'connect' ? server('rabbitmq', 'amqp-connection-manager', call.args) : null,
}

const mongo: Driver = (call, path) =>
  last(path) === 'MongoClient' || last(path) === 'connect' ? server('mongodb', 'mongodb', call.args) : null

const pgDefaults: AddressVariable[] = [
  { name: 'PGHOST', part: 'host' },
  { name: 'PGPORT', part: 'port' },
  { name: 'PGUSER', part: 'user' },
  { name: 'PGPASSWORD', part: 'password' },
  { name: 'PGDATABASE', part: 'database' },
]

/** A server's address: a URL, or an object with its parts. */
function server(engine: string, driver: string, args: Value[], implied: AddressVariable[] = []): Connection {
  const target = args[0]
  const fields = target ? fieldsOf(target) : new Map<string, Value>()
  const plain = target && (target.k === 'env' || target.k === 'text' || target.k === 'lit' || target.k === 'union')
  const address = plain ? urlParts(target) : [...fields].flatMap(([name, value]) => named(name, value))
  const literal = plain ? stripUrl(textOf(alternatives(target)[0])) : place(fields)
  const nothing = address.length === 0 && !literal
  const user = plain
    ? userOf(textOf(alternatives(target)[0]))
    : (literalAt(fields, 'user') ?? literalAt(fields, 'username'))
  return {
    engine,
    driver,
    address: nothing ? implied : dedupe(address),
    ...(literal ? { literal } : {}),
    ...(user ? { user } : {}),
  }
}

/** A field that no variable decides. */
function literalAt(fields: Map<string, Value>, name: string): string | undefined {
  const value = fields.get(name)
  return value && variablesIn(value).length === 0 ? textOf(value) : undefined
}

const userOf = (url: string | undefined) => /^[\w+]+:\/\/([^@/:]+)[^@/]*@/.exec(url ?? '')?.[1]

/** The members of an options object, nested `connection` and `credentials` objects opened. */
function fieldsOf(value: Value): Map<string, Value> {
  const fields = new Map<string, Value>()
  for (const one of alternatives(value)) {
    if (one.k !== 'obj') continue
    for (const [name, field] of one.props) {
      if (field.k === 'obj' && /^(connection|credentials|socket|replication|read|write)$/.test(name))
        for (const [inner, deep] of fieldsOf(field)) fields.set(inner, deep)
      else fields.set(name, field)
    }
  }
  return fields
}

function named(name: string, value: Value): AddressVariable[] {
  const part = PARTS[name]
  return part === 'url' ? urlParts(value) : part ? variablesIn(value).map((env) => variable(env, part)) : []
}

function variable(env: Env, part: AddressVariable['part']): AddressVariable {
  const fallback = env.fallback ? literal(env.fallback)?.v : undefined
  return { name: env.name, part, ...(fallback !== undefined && fallback !== null ? { default: String(fallback) } : {}) }
}

/** A URL that is one variable, or put together from several that are told apart by their names. */
function urlParts(value: Value): AddressVariable[] {
  return alternatives(value).flatMap((one) => {
    if (one.k === 'env') {
      const below = one.fallback && one.fallback.k !== 'lit' ? urlParts(one.fallback) : []
      return [variable(one, 'url'), ...below]
    }
    return variablesIn(one).map((env) => variable(env, guess(env.name)))
  })
}

function guess(name: string): AddressVariable['part'] {
  if (/UR[IL]$|DSN|CONN(ECTION)?(_STRING)?$/i.test(name)) return 'url'
  if (/PORT/i.test(name)) return 'port'
  if (/HOST|SERVER|ADDR/i.test(name)) return 'host'
  if (/PASS|PWD|SECRET/i.test(name)) return 'password'
  if (/USER/i.test(name)) return 'user'
  if (/FILE|PATH|STORAGE/i.test(name)) return 'file'
  return 'database'
}

function place(fields: Map<string, Value>): string | undefined {
  const text = (...names: string[]) =>
    names.map((name) => textOf(fields.get(name))).find((value) => value !== undefined)
  const url = text('url', 'uri', 'connectionString')
  if (url) return stripUrl(url)
  const host = text('host', 'hostname', 'server')
  if (!host) return undefined
  const [port, database] = [text('port'), text('database', 'db', 'dbname')]
  return `${host}${port ? `:${port}` : ''}${database ? `/${database}` : ''}`
}

/** `host:port/database` of a URL: no credentials. */
function stripUrl(url: string | undefined): string | undefined {
  return (
    url
      ?.replace(/^[\w+]+:\/\//, '')
      .replace(/^[^@/]*@/, '')
      .replace(/\?.*$/, '') || undefined
  )
}

function dedupe(list: AddressVariable[]): AddressVariable[] {
  return list.filter((one, index) => list.findIndex((other) => other.name === one.name) === index)
}

const relativeFile = (path: string) => path.replace(/^file:/, '').replace(/^\/+|^\.\//g, '')

function fileStore(driver: string, target: Value | undefined): Connection {
  const value = target?.k === 'obj' ? (target.props.get('filename') ?? target.props.get('url')) : target
  return { engine: 'sqlite', driver, ...fileAddress(value) }
}

function fileAddress(value: Value | undefined): Pick<Connection, 'address' | 'file'> {
  const address = value ? dedupe(variablesIn(value).map((env) => variable(env, 'file'))) : []
  const file =
    value &&
    alternatives(value)
      .map(textOf)
      .find((text) => text !== undefined)
  return { address, ...(file !== undefined ? { file: relativeFile(file) } : {}) }
}

/** The one client of SQLite that takes a URL, `file:` before a path. */
function libsql(driver: string, target: Value | undefined): Connection {
  const value = target?.k === 'obj' ? target.props.get('url') : target
  const { address, file } = fileAddress(value)
  const urls = address.map((one) => ({ ...one, part: 'url' as const }))
  return { engine: 'sqlite', driver, address: urls, ...(file === undefined ? {} : { file }) }
}

/** The engine is in the module's name; the address is here, unless a driver's own client is handed over. */
function drizzle(call: Sym): Connection {
  const below = (call.base && origin(call.base)?.module.split('/')[1]) ?? ''
  const [first] = call.args
  const target = first?.k === 'obj' ? first.props.get('connection') : first
  const given =
    target && (target.k === 'obj' || target.k === 'env' || textOf(target) !== undefined) ? target : undefined
  if (below === 'libsql' && given) return libsql('drizzle', given)
  if (/sqlite/.test(below) && given) return { ...fileStore('drizzle', given), driver: 'drizzle' }
  const engine = DRIZZLE[below] ?? ''
  return engine && given ? server(engine, 'drizzle', [given]) : { engine, driver: 'drizzle', address: [] }
}

const DRIZZLE: Record<string, string> = {
  'node-postgres': 'postgres',
  'postgres-js': 'postgres',
  'neon-http': 'postgres',
  'neon-serverless': 'postgres',
  mysql2: 'mysql',
  libsql: 'sqlite',
  'better-sqlite3': 'sqlite',
}

function knex(call: Sym): Connection | null {
  const options = alternatives(call.args[0] ?? { k: 'lit', v: undefined }).find((one) => one.k === 'obj')
  if (options?.k !== 'obj') return call.args[0] ? server('', 'knex', call.args) : null
  const client = options.props.get('client') ?? options.props.get('dialect')
  const engine = ENGINES[textOf(client && alternatives(client).find((one) => textOf(one))) ?? ''] ?? ''
  const chosen = client ? variablesIn(client).map((env) => variable(env, 'client')) : []
  const connection = options.props.get('connection')
  if (engine === 'sqlite') {
    const parts = connection ? alternatives(connection) : []
    const filename = parts.find((one) => one.k === 'obj')
    const inside = fileAddress(
      filename?.k === 'obj' ? filename.props.get('filename') : parts.find((one) => one.k === 'lit'),
    )
    const whole = parts
      .filter((one) => one.k === 'env')
      .flatMap((one) => variablesIn(one))
      .map((env) => variable(env, 'file'))
    return { engine, driver: 'knex', ...inside, address: dedupe([...chosen, ...whole, ...inside.address]) }
  }
  const found = server(engine, 'knex', connection ? [connection] : [])
  return { ...found, address: dedupe([...chosen, ...found.address]) }
}

function sequelize(call: Sym): Connection {
  const options = call.args.findLast((arg) => arg.k === 'obj')
  const fields = options ? fieldsOf(options) : new Map<string, Value>()
  const dialect = fields.get('dialect')
  const [first, ...others] = call.args
  const url = first && first.k !== 'obj' && others.filter((arg) => arg.k !== 'obj').length === 0 ? first : undefined
  const scheme = url && /^(\w+):/.exec(textOf(url) ?? textOf(url.k === 'text' ? url.parts[0] : undefined) ?? '')?.[1]
  const engine = ENGINES[textOf(dialect) ?? ''] ?? ENGINES[scheme ?? ''] ?? (url ? 'postgres' : '')
  const chosen = dialect ? variablesIn(dialect).map((env) => variable(env, 'client')) : []
  if (engine === 'sqlite') {
    const target = fields.get('storage') ?? url
    const text = textOf(target)
    const found = fileAddress(target)
    return {
      engine,
      driver: 'sequelize',
      ...found,
      ...(text?.startsWith('sqlite:') ? { file: relativeFile(text.slice(7).replace(/^\/\//, '')) } : {}),
      address: dedupe([...chosen, ...found.address]),
    }
  }
  if (url) return { ...server(engine, 'sequelize', [url]), driver: 'sequelize' }
  const [database, user, password] = call.args
  const positional =
    first?.k === 'obj'
      ? []
      : ([
          ['database', database],
          ['user', user],
          ['password', password],
        ] as const)
  const found = server(engine, 'sequelize', options ? [options] : [])
  const fromPositions = positional.flatMap(([name, value]) => (value && value.k !== 'obj' ? named(name, value) : []))
  const role = user && user.k !== 'obj' && variablesIn(user).length === 0 ? textOf(user) : undefined
  return { ...found, ...(role ? { user: role } : {}), address: dedupe([...chosen, ...found.address, ...fromPositions]) }
}

function typeorm(call: Sym): Connection | null {
  const [options] = call.args
  if (!options) return null
  const fields = fieldsOf(options)
  const engine = ENGINES[textOf(fields.get('type')) ?? ''] ?? ''
  if (engine === 'sqlite') return { engine, driver: 'typeorm', ...fileAddress(fields.get('database')) }
  return server(engine, 'typeorm', [options])
}
