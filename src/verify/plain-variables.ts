import type { Environment } from '../contracts/environment.ts'
import type { Suite } from '../contracts/suite.ts'

/**
 * Variables for the suite's command as a person would run it. Where services are is the environment's to say. npm's look-up of a
 * newer version of itself is turned off: it is not the suite's doing and would count as an attempt to leave the sandbox.
 */
export function plainVariables(environment: Environment, suite: Suite): Record<string, string> {
  return { npm_config_update_notifier: 'false', ...suite.env, ...environment.variables }
}
