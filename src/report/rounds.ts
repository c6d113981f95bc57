import type { RunOutcome } from '../contracts/result.ts'
import { count } from './one-line.ts'

/** What each round of strengthening tried and bought, a line each with the faults that are noticed since. */
export function roundTexts({ details }: Pick<RunOutcome, 'details'>): { text: string; faults: string }[] {
  return details.strengthening.map(({ cases, explored, faults, noticed }, index) => {
    const what = explored.length === 0 ? 'left out for length' : `more at ${endpoints(explored)}`
    const kept = new Set(noticed.flatMap(({ case: id }) => id ?? [])).size
    const stay = noticed.length === 0 ? '' : `; ${kept === cases ? 'they stay' : `${kept} of them stay`}`
    return {
      text: `round ${index + 1}: ${count(cases, 'case')} ${what} noticed ${noticed.length} of ${count(faults, 'fault')}${stay}`,
      faults: noticed.map(({ at, what }) => `${at} ${what}`).join('; '),
    }
  })
}

const endpoints = (list: string[]) => (list.length > 3 ? `${list.length} endpoints` : list.join(', '))
