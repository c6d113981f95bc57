import { AgentError } from '../../contracts/errors.ts'
import type { DataStore, ProjectMap } from '../../contracts/project.ts'
import { classifyAddress, isLiveKey } from '../../workspace/production-guard.ts'
import { classifyLiteral } from './classify-literal.ts'

/**
 * Throws before anything starts when the application would talk to another machine whatever its variables say, or when
 * the caller's own values name one.
 */
export function refuseProduction(map: ProjectMap, given: Record<string, string>): void {
  for (const store of map.stores) {
    // What a variable decides is decided anew; inside the sandbox, a compose service's name means its own loopback.
    if (store.address.length > 0 || !store.literal || isReachableInside(store)) continue
    throw new AgentError('safety', 'PRODUCTION_ADDRESS', `the address of ${store.name} is written in ${store.source}`, {
      value: classifyLiteral(store).host,
      next: 'Let a variable decide it, e.g. process.env.DATABASE_URL, so that tests can lead it elsewhere.',
    })
  }
  for (const [name, value] of Object.entries(given)) {
    if (isLiveKey(value)) {
      throw new AgentError('safety', 'LIVE_KEY', `${name} holds a key to a live account`, {
        value: name,
        next: 'Give a test key, or leave it out: a value for tests is made up.',
      })
    }
    const { kind, host } = classifyAddress(value)
    if (kind === 'remote' || kind === 'production') {
      throw new AgentError('safety', 'PRODUCTION_ADDRESS', `${name} leads to another machine`, {
        value: host,
        next: `Leave ${name} out: services are provided inside the environment.`,
      })
    }
  }
}

function isReachableInside(store: DataStore): boolean {
  return ['loopback', 'compose', 'not_an_address'].includes(classifyLiteral(store).kind)
}
