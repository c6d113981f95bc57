import type { Json } from '../contracts/json.ts'
import type { GateVerdict } from '../contracts/verdict.ts'
import type { Acceptance } from './loop.ts'

/** What acceptance needs to know about the state of a run. */
export interface AcceptanceState {
  /** Names the present suite's content; `null` without a suite. */
  fingerprint(): Promise<string | null>
  /** Verdicts of all gates on the present suite, measured now unless they already were. */
  verdicts(): Promise<GateVerdict[]>
}

/**
 * Turns gate verdicts into the answer to "is it done?". Saying so twice without changing the suite in between ends the
 * run: nobody talks their way past the gates, and nobody is asked forever.
 */
export function createAcceptance(state: AcceptanceState): () => Promise<Acceptance> {
  let refused: string | null | undefined
  return async () => {
    const present = await state.fingerprint()
    const hopeless = refused !== undefined && refused === present
    refused = present
    if (present === null) {
      const text = 'There is no suite yet. Draft one, or say what stands in the way.'
      return { accepted: false, hopeless, text, data: {} }
    }
    if (hopeless)
      return { accepted: false, hopeless, text: 'Nothing has changed since the gates were last measured.', data: {} }
    const open = (await state.verdicts()).filter(({ verdict }) => verdict === 'fail' || verdict === 'blocked')
    if (open.length === 0) return { accepted: true }
    return { accepted: false, hopeless, text: describeOpen(open), data: { open } as unknown as Json }
  }
}

function describeOpen(open: GateVerdict[]): string {
  const lines = open.map(
    ({ name, verdict, why, evidence }) => `- ${name}: ${verdict}: ${why}\n  ${JSON.stringify(evidence)}`,
  )
  return [
    'These gates do not hold yet. Change the suite, never the application or an assertion to hide a bug:',
    ...lines,
  ].join('\n')
}
