import type { Finding } from '../../contracts/observation.ts'
import type { ProjectMap } from '../../contracts/project.ts'
import type { Fault } from './fault.ts'
import { endpointsNear } from './near.ts'

/**
 * The id of an open bug that a test would have to take for granted to notice the fault: both are about the same table, in the same
 * handler. `null` where there is none.
 */
export function heldBack(fault: Fault, map: ProjectMap, findings: Finding[]): string | null {
  const around = endpointsNear(map, fault)
  const isAbout = ({ table }: Finding) => table !== undefined && fault.what.split(/[^\w$-]+/).includes(table)
  return findings.find((finding) => around.includes(finding.endpoint) && isAbout(finding))?.id ?? null
}
