import type { Finding } from '../contracts/observation.ts'
import type { Bench } from './bench.ts'
import { ArrangementFailed } from './execute.ts'
import { MissingReference } from './expressions.ts'

/** A finding that people accepted as intended, with the cases that showed it when they did. */
export interface AcceptedFinding {
  id: string
  cases: string[]
}

/** Nothing is answered that a test could hold to. */
const UNANSWERED: Finding['kind'][] = ['crash', 'egress', 'undefined_order']

/** Looks again at what showed each accepted finding and keeps it: from then on it is a case like any other. */
export async function keepAccepted(bench: Bench, accepted: AcceptedFinding[]): Promise<void> {
  for (const finding of bench.knowledge.findings.list()) {
    const shown = finding.case
    const isAccepted = accepted.some(({ id, cases }) => id === finding.id && shown && cases.includes(shown.id))
    if (!isAccepted || !shown || UNANSWERED.includes(finding.kind)) continue
    const subject = {
      ...shown,
      id: `${shown.id} accepted`,
      kind: 'workflow' as const,
      title: behaviourOf(finding),
    }
    try {
      const first = await bench.executor.run(subject)
      if (first.act.response.status !== 0) bench.keep(subject, first, 'fresh', 'promised', { intended: true })
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
