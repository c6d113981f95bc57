import type { Environment } from '../../contracts/environment.ts'
import type { Json } from '../../contracts/json.ts'
import type { RunResult } from '../../contracts/suite.ts'
import { type Aim, findAims, PRODUCTION_HOST } from '../aims.ts'
import type { GateInput, VerifierGate } from '../gate.ts'
import { count, explainRed, isGreen } from '../summary.ts'
import { blocked, fail, notApplicable, pass } from '../verdicts.ts'

/** Beyond twice what the suite takes as a rule. */
const PATIENCE_MS = 120_000

export const guarded: VerifierGate = {
  name: 'guarded',
  promise: 'Pointed at a production address it ends with an error before it connects anywhere',

  async check(input: GateInput) {
    const { map, suite, rehearsal, open, run, progress, signal } = input
    const { environment: rehearsed, result } = await rehearsal.first()
    const aims = findAims(map, suite, rehearsed.variables)
    if (aims.length === 0) {
      const hard = map.stores.map((store) => store.literal ?? store.file).filter((value) => value !== undefined)
      const what =
        map.stores.length === 0
          ? 'the project has no data store'
          : `the address is fixed (${hard.join(', ') || 'in the code'})`
      return notApplicable(`No variable decides where data goes: ${what}.`)
    }
    if (rehearsed.sandbox.enforcement.network === 'none') {
      return blocked(
        'Connection attempts cannot be seen on this machine; allow unprivileged user namespaces, or run where they exist.',
      )
    }
    if (!isGreen(result))
      return blocked('The suite is red anyway, so refusing cannot be told from failing; repair it first.')

    const environment = await open()
    const trials: Trial[] = []
    try {
      for (const aim of aims) {
        signal.throwIfAborted()
        progress(
          `guarded: ${Object.entries(aim.env)
            .map(([name, value]) => `${name}=${value}`)
            .join(' ')}`,
        )
        trials.push(await attempt(input, environment, aim, result))
      }
      // Whoever names the address has refused it; anything else may be red for its own sake here.
      const unclear = trials.find(({ wrong, unread, named }) => wrong === null && !unread && !named)
      const usual = unclear ? await run(environment, { timeoutMs: patienceFor(result), signal }) : null
      if (unclear && usual !== null && !isGreen(usual)) {
        return blocked(
          `With ${unclear.variables} it ends with an error, but without it too in a fresh environment: ${explainRed(usual)}.`,
          { trials: trials as unknown as Json },
        )
      }
    } finally {
      await environment.stop()
    }
    const evidence = {
      trials: trials.map(({ wrong, named: _, ...facts }) => ({
        ...facts,
        refused: wrong === null && !facts.unread,
      })) as Json,
    }
    const wrong = trials.filter((trial) => trial.wrong !== null)
    const bad = wrong[0]
    if (bad) {
      return fail(
        `With ${bad.variables} ${bad.wrong}.`,
        evidence,
        wrong.map(({ variables }) => variables),
      )
    }
    if (trials.every(({ unread }) => unread)) {
      return notApplicable(
        `The suite reads no address: with ${trials.map(({ variables }) => variables).join(' or ')} it passes as before and reaches nothing.`,
        evidence,
      )
    }
    const refused = trials.filter(({ unread }) => !unread).length
    return pass(
      `Refused ${refused === 1 ? 'the production address' : `all ${refused} production addresses`} without one connection attempt.`,
      evidence,
    )
  },
}

function everythingSaid({ tests, errors, output }: RunResult): string {
  return [...tests, ...errors, { message: output }].map(({ message }) => message ?? '').join('\n')
}

interface Trial {
  variables: string
  exitCode: number | null
  testsPassed: number
  attempts: string[]
  durationMs: number
  /** Last words of the command: what a person would read. */
  said: string
  /** What it says names the address or the variable. */
  named: boolean
  /** Everything was as without it, and nothing was reached: whatever it holds, data does not go there. */
  unread: boolean
  /** `null`: refused as it should. */
  wrong: string | null
}

const patienceFor = ({ durationMs }: RunResult) => PATIENCE_MS + 2 * durationMs

async function attempt(
  { run, signal, foreign }: GateInput,
  environment: Environment,
  aim: Aim,
  usual: RunResult,
): Promise<Trial> {
  await environment.sandbox.clearAttempts()
  const timeoutMs = patienceFor(usual)
  const result = await run(environment, { env: aim.env, timeoutMs, signal })
  const attempts = (await environment.sandbox.attempts()).map(
    ({ target, via, count }) => `${target} (${via}, ${count}×)`,
  )
  const passed = count(result, 'passed')
  const message = result.tests.find((test) => test.message)?.message ?? result.errors[0]?.message ?? result.output
  const unread = foreign === true && attempts.length === 0 && isGreen(result) && passed === count(usual, 'passed')
  return {
    variables: Object.entries(aim.env)
      .map(([name, value]) => `${name}=${value}`)
      .join(' '),
    exitCode: result.exitCode,
    testsPassed: passed,
    attempts,
    durationMs: Math.round(result.durationMs),
    said: message.slice(0, 600),
    named: [PRODUCTION_HOST, ...Object.keys(aim.env)].some((word) => everythingSaid(result).includes(word)),
    unread,
    wrong: findWrong(),
  }

  function findWrong(): string | null {
    if (unread) return null
    if (attempts.length > 0) return `it tried to reach ${attempts.join(', ')}`
    if (result.timedOut) return `it did not end within ${Math.round(timeoutMs / 1000)} s`
    if (result.exitCode === 0) return 'it exits 0'
    return passed > 0 ? `${passed} tests still passed` : null
  }
}
