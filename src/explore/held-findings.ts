import type { Finding } from '../contracts/observation.ts'
import type { Bench } from './bench.ts'
import { ArrangementFailed } from './execute.ts'
import { MissingReference } from './expressions.ts'

/** A finding that the suite is to hold, with the cases that showed it when people decided so. */
export interface HeldFinding {
  id: string
  cases: string[]
  /** `intended`: that is how it is meant to be. `known bug`: the test says so by name, and is there to go red. */
  as: 'intended' | 'known bug'
}

/** Nothing is answered that a test could hold to. */
const UNANSWERED: Finding['kind'][] = ['crash', 'egress', 'undefined_order']

/** Looks again at what showed each finding that the suite is to hold, and keeps it: from then on it is a case like any other. */
export async function keepHeld(bench: Bench, held: HeldFinding[]): Promise<void> {
  for (const finding of bench.knowledge.findings.list()) {
    const shown = finding.case
    const decided = held.find(({ id, cases }) => id === finding.id && shown && cases.includes(shown.id))
    if (!decided || !shown || UNANSWERED.includes(finding.kind)) continue
    const subject = {
      ...shown,
      id: `${shown.id} ${decided.as}`,
      kind: 'workflow' as const,
      title: `${decided.as === 'intended' ? '' : `known bug ${finding.id}: `}${behaviourOf(finding)}`,
    }
    try {
      const first = await bench.executor.run(subject)
      if (first.act.response.status !== 0) bench.keep(subject, first, 'fresh', 'promised', { held: true })
    } catch (error) {
      if (!(error instanceof ArrangementFailed || error instanceof MissingReference)) throw error
    }
  }
}

/** What happens, without what was expected: `answers 200 to no credential at all`. */
function behaviourOf({ detail, endpoint }: Finding): string {
  const [clause = ''] = detail.split(/[;.] |\.$/)
  const bare = clause.startsWith(endpoint) ? clause.slice(endpoint.length).trim() : clause
  return bare.charAt(0).toLowerCase() + bare.slice(1)
}
