import type { FileCoverage } from '../contracts/suite.ts'

export interface CoverageSummary {
  lines: number
  branches: number
}

/**
 * Coverage over the application's own source files (`ProjectMap.sources`), as fractions. A file that was never loaded must be
 * among `coverage`, with nothing covered.
 */
export function summariseCoverage(coverage: FileCoverage[], sources: string[]): CoverageSummary {
  const wanted = new Set(sources)
  const own = coverage.filter((file) => wanted.has(file.file))
  return {
    lines: fraction(own.map((file) => file.lines)),
    branches: fraction(own.map((file) => file.branches)),
  }
}

/** Files without a branch are fully covered; no file at all is not. */
function fraction(counts: { covered: number; total: number }[]): number {
  if (counts.length === 0) return 0
  const total = counts.reduce((sum, count) => sum + count.total, 0)
  if (total === 0) return 1
  return counts.reduce((sum, count) => sum + count.covered, 0) / total
}
