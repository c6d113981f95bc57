import type { Finding } from '../contracts/observation.ts'
import type { Suite } from '../contracts/suite.ts'
import type { ToolCallOptions } from '../contracts/tool.ts'
import type { SortedFailure } from '../contracts/triage.ts'
import { findingOf } from '../explore/index.ts'
import type { Failure } from '../triage/index.ts'
import { requireEnvironment, requireMap, runnerFor, type Session } from './session.ts'
import { sortTests } from './sort-tests.ts'

/**
 * Sorts failing tests, running some alone, and remembers it for the drafts and the report to come. A failure of the product is a
 * finding from then on.
 */
export async function sortFailing(
  session: Session,
  suite: Suite,
  failures: Failure[],
  options: ToolCallOptions,
): Promise<SortedFailure[]> {
  const parts = { environment: requireEnvironment(session), runner: runnerFor(session), suite }
  const sorted = await sortTests(parts, failures, options)
  for (const failure of sorted) {
    session.sorted.set(`${failure.file} ${failure.test}`, failure)
    if (failure.blame === 'product') noteFinding(session, failure)
  }
  return sorted
}

/** Only what was drafted tells which endpoint it is about, and how to see it. */
function noteFinding(session: Session, failure: SortedFailure): void {
  const observation = session.exploration?.observations.find(({ case: { id } }) => id === failure.case)
  if (!observation || session.exploration === null) return
  const finding: Finding = findingOf(requireMap(session), observation.case, 'server_error', failure.why, 'in a test')
  const known = session.exploration.findings.some(({ id }) => id === finding.id)
  if (!known) session.exploration.findings.push(finding)
}
