import type { Environment } from '../../contracts/environment.ts'
import type { ProjectMap } from '../../contracts/project.ts'
import type { EnvFile } from './dotenv.ts'
import { looksLikeAddress, redactAddress } from './redact-address.ts'

/** Clients connect by these without anybody naming them in the code. */
const IMPLICIT =
  /^(PG(HOST|PORT|USER|PASSWORD|DATABASE|SERVICE|PASSFILE)|DATABASE_URL|REDIS_URL|MONGO(DB)?_UR[IL]|MYSQL_HOST)$/

/**
 * What the machine or the project's own `.env` files would have said about services and secrets, and the environment
 * says otherwise. The old value is cut down to its host.
 */
export function findReplaced(
  map: ProjectMap,
  variables: Record<string, string>,
  envFiles: EnvFile[],
  machine: Record<string, string | undefined>,
): Environment['replaced'] {
  const named = new Set([
    ...map.stores.flatMap((store) => store.address.map((variable) => variable.name)),
    ...map.variables
      .filter(
        (variable) => variable.secret || ['database', 'broker', 'cache', 'http', 'secret'].includes(variable.purpose),
      )
      .map((variable) => variable.name),
  ])
  const sources = [
    { source: 'environment', values: machine, matters: (name: string) => named.has(name) || IMPLICIT.test(name) },
    ...envFiles
      .filter((file) => !file.sample)
      .map((file) => ({
        source: file.path,
        values: Object.fromEntries<string | undefined>(file.values),
        matters: (name: string) =>
          named.has(name) || IMPLICIT.test(name) || looksLikeAddress(file.values.get(name) ?? ''),
      })),
  ]
  return sources.flatMap(({ source, values, matters }) =>
    Object.entries(values)
      .filter(([name, value]) => value && matters(name) && value !== variables[name])
      .map(([name, value]) => ({ name, was: redactAddress(value ?? ''), source })),
  )
}
