import type { Environment } from '../contracts/environment.ts'
import type { Json } from '../contracts/json.ts'

/** What runs, how real it is, and which values were made up or replaced. */
export function describeEnvironment(environment: Environment): string {
  const { sandbox, services, invented, replaced, unavailable } = environment
  const lines = [
    `sandbox: network ${sandbox.enforcement.network}, files ${sandbox.enforcement.files} (${sandbox.enforcement.how})`,
    ...services.map(
      (service) =>
        `service: ${service.name} ${service.version}, ${service.provider}, ${describeFidelity(service.fidelity)}`,
    ),
    ...invented.map(({ name, value, why }) => `invented: ${name}=${value} (${why})`),
    ...replaced.map(({ name, was, source }) => `replaced: ${name}, was ${was} in ${source}; never used`),
    ...unavailable.map(({ name, why, unblock }) => `unavailable: ${name}: ${why} ${unblock}`),
  ]
  return lines.join('\n')
}

/** `real`, or what the reader must know about a stand-in. */
function describeFidelity(fidelity: 'real' | 'substitute' | 'emulation'): string {
  return fidelity === 'real' ? 'real' : fidelity === 'substitute' ? 'a substitute for the real engine' : 'an emulation'
}

export function environmentData(environment: Environment): Json {
  const { services, invented, replaced, unavailable, variables, sandbox } = environment
  return {
    sandbox: { ...sandbox.enforcement },
    services,
    invented,
    replaced,
    unavailable,
    variables,
  } as unknown as Json
}
