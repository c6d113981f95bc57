import type { Environment, RunningApp } from '../contracts/environment.ts'
import { AgentError } from '../contracts/errors.ts'
import type { ProjectMap } from '../contracts/project.ts'
import type { Sandbox } from '../contracts/sandbox.ts'
import { CAUSE_LABEL, startApp } from './app/start-app.ts'
import { resolveCommand } from './project-command.ts'

const TIMEOUT_MS = 60_000

/** Starts the application as the map says, beside `running` others of the same environment. */
export async function bootApp(options: {
  map: ProjectMap
  sandbox: Sandbox
  variables: Environment['variables']
  /** Where none is named. */
  port: number
  running: number
  env?: Record<string, string>
  timeoutMs?: number
  signal: AbortSignal
  progress(message: string): void
}): Promise<RunningApp> {
  const { map, sandbox, signal } = options
  const { boot } = map
  if (!boot) {
    throw new AgentError('environment', 'NO_BOOT_COMMAND', `nothing says how ${map.name} starts`, {
      value: map.root,
      next: 'Name the boot command in integration-tests.config.json.',
    })
  }
  const env = { ...options.variables, ...options.env }
  const variable = boot.portVariable
  if (variable && options.env?.[variable] === undefined)
    env[variable] = String(Number(env[variable] ?? options.port) + options.running)
  const start = {
    sandbox,
    command: resolveCommand(sandbox.root, map.root, boot.command),
    port: variable ? Number(env[variable]) : boot.defaultPort,
    timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
    signal,
  }
  try {
    return await startApp({ ...start, env })
  } catch (error) {
    if (!mayRefuseTestMode(map, error) || env.NODE_ENV !== 'test' || options.env?.NODE_ENV) throw error
    // Many an entry file leaves out `listen` in test mode, for tests that import it.
    options.progress('The application does not start with NODE_ENV=test; trying development')
    return await startApp({ ...start, env: { ...env, NODE_ENV: 'development' } }).catch(() => {
      throw error
    })
  }
}

/** No reason is known, and another mode cannot lead to another database: variables decide all addresses. */
function mayRefuseTestMode(map: ProjectMap, error: unknown): boolean {
  const decided = map.stores.every((store) => store.address.length > 0)
  return (
    decided &&
    error instanceof AgentError &&
    error.code === 'APP_DOES_NOT_START' &&
    !error.message.includes(CAUSE_LABEL)
  )
}
