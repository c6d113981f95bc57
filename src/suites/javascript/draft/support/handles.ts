import type { DataStore, ModuleExport } from '../../../../contracts/project.ts'

/** How the tests look at one store: through the project's own handle, or a connection with the project's driver. */
export interface Access {
  /** Import lines, in the helpers' canonical form. */
  imports: string[]
  /** Lines that open a connection or adapt the handle; a `query(sql, values)` unless `knex`. */
  setup: string
  /** The expression of a Knex instance, when there is one. */
  knex: string | null
  close: string
  placeholder: 'dollar' | 'question'
}

type ImportOf = (module: ModuleExport, wanted: string) => { line: string; name: string }

const QUERY = `const query = async (sql«: string», values«: unknown[]» = [])«: Promise<Record<string, any>[]>»`

/** Adapters by the kind of the handle (or, without a handle, by driver). */
const KINDS: Record<string, (handle: string) => Omit<Access, 'imports'>> = {
  knex: (handle) => ({ setup: '', knex: handle, close: `${handle}.destroy()`, placeholder: 'question' }),
  pg: (handle) => ({
    setup: `${QUERY} => (await ${handle}.query(sql, values)).rows;`,
    knex: null,
    close: `${handle}.end()`,
    placeholder: 'dollar',
  }),
  mysql2: (handle) => ({
    setup: `${QUERY} => (await ${handle}.query(sql, values))[0]« as any»;`,
    knex: null,
    close: `${handle}.end()`,
    placeholder: 'question',
  }),
  sequelize: (handle) => ({
    setup: `${QUERY} => (await ${handle}.query(sql, { bind: values, logging: false }))[0]« as any»;`,
    knex: null,
    close: `${handle}.close()`,
    placeholder: 'dollar',
  }),
  prisma: (handle) => ({
    setup: `${QUERY} => ${handle}.$queryRawUnsafe(sql, ...values);`,
    knex: null,
    close: `${handle}.$disconnect()`,
    placeholder: 'dollar',
  }),
  typeorm: (handle) => ({
    setup: `${QUERY} => {
  if (!${handle}.isInitialized) await ${handle}.initialize();
  return ${handle}.query(sql, values);
};`,
    knex: null,
    close: `${handle}.destroy()`,
    placeholder: 'dollar',
  }),
  libsql: (handle) => ({
    setup: `${QUERY} =>
  (await ${handle}.execute({ sql, args: values« as any» })).rows;`,
    knex: null,
    close: `Promise.resolve(${handle}.close())`,
    placeholder: 'question',
  }),
  'better-sqlite3': (handle) => ({
    setup: `${QUERY} => {
  const statement = ${handle}.prepare(sql);
  return statement.reader ? statement.all(...values)« as any» : [statement.run(...values)];
};`,
    knex: null,
    close: `${handle}.close()`,
    placeholder: 'question',
  }),
  sqlite3: (handle) => ({
    setup: `${QUERY} =>
  new Promise((resolve, reject) => {
    ${handle}.all(sql, values, (error«: Error | null», found«: any[]») => (error ? reject(error) : resolve(found)));
  });`,
    knex: null,
    close: `new Promise((resolve) => ${handle}.close(resolve))`,
    placeholder: 'question',
  }),
}

/** `null` when rows of this store cannot be looked at from a test. */
export function accessTo(store: DataStore, dependencies: Record<string, unknown>, importOf: ImportOf): Access | null {
  if (store.handle) {
    const { line, name } = importOf(store.handle, store.handle.kind === 'pg' ? 'pool' : 'db')
    if (store.handle.kind === 'drizzle') return withClient(store, dependencies, name, line)
    const kind = KINDS[store.handle.kind]
    return kind ? { imports: [line], ...kind(name) } : null
  }
  return ownConnection(store, dependencies)
}

/** Drizzle hands out the driver's own client. */
function withClient(
  store: DataStore,
  dependencies: Record<string, unknown>,
  handle: string,
  line: string,
): Access | null {
  const sqlite = 'better-sqlite3' in dependencies || !('@libsql/client' in dependencies) ? 'better-sqlite3' : 'libsql'
  const kind = store.engine === 'postgres' ? KINDS.pg : store.engine === 'sqlite' ? KINDS[sqlite] : undefined
  return kind ? { imports: [line], ...kind(`${handle}.$client`) } : null
}

function ownConnection(store: DataStore, dependencies: Record<string, unknown>): Access | null {
  const variable = (part: string) => store.address.find((address) => address.part === part)?.name
  const value = (part: string) => (variable(part) ? `process.env.${variable(part)}` : null)
  if (store.engine === 'postgres' && 'pg' in dependencies) {
    const url = value('url')
    const options = url
      ? `connectionString: ${url}`
      : ['host', 'port', 'user', 'password', 'database']
          .flatMap((part) => {
            const code = value(part)
            return code ? [`${part}: ${part === 'port' ? `Number(${code})` : code}`] : []
          })
          .join(', ')
    const connection = literalConnection(store)
    const kind = (KINDS.pg as (handle: string) => Omit<Access, 'imports'>)('pool')
    const open = `const pool = new Pool({ ${options || connection}, max: 2 });`
    return { imports: [`import { Pool } from 'pg';`], ...kind, setup: `${open}\n${kind.setup}` }
  }
  if (store.engine === 'postgres' && '@prisma/client' in dependencies) {
    const kind = (KINDS.prisma as (handle: string) => Omit<Access, 'imports'>)('prisma')
    return {
      imports: [`import { PrismaClient } from '@prisma/client';`],
      ...kind,
      setup: `const prisma = new PrismaClient();\n${kind.setup}`,
    }
  }
  const file = value('file') ?? value('url') ?? (store.file ? `'${store.file}'` : null)
  if (store.engine === 'sqlite' && file && 'better-sqlite3' in dependencies) {
    const kind = (KINDS['better-sqlite3'] as (handle: string) => Omit<Access, 'imports'>)('db')
    return {
      imports: [`import Database from 'better-sqlite3';`],
      ...kind,
      setup: `const db = new Database(${file});\n${kind.setup}`,
    }
  }
  if (store.engine === 'sqlite' && file && 'sqlite3' in dependencies) {
    const kind = (KINDS.sqlite3 as (handle: string) => Omit<Access, 'imports'>)('db')
    return {
      imports: [`import { Database } from 'sqlite3';`],
      ...kind,
      setup: `const db = new Database(${file});\n${kind.setup}`,
    }
  }
  return null
}

function literalConnection(store: DataStore): string {
  const [, host = '127.0.0.1', port = '5432', database = 'test'] =
    /^([\w.-]+):(\d+)(?:\/(.+))?$/.exec(store.literal ?? '') ?? []
  return `host: '${host}', port: ${port}, user: 'test', password: 'test', database: '${database}'`
}
