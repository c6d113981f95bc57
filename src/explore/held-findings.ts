import type { Case, Finding } from '../contracts/observation.ts'
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

/** A finding may show in every field of a body: as many tests as other refusals of an endpoint get. */
const MOST = 6

/** Looks again at what showed each finding that the suite is to hold, and keeps it: from then on these are cases like any other. */
export async function keepHeld(bench: Bench, held: HeldFinding[]): Promise<void> {
  for (const { id, cases, as } of held) {
    const decided = bench.knowledge.findings
      .sightings(id)
      .flatMap(({ kind, detail, case: shown }) =>
        shown && cases.includes(shown.id) && !UNANSWERED.includes(kind) ? [{ shown, detail }] : [],
      )
    for (const { shown, detail } of spread(decided)) {
      const title = `${as === 'intended' ? '' : `known bug ${id}: `}${behaviourOf(detail, shown.endpoint)}`
      await keepAgain(bench, { ...shown, id: `${shown.id} ${as}`, kind: 'workflow', title })
    }
  }
}

async function keepAgain(bench: Bench, subject: Case): Promise<void> {
  try {
    const first = await bench.executor.run(subject)
    if (first.act.response.status !== 0) bench.keep(subject, first, 'fresh', 'promised', { held: true })
  } catch (error) {
    if (!(error instanceof ArrangementFailed || error instanceof MissingReference)) throw error
  }
}

/** So many of them, from the first on, evenly over all: cases of one field stand side by side. */
function spread<T>(all: T[]): T[] {
  const step = Math.max(1, all.length / MOST)
  return all.filter((_, index) => Math.floor(index / step) !== Math.floor((index - 1) / step))
}

/** What happens, without what was expected: `answers 200 to no credential at all`. */
function behaviourOf(detail: string, endpoint: string): string {
  const [clause = ''] = detail.split(/[;.] |\.$/)
  const bare = clause.startsWith(endpoint) ? clause.slice(endpoint.length).trim() : clause
  return bare.charAt(0).toLowerCase() + bare.slice(1)
}
