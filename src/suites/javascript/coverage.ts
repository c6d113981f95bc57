import coverageLibrary from 'istanbul-lib-coverage'
import { z } from 'zod'
import type { FileCoverage } from '../../contracts/suite.ts'

const counts = z.record(z.string(), z.number())
const istanbulFile = z.looseObject({
  path: z.string(),
  statementMap: z.record(z.string(), z.unknown()),
  fnMap: z.record(z.string(), z.unknown()),
  branchMap: z.record(z.string(), z.unknown()),
  s: counts,
  f: counts,
  b: z.record(z.string(), z.array(z.number())),
})

/** Istanbul's `coverage-final.json`; `relative` answers `null` for files outside the project, which are left out. */
export function parseIstanbul(text: string, relative: (path: string) => string | null): FileCoverage[] {
  const files = z.record(z.string(), istanbulFile).parse(JSON.parse(text))
  const map = coverageLibrary.createCoverageMap(
    files as unknown as Parameters<typeof coverageLibrary.createCoverageMap>[0],
  )
  return map
    .files()
    .flatMap((path) => {
      const file = relative(path)
      if (file === null) return []
      const coverage = map.fileCoverageFor(path)
      const summary = coverage.toSummary()
      const hit = Object.entries(coverage.getLineCoverage())
        .filter(([, times]) => times > 0)
        .map(([line]) => Number(line))
      return [
        {
          file,
          lines: { covered: summary.lines.covered, total: summary.lines.total },
          branches: { covered: summary.branches.covered, total: summary.branches.total },
          hit: hit.sort((a, b) => a - b),
        },
      ]
    })
    .sort((a, b) => (a.file < b.file ? -1 : 1))
}
