import type { Finding } from '../../contracts/observation.ts'
import { endpointKey, type ProjectMap } from '../../contracts/project.ts'
import type { Fault } from './fault.ts'

/**
 * The id of an open bug that a test would have to take for granted to notice the fault: both are about the same table, in the same
 * handler. `null` where there is none.
 */
export function heldBack(fault: Fault, { endpoints }: ProjectMap, findings: Finding[]): string | null {
  const before = endpoints
    .map((endpoint) => ({ key: endpointKey(endpoint), ...placeOf(endpoint.handler) }))
    .filter(({ file, line }) => file === fault.file && line <= fault.line)
  const start = Math.max(...before.map(({ line }) => line))
  const around = before.filter(({ line }) => line === start).map(({ key }) => key)
  const isAbout = ({ table }: Finding) => table !== undefined && fault.what.split(/[^\w$-]+/).includes(table)
  return findings.find((finding) => around.includes(finding.endpoint) && isAbout(finding))?.id ?? null
}

function placeOf(source = ''): { file: string; line: number } {
  const [, file = '', line = '0'] = /^(.*):(\d+)$/.exec(source) ?? []
  return { file, line: Number(line) }
}
