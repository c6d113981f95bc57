import { AgentError, interrupted } from '../contracts/errors.ts'
import { startEnvironment } from '../environment/index.ts'
import { inspectProject } from '../inspect/index.ts'
import { describeEnvironment } from '../report/environment.ts'
import { readConfig } from '../workspace/config.ts'
import { openWorkspace } from '../workspace/workspace.ts'
import { exposePorts } from './expose-ports.ts'
import { locateProject } from './project-path.ts'
import { abortOnSignals } from './signals.ts'

/**
 * `agent services up [path] [-- CMD…]`: runs CMD over the project in its environment and exits with CMD's code; without
 * CMD the services stay reachable on loopback until Ctrl-C.
 */
export async function servicesUp(path: string, command: string[]): Promise<void> {
  const signal = abortOnSignals()
  const { root, within } = locateProject(path)
  const workspace = await openWorkspace(root)
  const { variables = {} } = await readConfig(workspace)
  const map = await inspectProject(workspace, within)
  const progress = (message: string) => process.stderr.write(`${message}\n`)
  const environment = await startEnvironment(map, { signal, progress, variables })
  try {
    if (signal.aborted) throw interrupted()
    const [unavailable] = environment.unavailable
    if (unavailable !== undefined) {
      throw new AgentError('environment', 'SERVICE_UNAVAILABLE', `${unavailable.name}: ${unavailable.why}`, {
        value: unavailable.name,
        next: unavailable.unblock,
      })
    }
    process.stderr.write(`${describeEnvironment(environment)}\n`)
    if (command.length === 0) await stay(environment, signal)
    else process.exitCode = await runCommand(environment, command, signal)
  } finally {
    await environment.stop()
  }
}

type Environment = Awaited<ReturnType<typeof startEnvironment>>

async function runCommand(environment: Environment, argv: string[], signal: AbortSignal): Promise<number> {
  const running = await environment.sandbox.spawn({ argv, env: environment.variables })
  running.stdout.pipe(process.stdout, { end: false })
  running.stderr.pipe(process.stderr, { end: false })
  const stop = () => void running.kill('SIGINT')
  signal.addEventListener('abort', stop)
  if (signal.aborted) stop()
  const { exitCode } = await running.exited
  signal.removeEventListener('abort', stop)
  return signal.aborted ? 130 : (exitCode ?? 1)
}

async function stay(environment: Environment, signal: AbortSignal): Promise<void> {
  const close = await exposePorts(environment.sandbox)
  for (const [name, value] of Object.entries(environment.variables))
    if (!['PATH', 'HOME', 'TMPDIR'].includes(name))
      process.stdout.write(`export ${name}='${value.replaceAll("'", "'\\''")}'\n`)
  process.stderr.write('services are up; Ctrl-C ends them\n')
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
  await close()
  process.exitCode = 130
}
