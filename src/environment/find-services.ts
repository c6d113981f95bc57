import type { Environment } from '../contracts/environment.ts'
import type { DataStore, ProjectMap } from '../contracts/project.ts'
import { engines, findPlug } from './services/index.ts'
import { isUnavailable, type Provider } from './services/plug.ts'

export interface FoundServices {
  provided: { store: DataStore; provider: Provider }[]
  unavailable: Environment['unavailable']
}

/** Looks for somebody on this machine to provide each service the project needs. Nothing is started. */
export async function findServices(map: ProjectMap): Promise<FoundServices> {
  const found: FoundServices = { provided: [], unavailable: [] }
  for (const store of map.stores) {
    const plug = findPlug(store.engine)
    const provider = plug ? await plug.find(store) : noPlug(store.engine)
    if (isUnavailable(provider)) found.unavailable.push({ name: store.name, ...provider })
    else found.provided.push({ store, provider })
  }
  for (const system of new Set(map.queues.map((queue) => queue.system))) {
    const known = map.stores.some((store) => store.engine === system || store.name === system)
    if (!known) found.unavailable.push({ name: system, ...noPlug(system) })
  }
  return found
}

function noPlug(engine: string) {
  return {
    why: `nothing here can provide ${engine}`,
    unblock: `There are ${engines().join(' and ')} so far; containers are not used, even where a compose file names one. CONTRIBUTING.md tells how to add a service.`,
  }
}
