import type { RunResult, TestFileCoverage } from '../../contracts/suite.ts'
import type { Fault, Lines } from './fault.ts'

type Baseline = Pick<RunResult, 'coverage' | 'coverageByFile' | 'tests'>

/** Test files that run the place of a fault, the one that most likely notices it first. */
export function filesThatReach(fault: Fault, baseline: Baseline): string[] {
  const files = (baseline.coverageByFile ?? []).filter((one) => timesReached(one, fault) > 0)
  const score = (one: TestFileCoverage) => {
    const times = fault.near !== null ? timesNear(one, fault.near) : timesReached(one, fault)
    return times / (1 + durationOf(one.test, baseline.tests))
  }
  const sorted = files
    .map((one) => ({ test: one.test, score: score(one), duration: durationOf(one.test, baseline.tests) }))
    .sort((a, b) => b.score - a.score || a.duration - b.duration || (a.test < b.test ? -1 : 1))
    .map(({ test }) => test)
  return sorted.length > 0 ? sorted : filesOfOtherProcesses(fault, baseline)
}

/** What runs in a server that the tests start cannot be told apart by test file: any of them may have done it. */
function filesOfOtherProcesses({ file, statement, until }: Fault, baseline: Baseline): string[] {
  const inTests = baseline.coverageByFile?.some(({ lines }) => lines[file] !== undefined)
  const hit = baseline.coverage?.find((one) => one.file === file)?.hit ?? []
  if (inTests || !hit.some((line) => line >= statement && line <= until)) return []
  return [...new Set(baseline.tests.map((test) => test.file))].sort()
}

/** How often the statement of the fault ran. Where nothing is counted within it, the nearest counted line above stands for it. */
function timesReached({ lines }: TestFileCoverage, { file, statement, until }: Fault): number {
  const counts = lines[file] ?? {}
  const known = Object.keys(counts).map(Number)
  const inside = known.filter((line) => line >= statement && line <= until)
  const above = known.filter((line) => line < statement)
  const at = inside.length > 0 ? Math.min(...inside) : Math.max(...above)
  return counts[at] ?? 0
}

function timesNear({ lines }: TestFileCoverage, near: Lines[]): number {
  return near.reduce((sum, { file, from, to }) => {
    const counts = Object.entries(lines[file] ?? {})
    const inside = counts.filter(([line]) => Number(line) >= from && Number(line) <= to)
    return sum + Math.max(0, ...inside.map(([, times]) => times))
  }, 0)
}

function durationOf(file: string, tests: RunResult['tests']): number {
  return tests.filter((test) => test.file === file).reduce((sum, test) => sum + test.durationMs, 0)
}
