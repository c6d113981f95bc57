import type { EgressAttempt } from '../../contracts/sandbox.ts'
import type { GateInput, VerifierGate } from '../gate.ts'
import { explainRed, isGreen } from '../summary.ts'
import { blocked, fail, pass } from '../verdicts.ts'

export const isolated: VerifierGate = {
  name: 'isolated',
  promise: 'It passes with only the environment reachable, and the tests try to reach nothing else',

  async check(input: GateInput) {
    const { environment, result, attempts } = await input.rehearsal.first()
    const { network, how } = environment.sandbox.enforcement
    const base = { enforcedBy: network, how, attempts: attempts.map(describe) }
    if (network === 'none') {
      return blocked(
        `The network is not closed off on this machine (${how}); allow unprivileged user namespaces, or run where they exist.`,
        base,
      )
    }
    const own = attempts.length > 0 ? await attemptsAtStartUp(input) : []
    // Each test file loads the application anew; what goes beyond its own attempts is the tests'. A name that nobody resolves is
    // asked for again by some resolvers, by others not.
    const loads = input.suite.files.filter(({ kind }) => kind === 'test' || kind === 'unit').length
    const foreign = attempts.filter(
      (one) => !own?.some((other) => other.target === one.target && one.count <= other.count * loads * repeats(one)),
    )
    const evidence = {
      ...base,
      applicationAtStartUp: own === null ? 'the application could not be started alone' : own.map(describe),
      byTests: foreign.map(describe),
    }
    if (foreign[0]) {
      return fail(`The tests tried to reach ${foreign.length} other places, e.g. ${describe(foreign[0])}.`, evidence, [
        ...new Set(foreign.map(({ target }) => target)),
      ])
    }
    if (!isGreen(result)) {
      return fail(`With only the environment reachable the suite is red: ${explainRed(result)}.`, evidence)
    }
    const habit =
      attempts.length > 0 ? `; the application itself tries ${attempts.map(describe).join(', ')} at start-up` : ''
    return pass(`Passed with the network closed by the kernel, no attempt by the tests${habit}.`, evidence)
  },
}

const repeats = ({ via }: EgressAttempt) => (via === 'dns' ? 4 : 1)

/** What the application tries to reach when it starts without any test; `null` when it can't be started alone. */
async function attemptsAtStartUp({ open, map }: GateInput): Promise<EgressAttempt[] | null> {
  if (!map.boot) return null
  const environment = await open()
  try {
    await environment.sandbox.clearAttempts()
    const app = await environment.startApp()
    await app.stop()
    return await environment.sandbox.attempts()
  } catch {
    return null
  } finally {
    await environment.stop()
  }
}

function describe({ target, via, count }: EgressAttempt): string {
  return `${target} (${via}, ${count}×)`
}
