import type { RunResult, TestFileCoverage } from '../../contracts/suite.ts'
import type { Fault } from './fault.ts'

/** Test files that run the place of a fault, the one that most likely notices it first. */
export function filesThatReach(fault: Fault, baseline: Pick<RunResult, 'coverageByFile' | 'tests'>): string[] {
  const reached = (baseline.coverageByFile ?? []).filter((one) => count(one, fault) > 0)
  const loads = reached.map((one) => count(one, fault)).every((times) => times === 1)
  const score = (one: TestFileCoverage) => {
    const times = loads ? nearby(one, fault) : count(one, fault)
    return times / (1 + durationOf(one.test, baseline.tests))
  }
  return reached
    .map((one) => ({ test: one.test, score: score(one), duration: durationOf(one.test, baseline.tests) }))
    .sort((a, b) => b.score - a.score || a.duration - b.duration || (a.test < b.test ? -1 : 1))
    .map(({ test }) => test)
}

/** How often the statement of the fault ran. Where Istanbul counts none at that line, the nearest one above in reach. */
function count({ lines }: TestFileCoverage, fault: Fault): number {
  const counts = lines[fault.file]
  if (!counts) return 0
  const known = Object.keys(counts).map(Number)
  const at =
    known.filter((line) => line >= fault.statement && line <= fault.near.to).sort((a, b) => a - b)[0] ??
    known.filter((line) => line < fault.statement).sort((a, b) => b - a)[0]
  return (at !== undefined && counts[at]) || 0
}

/** What ran inside the statement: the handlers of a route whose declaration ran only once, while loading. */
function nearby({ lines }: TestFileCoverage, { file, near }: Fault): number {
  return Object.entries(lines[file] ?? {})
    .filter(([line]) => Number(line) > near.from && Number(line) <= near.to)
    .reduce((sum, [, times]) => sum + times, 0)
}

function durationOf(file: string, tests: RunResult['tests']): number {
  return tests.filter((test) => test.file === file).reduce((sum, test) => sum + test.durationMs, 0)
}
