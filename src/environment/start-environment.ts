import type { Environment } from '../contracts/environment.ts'
import { AgentError } from '../contracts/errors.ts'
import type { ProjectMap } from '../contracts/project.ts'
import { checkDependencies } from './check-dependencies.ts'
import { findServices } from './find-services.ts'
import { openEnvironment } from './open-environment.ts'
import { readEnvFiles } from './variables/dotenv.ts'
import { refuseProduction } from './variables/refuse-production.ts'

export interface EnvironmentOptions {
  /** Aborting gives the start up. The environment outlives it: `stop()` ends that. */
  signal: AbortSignal
  progress(message: string): void
  /** The caller's own values, e.g. from integration-tests.config.json; they win over derived ones. */
  variables?: Record<string, string>
}

/**
 * Stands up what the project needs: a sandbox, its services, its schema. Throws AgentError of kind `environment`
 * (DEPENDENCIES_MISSING, MIGRATION_FAILED, BUILD_FAILED, …) or `safety` (PRODUCTION_ADDRESS, LIVE_KEY). A service that
 * nobody can provide does not throw: it is listed in `unavailable`.
 */
export async function startEnvironment(map: ProjectMap, options: EnvironmentOptions): Promise<Environment> {
  const given = options.variables ?? {}
  refuseProduction(map, given)
  await checkDependencies(map)
  const [found, envFiles] = await Promise.all([findServices(map), readEnvFiles(map.root)])
  const open = (values: Record<string, string>) =>
    openEnvironment(
      { map, found, envFiles, given: values },
      { signal: options.signal, progress: options.progress, prepared: null },
    )
  try {
    return await open(given)
  } catch (error) {
    if (!mayLackTestMode(map, given, error)) throw error
    // Many a project configures its database for development and production only.
    options.progress('Migrations fail with NODE_ENV=test; trying development')
    return await open({ ...given, NODE_ENV: 'development' })
  }
}

/** Another mode cannot lead to another database where variables decide all addresses. */
function mayLackTestMode(map: ProjectMap, given: Record<string, string>, error: unknown): boolean {
  const decided = map.stores.every((store) => store.address.length > 0)
  const usual = map.mode === undefined && given.NODE_ENV === undefined
  return decided && usual && error instanceof AgentError && error.code === 'MIGRATION_FAILED'
}
