import type { AddressVariable, DataStore, ProjectMap } from '../../contracts/project.ts'
import type { StoreAddress } from '../services/plug.ts'

/** What a project calls an engine where a variable picks it, by the driver or ORM that reads the variable. */
const CLIENTS: Record<string, Record<string, string>> = {
  postgres: { knex: 'pg', drizzle: 'postgresql', prisma: 'postgresql', pg: 'pg' },
  sqlite: { sequelize: 'sqlite', typeorm: 'sqlite', prisma: 'sqlite' },
}

const SAME_ENGINE: Record<string, RegExp> = {
  postgres: /^(pg|pg-native|postgres(ql)?)$/i,
  sqlite: /^(better-)?sqlite3?$/i,
}

/** The variables that lead a project to a store's address. */
export function deriveStoreVariables(store: DataStore, address: StoreAddress, map: ProjectMap): Record<string, string> {
  return Object.fromEntries(
    store.address.flatMap((variable) => {
      const value = valueFor(variable, store, address, map)
      return value === null ? [] : [[variable.name, value]]
    }),
  )
}

function valueFor(variable: AddressVariable, store: DataStore, address: StoreAddress, map: ProjectMap): string | null {
  if (variable.part === 'client') return chooseClient(variable, store, map)
  if (address.kind === 'file') {
    if (address.path === null) return null
    if (variable.part === 'url') return fileUrl(address.path, variable.default, store.driver)
    return ['file', 'database'].includes(variable.part) ? address.path : null
  }
  switch (variable.part) {
    case 'url': {
      const scheme = /^postgres(ql)?(?=:)/.exec(variable.default ?? '')?.[0] ?? address.scheme
      return `${scheme}://${address.user}:${address.password}@${address.host}:${address.port}/${address.database}`
    }
    case 'file':
      return null
    case 'port':
      return String(address.port)
    default:
      return address[variable.part]
  }
}

function fileUrl(path: string, example: string | undefined, driver: string): string {
  const scheme = /^(file|sqlite3?):/.exec(example ?? '')?.[1]
  if (scheme === 'file' || (!scheme && /prisma|drizzle|libsql/.test(driver))) return `file:${path}`
  return scheme || driver === 'sequelize' ? `${scheme ?? 'sqlite'}:${path}` : path
}

function chooseClient(variable: AddressVariable, store: DataStore, map: ProjectMap): string {
  if (variable.default && SAME_ENGINE[store.engine]?.test(variable.default)) return variable.default
  const known = CLIENTS[store.engine]?.[store.driver]
  if (known) return known
  if (store.engine !== 'sqlite') return store.engine
  return 'better-sqlite3' in map.dependencies && !('sqlite3' in map.dependencies) ? 'better-sqlite3' : 'sqlite3'
}
