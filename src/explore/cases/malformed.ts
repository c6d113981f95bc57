import { type Bench, literal, variant } from '../bench.ts'
import type { Reached } from '../knowledge.ts'
import { addFinding } from '../oracles.ts'
import { isRefusal, isSuccess } from '../request.ts'

/** Cut off in the middle. */
const MALFORMED = '{"cut": "off'

/** A body that is no JSON; it is read in one place for all endpoints, so one endpoint shows it. */
export async function malformedBodyCases(bench: Bench, reached: Reached): Promise<void> {
  const { body, contentType } = reached.act
  // What nobody reads may be anything.
  if (!body || !reached.endpoint.body || !contentType.includes('json') || bench.triedOnce.has('malformed body')) return
  const subject = variant(reached, 'invalid', 'malformed body', 'refuses a body that is no JSON', {
    act: { body: literal(MALFORMED) },
  })
  const first = await bench.attempt(subject, 'pool', ' to a body that is no JSON')
  bench.triedOnce.add('malformed body')
  if (!first) return
  const { status } = first.act.response
  if (isRefusal(status)) bench.keep(subject, first, 'pool', status === 400 ? 'promised' : 'observed')
  else if (isSuccess(status))
    addFinding(
      bench.knowledge,
      subject,
      'contract_mismatch',
      `Answers ${status} to a body that is no JSON; 400 was expected.`,
    )
}
