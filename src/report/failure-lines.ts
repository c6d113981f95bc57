import type { RunOutcome } from '../contracts/result.ts'
import { count } from './one-line.ts'

/** How many tests failed, by whose failure it was, in one line; none where none did. `when`: `on the way` */
export function failureLines(
  failures: RunOutcome['details']['failures'],
  when: string,
): { label: string; text: string }[] {
  if (failures.length === 0) return []
  const blames = (['product', 'test', 'environment'] as const).flatMap((blame) => {
    const number = failures.filter((failure) => failure.blame === blame).length
    return number === 0 ? [] : [`${blame} ${number}`]
  })
  const tests = count(failures.length, 'test')
  return [{ label: 'failed', text: `${tests} ${when}: ${blames.join(', ')} (why: in report.json)` }]
}
