import type { DataStore } from '../../../contracts/project.ts'
import { origin, type Sym, type Value } from '../evaluate/values.ts'
import type { Evaluated } from '../routes.ts'
import { type Connection, DRIVERS } from './drivers.ts'
import { exportsOf, lineOfMatch } from './evidence.ts'
import type { Manifest } from './manifest.ts'
import { findMigration, findSeeds } from './migrations.ts'
import { isTest, type SourceTree } from './sources.ts'

/** Packages that only wrap another driver's connection: the wrapper is what the code speaks. */
const ORMS = ['prisma', 'typeorm', 'drizzle', 'sequelize', 'knex', 'mongoose']

/** Databases, caches and brokers that the code really connects to. */
export function findStores(tree: SourceTree, manifest: Manifest, evaluated: Evaluated): DataStore[] {
  const found: { connection: Connection; call: Sym }[] = []
  for (const call of evaluated.interp.calls) {
    const from = call.base && origin(call.base)
    const driver = from && DRIVERS[from.module.replace(/^(drizzle-orm|typeorm|mysql2|pg|sequelize)\/.*$/, '$1')]
    if (!from || !driver || isTest(call.file)) continue
    const connection = driver(call, from.path)
    if (connection) found.push({ connection, call })
  }
  const stores = merge(found).map(({ connection, call }) => describe(tree, manifest, evaluated, connection, call))
  const prisma = prismaStore(tree, manifest, evaluated)
  const all = prisma ? [prisma, ...stores.filter((store) => store.engine !== prisma.engine)] : stores
  const names = new Map<string, number>()
  for (const store of all) {
    const count = (names.get(store.engine) ?? 0) + 1
    names.set(store.engine, count)
    store.name = count > 1 ? `${store.engine}-${count}` : store.engine
  }
  return all
}

/** One store for every connection to the same place; an ORM stands for the driver below it. */
function merge(found: { connection: Connection; call: Sym }[]): { connection: Connection; call: Sym }[] {
  const result: { connection: Connection; call: Sym }[] = []
  for (const one of found) {
    const same = result.find(
      ({ connection }) => connection.engine === one.connection.engine || !connection.engine || !one.connection.engine,
    )
    if (!same) {
      result.push(one)
      continue
    }
    const { connection } = same
    const better = ORMS.includes(one.connection.driver) && !ORMS.includes(connection.driver)
    const address = connection.address.length > 0 ? connection : one.connection
    const detail = {
      address: address.address,
      file: address.file ?? connection.file ?? one.connection.file,
      literal: address.literal ?? connection.literal,
      user: address.user ?? connection.user,
    }
    const kept = better ? one : same
    const engine = connection.engine || one.connection.engine
    Object.assign(same, { call: kept.call, connection: { ...kept.connection, ...detail, engine } })
  }
  return result.filter(({ connection }) => connection.engine)
}

function describe(
  tree: SourceTree,
  manifest: Manifest,
  evaluated: Evaluated,
  connection: Connection,
  call: Sym,
): DataStore {
  const { engine, driver, address, file, literal, user } = connection
  const named = user !== undefined && !address.some(({ part }) => part === 'url' || part === 'user')
  return {
    name: engine,
    engine,
    ...version(tree, engine),
    driver,
    source: `${call.file}:${call.line}`,
    address,
    ...(file !== undefined ? { file } : {}),
    ...(literal !== undefined && address.length === 0 ? { literal } : {}),
    ...(named ? { user } : {}),
    migrations: isData(engine) ? findMigration(tree, manifest, evaluated, driver, call) : null,
    seeds: isData(engine) ? findSeeds(tree, manifest, driver, call) : null,
    handle: handleOf(evaluated, driver, (value) => value === call),
  }
}

const isData = (engine: string) => !['redis', 'rabbitmq', 'kafka', 'nats', 'memcached'].includes(engine)

function handleOf(evaluated: Evaluated, driver: string, wanted: (value: Value) => boolean): DataStore['handle'] {
  const [first] = exportsOf(evaluated, wanted).filter(({ file }) => !isTest(file))
  const kind = driver === 'postgres' ? 'postgres.js' : driver === 'mysql2' || driver === 'mysql' ? 'mysql2' : driver
  return first ? { file: first.file, export: first.export, kind } : null
}

const IMAGES: Record<string, RegExp> = {
  postgres: /image:\s*['"]?(?:\S*\/)?(?:postgres|postgis|pgvector|timescaledb|bitnami\/postgresql)[\w/-]*:(?:pg)?(\d+)/,
  mysql: /image:\s*['"]?(?:\S*\/)?(?:mysql|mariadb)[\w/-]*:(\d+(?:\.\d+)?)/,
  mongodb: /image:\s*['"]?(?:\S*\/)?mongo[\w/-]*:(\d+)/,
  redis: /image:\s*['"]?(?:\S*\/)?redis[\w/-]*:(\d+)/,
  rabbitmq: /image:\s*['"]?(?:\S*\/)?rabbitmq[\w/-]*:(\d+)/,
}

/** The major version that compose files or workflows run. */
function version(tree: SourceTree, engine: string): { version?: string } {
  const pattern = IMAGES[engine]
  if (!pattern) return {}
  for (const [path, text] of tree.documents) {
    const found = /\.ya?ml$/.test(path) ? pattern.exec(text)?.[1] : undefined
    if (found) return { version: found }
  }
  return {}
}

const PROVIDERS: Record<string, string> = {
  postgresql: 'postgres',
  cockroachdb: 'postgres',
  mysql: 'mysql',
  sqlite: 'sqlite',
  mongodb: 'mongodb',
  sqlserver: 'mssql',
}

/** Prisma's schema names the engine and the variable; the client takes no address of its own. */
function prismaStore(tree: SourceTree, manifest: Manifest, evaluated: Evaluated): DataStore | null {
  const schemas = [...tree.documents].filter(([path]) => path.endsWith('.prisma'))
  const schema = schemas.find(([, text]) => /datasource\s+\w+\s*\{/.test(text))
  if (!schema || !('@prisma/client' in manifest.dependencies)) return null
  const [path, text] = schema
  const block = /datasource\s+\w+\s*\{([^}]*)\}/.exec(text)?.[1] ?? ''
  const provider = /provider\s*=\s*"(\w+)"/.exec(block)?.[1] ?? ''
  const engine = PROVIDERS[provider] ?? provider
  const variable = /url\s*=\s*env\("(\w+)"\)/.exec(block)?.[1]
  const fixed = /url\s*=\s*"(?:file:)?([^"]+)"/.exec(block)?.[1]
  const isClient = (value: Value) =>
    value.k === 'sym' && value.op === 'new' && origin(value)?.path.includes('PrismaClient') === true
  const address = variable ? [{ name: variable, part: 'url' as const }] : []
  return {
    name: engine,
    engine,
    ...version(tree, engine),
    driver: 'prisma',
    source: `${path}:${lineOfMatch(text, /datasource\s/)}`,
    address,
    ...(fixed && engine === 'sqlite'
      ? { file: fixed.replace(/^\.\//, `${path.split('/').slice(0, -1).join('/')}/`) }
      : {}),
    migrations: findMigration(tree, manifest, evaluated, 'prisma', null),
    seeds: findSeeds(tree, manifest, 'prisma', null),
    handle: handleOf(evaluated, 'prisma', isClient),
  }
}
