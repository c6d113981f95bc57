import type { RunResult } from '../contracts/suite.ts'
import type { GateInput } from './gate.ts'
import { describeRun, explainRed, isGreen } from './summary.ts'
import { blocked, type Outcome } from './verdicts.ts'

/** The suite measured, one file after the other in its own order; `obstacle` where it is red there or in its own command. */
export async function measureGreen({
  rehearsal,
  stages,
}: GateInput): Promise<{ own: RunResult; obstacle: null } | { own: null; obstacle: Outcome }> {
  const { result: first } = await rehearsal.first()
  if (!isGreen(first)) {
    return { own: null, obstacle: blocked(`The suite is red anyway: ${explainRed(first)}. Repair that first.`) }
  }
  const own = await stages.measured()
  if (isGreen(own)) return { own, obstacle: null }
  const why = `One file after the other, in its own order, the suite is red: ${explainRed(own)}.`
  return { own: null, obstacle: blocked(why, { failed: describeRun(own).failed }) }
}
