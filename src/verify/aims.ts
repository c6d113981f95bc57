import type { AddressVariable, DataStore, ProjectMap } from '../contracts/project.ts'
import type { Suite } from '../contracts/suite.ts'

/** Exists nowhere; the name alone must be reason enough to stop. */
export const PRODUCTION_HOST = 'prod-db.example.com'

/** Variables set so that data would go to production. */
export interface Aim {
  env: Record<string, string>
}

const DATA_URL =
  /^(postgres(ql)?|mysql2?|mariadb|mongodb(\+srv)?|rediss?|amqps?|nats|kafka|mssql|sqlserver|cockroachdb):\/\//i
const DATA_HOST =
  /(^|_)(DB|DATABASE|PG|POSTGRES(QL)?|MYSQL|MARIADB|SQL|MONGO(DB)?|REDIS|AMQP|RABBIT(MQ)?|NATS|KAFKA)_?(HOST|HOSTNAME|SERVER)$/i
const URL_NAME = /(URL|URI|DSN|CONNECTION|CONNECTION_?STRING)$/i

const SCHEMES: Record<string, string> = {
  mysql: 'mysql',
  mongodb: 'mongodb',
  redis: 'redis',
  rabbitmq: 'amqp',
}

/** Every way to point this suite's data at production through a variable, one variable a time. */
export function findAims(map: ProjectMap, suite: Suite, variables: Record<string, string>): Aim[] {
  const values = { ...suite.env, ...variables }
  const aims = new Map<string, Aim>()
  const add = (env: Record<string, string>) => aims.set(JSON.stringify(env), { env })

  for (const store of map.stores) {
    // Where the engine can be switched, what names a file here names a server elsewhere.
    const client = store.address.find((variable) => variable.part === 'client')
    for (const variable of store.address) {
      const value = values[variable.name] ?? variable.default ?? ''
      if (variable.part === 'host') add({ [variable.name]: PRODUCTION_HOST })
      const leads = variable.part === 'url' || (variable.part === 'file' && (client || URL_NAME.test(variable.name)))
      if (!leads) continue
      const url = productionUrl(value, store)
      add({ [variable.name]: url })
      if (client && store.engine === 'sqlite') add({ [variable.name]: url, [client.name]: clientFor(client) })
    }
  }
  const known = new Set(map.stores.flatMap((store) => store.address.map((variable) => variable.name)))
  const read = map.variables.filter(({ purpose }) => ['database', 'broker', 'cache'].includes(purpose))
  for (const name of new Set([...Object.keys(values), ...read.map((variable) => variable.name)])) {
    const value = values[name] ?? ''
    const matters = value !== '' || read.some((variable) => variable.name === name)
    if (known.has(name) || !matters) continue
    if (DATA_URL.test(value)) add({ [name]: productionUrl(value, null) })
    else if (DATA_HOST.test(name)) add({ [name]: PRODUCTION_HOST })
    // Unset here, yet the code reads it: somebody's shell may hold it.
    else if (value === '' && URL_NAME.test(name)) add({ [name]: productionUrl(value, map.stores[0] ?? null) })
  }
  return [...aims.values()]
}

/** The same address on the production host: scheme, user and database kept, the port left to the default. */
function productionUrl(value: string, store: DataStore | null): string {
  const url = URL.canParse(value) ? new URL(value) : null
  if (url?.hostname && !isFileUrl(url)) {
    return value.replace(/^([a-z0-9+]+:\/\/(?:[^@/]*@)?)[^/?#]*/i, `$1${PRODUCTION_HOST}`)
  }
  const scheme = SCHEMES[store?.engine ?? ''] ?? 'postgres'
  return `${scheme}://${PRODUCTION_HOST}/app`
}

function isFileUrl(url: URL): boolean {
  return /^(file|sqlite3?):$/.test(url.protocol)
}

/** The client's name for PostgreSQL, as this project would spell it. */
function clientFor(variable: AddressVariable): string {
  return /dialect|type|provider/i.test(variable.name) ? 'postgres' : 'pg'
}
