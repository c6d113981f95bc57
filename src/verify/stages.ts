import type { Environment } from '../contracts/environment.ts'
import { AgentError } from '../contracts/errors.ts'
import type { RunOptions, RunResult, RunSession, Suite } from '../contracts/suite.ts'
import { cheapenHashes } from './faults/cheap-hashes.ts'
import { isGreen } from './summary.ts'

/** An environment with the suite in it and a runner that stays; used by one gate at a time. */
export interface Stage {
  environment: Environment
  /** On freshly reset stores. */
  run(options: Parameters<RunSession['run']>[0]): Promise<RunResult>
  /** As `run`, in an environment and a process that nothing ran in before: what is red there is not for something left over. */
  runAnew(options: Parameters<RunSession['run']>[0]): Promise<RunResult>
  /** Gives it back for others. */
  release(): void
}

/** Where gates run the suite many times over. Stages are opened when needed, and used again. */
export interface Stages {
  /** The suite in its own order, with the requests of each test: made once. */
  measured(): Promise<RunResult>
  open(): Promise<Stage>
  /** Files of packages that hash passwords with less effort than usual on all stages; known after `measured`. */
  cheapHashes(): string[]
  stop(): Promise<void>
}

interface Parts {
  environment: Environment
  session: RunSession
}

interface Sockets {
  suite: Suite
  open(): Promise<Environment>
  /** `null`: the runner cannot stay. */
  session: ((environment: Environment) => RunSession) | null
  run(environment: Environment, options: RunOptions): Promise<RunResult>
}

/** Hashes are cheap unless the suite minds: most tests begin with a new account, and running them often would mostly hash. */
export function createStages(sockets: Sockets): Stages {
  const all: Parts[] = []
  const idle: Stage[] = []
  let measuring: Promise<RunResult> | undefined
  let cheap = true
  let cheapened: string[] = []
  let staying = sockets.session

  async function openParts(): Promise<Parts> {
    const environment = await sockets.open()
    const parts = { environment, session: staying?.(environment) ?? runnerThatStarts(sockets, environment) }
    all.push(parts)
    if (cheap) cheapened = await cheapenHashes(environment)
    return parts
  }

  async function build(): Promise<Stage> {
    const { environment, session } = await openParts()
    const stage: Stage = {
      environment,
      async run(options) {
        await environment.reset()
        return session.run(options)
      },
      async runAnew(options) {
        const fresh = await openParts()
        return fresh.session.run(options).finally(() => closeParts(fresh))
      },
      release: () => void idle.push(stage),
    }
    return stage
  }

  async function closeParts(parts: Parts): Promise<void> {
    all.splice(all.indexOf(parts), 1)
    await parts.session.close().catch(() => undefined)
    await parts.environment.stop()
  }

  async function measure(): Promise<RunResult> {
    const first = await build()
    try {
      const result = await first.run({})
      if (isGreen(result) || cheapened.length === 0) {
        first.release()
        return result
      }
    } catch (error) {
      if (!(error instanceof AgentError) || error.code !== 'NO_SESSION' || staying === null) throw error
      // What can be done without, is.
      staying = null
      return measure()
    }
    cheap = false
    cheapened = []
    const second = await build()
    const result = await second.run({})
    second.release()
    return result
  }

  const stages: Stages = {
    measured() {
      measuring ??= measure()
      return measuring
    },
    async open() {
      await stages.measured()
      return idle.pop() ?? build()
    },
    cheapHashes: () => cheapened,
    async stop() {
      await measuring?.catch(() => undefined)
      await Promise.all([...all].map(closeParts))
    },
  }
  return stages
}

/** For a runner that does not stay: starts it for each run, in the order that it has. */
function runnerThatStarts({ run, suite }: Sockets, environment: Environment): RunSession {
  return {
    async run({ files, only, seed, untilRed, env, timeoutMs }) {
      if (seed !== undefined || only?.block) {
        throw new AgentError('environment', 'NO_SESSION', `${suite.runner} cannot be given an order here.`, {
          value: suite.command,
          next: 'A command that starts the test runner itself, without one of its own in between, would do.',
        })
      }
      return run(environment, {
        ...(files ? { files } : {}),
        ...(only ? { test: only.name } : {}),
        ...(untilRed ? { untilRed } : {}),
        ...(env ? { env } : {}),
        ...(timeoutMs ? { timeoutMs } : {}),
      })
    },
    close: async () => {},
  }
}
