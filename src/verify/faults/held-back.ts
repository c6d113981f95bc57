import type { Finding } from '../../contracts/observation.ts'
import { endpointKey, type ProjectMap } from '../../contracts/project.ts'
import type { Fault, FaultKind } from './fault.ts'

/** What is done to rows. A check of who is calling shows in the answer, whatever becomes of rows. */
const OF_ROWS: readonly FaultKind[] = ['write', 'ownership', 'filter', 'value_lost', 'transaction', 'duplicate']

/**
 * The id of an open bug that a test would have to take for granted to notice the fault: both are about rows of the same table, in
 * the same handler. `null` where there is none.
 */
export function heldBack(fault: Fault, { endpoints }: ProjectMap, findings: Finding[]): string | null {
  if (!OF_ROWS.includes(fault.kind) || fault.what.startsWith('the check ')) return null
  const around = endpoints
    .filter(({ handler }) => fault.inside.some((line) => handler === `${fault.file}:${line}`))
    .map(endpointKey)
  const isAbout = ({ table }: Finding) => table !== undefined && fault.what.split(/[^\w$-]+/).includes(table)
  return findings.find((finding) => around.includes(finding.endpoint) && isAbout(finding))?.id ?? null
}
