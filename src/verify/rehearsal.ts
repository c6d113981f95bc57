import type { Environment } from '../contracts/environment.ts'
import type { EgressAttempt } from '../contracts/sandbox.ts'
import type { RunResult } from '../contracts/suite.ts'
import { type Footprint, takeFootprint } from './footprint.ts'

/** The first run of the suite, in an environment nobody used before. */
export interface FirstRun {
  environment: Environment
  before: Footprint
  result: RunResult
  /** Everything that tried to leave the sandbox during the run, and nothing from before it. */
  attempts: EgressAttempt[]
}

/**
 * Two runs of the suite one after the other in a fresh environment, made once and looked at by several gates: nothing happens
 * between them but reading.
 */
export interface Rehearsal {
  first(): Promise<FirstRun>
  /** Again, in the same environment; the first run is made before when it was not yet. */
  second(): Promise<RunResult>
  stop(): Promise<void>
}

export function createRehearsal(
  open: () => Promise<Environment>,
  run: (environment: Environment) => Promise<RunResult>,
): Rehearsal {
  let environment: Promise<Environment> | undefined
  let first: Promise<FirstRun> | undefined
  let second: Promise<RunResult> | undefined

  async function perform(): Promise<FirstRun> {
    environment = open()
    const opened = await environment
    const before = await takeFootprint(opened)
    await opened.sandbox.clearAttempts()
    const result = await run(opened)
    return { environment: opened, before, result, attempts: await opened.sandbox.attempts() }
  }

  const rehearsal: Rehearsal = {
    first() {
      first ??= perform()
      return first
    },
    second() {
      second ??= rehearsal.first().then(({ environment: opened }) => run(opened))
      return second
    },
    async stop() {
      await (await environment?.catch(() => undefined))?.stop()
    },
  }
  return rehearsal
}
