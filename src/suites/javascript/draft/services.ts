import type { DraftInput } from '../../../contracts/plugs.ts'
import type { AddressVariable, DataStore, ProjectMap } from '../../../contracts/project.ts'

/** A server that `docker-compose.test.yml` starts, and where tests find it. */
export interface ComposeService {
  /** Its name in the compose file, which is also an allowed host. */
  name: string
  store: DataStore
  port: number
  user: string
  password: string
  database: string
}

interface ServerKind {
  image: (version: string) => string
  version: string
  inside: number
  outside: number
  database: boolean
}

/** Servers we know how to start. Host ports are off the beaten track, so that a developer's own server stays untouched. */
export const SERVERS: Record<string, ServerKind> = {
  postgres: { image: (v) => `postgres:${v}-alpine`, version: '16', inside: 5432, outside: 54329, database: true },
  mysql: { image: (v) => `mysql:${v}`, version: '8', inside: 3306, outside: 33069, database: true },
  mariadb: { image: (v) => `mariadb:${v}`, version: '11', inside: 3306, outside: 33069, database: true },
  redis: { image: (v) => `redis:${v}-alpine`, version: '7', inside: 6379, outside: 63799, database: false },
  rabbitmq: { image: (v) => `rabbitmq:${v}-alpine`, version: '3', inside: 5672, outside: 56729, database: false },
}

export function planServices(stores: DataStore[]): ComposeService[] {
  return stores.flatMap((store, index): ComposeService[] => {
    const server = SERVERS[store.engine]
    if (!server) return []
    const literal = /:(\d+)(?:\/([\w-]+))?/.exec(store.literal ?? '')
    const user = defaultOf(store, 'user')
    const earlier = stores.slice(0, index).filter(({ engine }) => SERVERS[engine]?.outside === server.outside).length
    return [
      {
        name: earlier === 0 ? store.engine : `${store.engine}-${earlier + 1}`,
        store,
        port: literal ? Number(literal[1]) : server.outside + earlier,
        user: literal ? (user ?? 'test') : 'test',
        password: 'test',
        database: literal?.[2] ?? 'test',
      },
    ]
  })
}

const defaultOf = (store: DataStore, part: AddressVariable['part']) =>
  store.address.find((one) => one.part === part)?.default

/** Values for the variables that tests need: service addresses as in compose, invented secrets, modes. */
export function planVariables({ map, environment }: DraftInput, services: ComposeService[]): Record<string, string> {
  const values: Record<string, string> = {}
  for (const service of services) {
    for (const { name, part } of service.store.address) {
      const given = environment.variables[name]
      if (part === 'url') values[name] = addressOf(service, given)
      else if (part !== 'file' && part !== 'client') values[name] = partOf(service, part)
    }
  }
  for (const { name, part } of map.stores.flatMap(({ address }) => address)) {
    const given = environment.variables[name]
    if (part === 'client' && given !== undefined) values[name] = given
  }
  const addresses = new Set(map.stores.flatMap(({ address }) => address.map(({ name }) => name)))
  for (const variable of map.variables) {
    const given = environment.variables[variable.name]
    if (given === undefined || addresses.has(variable.name) || variable.purpose === 'port') continue
    // What has a harmless default of its own needs no mention; addresses of third parties are always replaced.
    const needed = variable.required || variable.secret || /:\/\//.test(variable.default ?? '')
    if (variable.name === 'NODE_ENV' || !needed) continue
    // A value that is invented afresh for each run would change the files for no reason.
    values[variable.name] =
      variable.secret && !/^\w+_test_/.test(given) ? 'for-integration-tests-only-0123456789' : given
  }
  for (const { name, value } of environment.invented) {
    if (name in values || addresses.has(name) || name === 'NODE_ENV' || isPort(map, name)) continue
    const [service] = services
    const part = LIBPQ[name]
    values[name] = part && service ? partOf(service, part) : settled(name, value)
  }
  return values
}

/** What PostgreSQL's drivers read where the code names no address of its own. */
const LIBPQ: Record<string, AddressVariable['part']> = {
  PGHOST: 'host',
  PGPORT: 'port',
  PGUSER: 'user',
  PGPASSWORD: 'password',
  PGDATABASE: 'database',
}

const isPort = ({ variables, boot }: ProjectMap, name: string) =>
  boot?.portVariable === name || variables.some((one) => one.name === name && one.purpose === 'port')

/** An invented value that is the same each time it is written. */
const settled = (name: string, value: string) =>
  /secret|key|token|passw/i.test(name) && !/^\w+_test_/.test(value) ? 'for-integration-tests-only-0123456789' : value

/** The mode the application ran in, where that is not the one in which runners put it. */
export function planMode({ environment }: DraftInput): string | null {
  const mode = environment.variables.NODE_ENV
  return mode !== undefined && mode !== 'test' && mode !== 'production' ? mode : null
}

function partOf(service: ComposeService, part: AddressVariable['part']): string {
  if (part === 'host') return 'localhost'
  if (part === 'port') return String(service.port)
  return part === 'user' ? service.user : part === 'password' ? service.password : service.database
}

function addressOf(service: ComposeService, given: string | undefined): string {
  const engine = service.store.engine
  const kind = { mariadb: 'mysql', rabbitmq: 'amqp' }[engine as string] ?? engine
  const [, scheme = kind, query = ''] = /^([\w+.-]+):\/\/[^?]*(\?.*)?$/.exec(given ?? '') ?? []
  const where = `localhost:${service.port}`
  if (engine === 'redis') return `${scheme}://${where}`
  if (engine === 'rabbitmq') return `${scheme}://${service.user}:${service.password}@${where}`
  return `${scheme}://${service.user}:${service.password}@${where}/${service.database}${query}`
}
