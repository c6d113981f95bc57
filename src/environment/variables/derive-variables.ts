import type { Environment } from '../../contracts/environment.ts'
import type { EnvironmentVariable, ProjectMap } from '../../contracts/project.ts'
import type { StoreAddress } from '../services/plug.ts'
import type { EnvFile } from './dotenv.ts'
import { inventValue, isPlaceholder } from './invent-value.ts'
import { looksLikeAddress } from './redact-address.ts'
import { deriveStoreVariables } from './store-variables.ts'

/** Purposes whose values lead somewhere: never taken from files or the machine. */
const LEADS_SOMEWHERE = new Set<EnvironmentVariable['purpose']>(['database', 'broker', 'cache', 'http', 'secret'])

/**
 * Everything the application and its tests are told, by descending authority: the caller's own values, the addresses of
 * the environment's services, modes, harmless values that the repository shows in sample files, inventions.
 */
export function deriveVariables(options: {
  map: ProjectMap
  /** By store name; stores nobody provides are absent. */
  addresses: ReadonlyMap<string, StoreAddress>
  envFiles: EnvFile[]
  given: Record<string, string>
  base: Record<string, string>
  port: number
  unsteered: boolean
  scratch: string
}): Pick<Environment, 'variables' | 'invented'> {
  const { map, addresses, given, scratch } = options
  const decided: Record<string, string> = { ...options.base, NODE_ENV: map.mode ?? 'test' }
  for (const store of [...map.stores].reverse()) {
    const address = addresses.get(store.name)
    if (address) Object.assign(decided, deriveStoreVariables(store, address, map))
  }
  const port = map.boot?.portVariable
  const needed = map.variables.some(({ name, required }) => name === port && required)
  if (port && (needed || !options.unsteered)) decided[port] = String(options.port)
  Object.assign(decided, given)
  if (options.unsteered) decided.NODE_ENV = 'test'

  const invented: Environment['invented'] = []
  for (const [name, value] of Object.entries(silentDefaults(map, addresses))) {
    if (name in decided) continue
    decided[name] = value
    invented.push({ name, value, why: 'for connections whose user the code does not name' })
  }
  const samples = new Map(options.envFiles.filter((file) => file.sample).flatMap((file) => [...file.values]))
  for (const variable of uniqueByName(map.variables)) {
    if (variable.name in decided || variable.name === port) continue
    const sample = samples.get(variable.name)
    if (
      sample &&
      variable.default === undefined &&
      isHarmless(variable, sample) &&
      !isPlaceholder(variable.name, sample)
    ) {
      decided[variable.name] = sample
      continue
    }
    const made = inventValue(variable, map.name, scratch)
    if (!made) continue
    decided[variable.name] = made.value
    invented.push({ name: variable.name, ...made })
  }
  return { variables: decided, invented }
}

/** A PostgreSQL client that is told no user takes the machine's, whom our server does not know. */
function silentDefaults(map: ProjectMap, addresses: ReadonlyMap<string, StoreAddress>): Record<string, string> {
  const store = map.stores.find((one) => one.engine === 'postgres')
  const address = store && addresses.get(store.name)
  if (address?.kind !== 'server' || store?.address.some((variable) => variable.part === 'url')) return {}
  return { PGUSER: address.user, PGPASSWORD: address.password }
}

/** The same variable is often read in several places; the strictest reading counts. */
function uniqueByName(variables: EnvironmentVariable[]): EnvironmentVariable[] {
  const byName = new Map<string, EnvironmentVariable>()
  for (const variable of variables) {
    const known = byName.get(variable.name)
    byName.set(variable.name, {
      ...variable,
      ...known,
      required: variable.required || (known?.required ?? false),
      secret: variable.secret || (known?.secret ?? false),
    })
  }
  return [...byName.values()]
}

function isHarmless(variable: EnvironmentVariable, sample: string): boolean {
  return !variable.secret && !LEADS_SOMEWHERE.has(variable.purpose) && !looksLikeAddress(sample)
}
