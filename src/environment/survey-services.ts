import type { DataStore } from '../contracts/project.ts'
import { engines, findPlug } from './services/index.ts'
import { isUnavailable } from './services/plug.ts'

/** Which of the services known to this package this machine can provide, for `agent doctor`. */
export async function surveyServices(): Promise<{ engine: string; found: boolean; detail: string }[]> {
  return Promise.all(
    engines().map(async (engine) => {
      const found = await findPlug(engine)?.find(anyStore(engine))
      if (found === undefined) return { engine, found: false, detail: 'no plug' }
      if (isUnavailable(found)) return { engine, found: false, detail: `${found.why}. ${found.unblock}` }
      return { engine, found: true, detail: found.describe }
    }),
  )
}

/** A store without any wish of its own. */
function anyStore(engine: string): DataStore {
  return { name: engine, engine, driver: '', source: '', address: [], migrations: null, seeds: null, handle: null }
}
