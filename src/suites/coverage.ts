import type { FileCoverage } from '../contracts/suite.ts'

export interface CoverageSummary {
  /** Fraction of the lines in the files that were loaded; 0 when none was. */
  lines: number
  branches: number
  /** Source files that no test loaded: they do not count as reachable. */
  notLoaded: string[]
}

/** Coverage over the application's own source files (`ProjectMap.sources`), as fractions. */
export function summariseCoverage(coverage: FileCoverage[], sources: string[]): CoverageSummary {
  const wanted = new Set(sources)
  const loaded = coverage.filter((file) => wanted.has(file.file))
  const names = new Set(loaded.map((file) => file.file))
  return {
    lines: fraction(loaded.map((file) => file.lines)),
    branches: fraction(loaded.map((file) => file.branches)),
    notLoaded: sources.filter((source) => !names.has(source)),
  }
}

/** Files without a branch are fully covered; no file at all is not. */
function fraction(counts: { covered: number; total: number }[]): number {
  if (counts.length === 0) return 0
  const total = counts.reduce((sum, count) => sum + count.total, 0)
  if (total === 0) return 1
  return counts.reduce((sum, count) => sum + count.covered, 0) / total
}
