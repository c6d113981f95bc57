import type { Config } from '../contracts/config.ts'
import type { Finding } from '../contracts/observation.ts'
import type { RunOutcome } from '../contracts/result.ts'

/** What people decided on a finding; `null` also where it now shows in cases that they have not seen. */
export function decisionOn(
  { id, cases }: Pick<Finding, 'id' | 'cases'>,
  { findings }: Config,
): RunOutcome['findings'][number]['decision'] {
  const decided = findings.find((one) => one.id === id)
  if (!decided || (decided.verdict === 'accepted' && !cases.every((one) => decided.cases.includes(one)))) return null
  const { verdict, reason, owner } = decided
  return { verdict, reason, owner }
}

/** All that the config leaves as it is: intended behaviour, faults without effect, waived gates. */
export function waiversOf({ findings, dismissed, waivers }: Config): RunOutcome['waivers'] {
  return [
    ...findings
      .filter(({ verdict }) => verdict === 'accepted')
      .map(({ id, about, reason, owner }) => ({ what: `finding ${id}${about ? ` (${about})` : ''}`, reason, owner })),
    ...dismissed.map(({ fault, reason, owner }) => ({ what: `seeded fault ${fault}`, reason, owner })),
    ...waivers.map(({ gate, about, reason, owner }) => ({
      what: `gate ${gate}${about ? ` for ${about}` : ''}`,
      reason,
      owner,
    })),
  ]
}
