import type { GateInput, VerifierGate } from '../gate.ts'
import { count, describeRun, explainRed, isGreen } from '../summary.ts'
import { blocked, fail, pass } from '../verdicts.ts'

export const twice: VerifierGate = {
  name: 'twice',
  promise: 'It passes again on the same database, nothing reset in between',

  async check({ rehearsal }: GateInput) {
    const { result: first } = await rehearsal.first()
    if (!isGreen(first)) return blocked('The first run is red; repair that to see whether a second one passes.')
    const second = await rehearsal.second()
    const { failed, ...figures } = describeRun(second)
    const evidence = { first: describeRun(first), second: figures, failed }
    if (!isGreen(second)) return fail(`The second run is red: ${explainRed(second)}.`, evidence)
    if (count(second, 'passed') !== count(first, 'passed')) {
      return fail(
        `${count(first, 'passed')} tests passed at first, ${count(second, 'passed')} the second time.`,
        evidence,
      )
    }
    return pass(`${count(second, 'passed')} tests passed a second time on the same database.`, evidence)
  },
}
