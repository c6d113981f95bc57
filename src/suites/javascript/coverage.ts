import coverageLibrary from 'istanbul-lib-coverage'
import { z } from 'zod'
import type { FileCoverage } from '../../contracts/suite.ts'
import type { ProcessCoverage } from './process-coverage.ts'

const counts = z.record(z.string(), z.number())
const position = z.object({ line: z.number(), column: z.number() })
/** What is implied, such as an `else` that is not there, has no place. */
const place = z.looseObject({ start: z.union([position, z.object({})]).optional() })
/** Compiled code may end a place nowhere in particular. */
const span = z.looseObject({
  start: position,
  end: z.object({ line: z.number().nullable(), column: z.number().nullable() }),
})
const istanbulFile = z.looseObject({
  path: z.string(),
  statementMap: z.record(z.string(), span),
  fnMap: z.record(z.string(), z.looseObject({ loc: z.looseObject({ start: position }) })),
  branchMap: z.record(z.string(), z.looseObject({ type: z.string(), loc: span, locations: z.array(place) })),
  s: counts,
  f: counts,
  b: z.record(z.string(), z.array(z.number())),
})

type IstanbulFile = z.infer<typeof istanbulFile>

/**
 * Istanbul's `coverage-final.json`, with what ran in other processes added; `relative` answers `null` for files outside the
 * project, which are left out.
 */
export function parseIstanbul(
  text: string,
  relative: (path: string) => string | null,
  processes: ProcessCoverage[] = [],
): FileCoverage[] {
  const files = z.record(z.string(), istanbulFile).parse(JSON.parse(text))
  for (const file of Object.values(files)) {
    const same = processes.find(({ path }) => relative(path) === relative(file.path))
    if (same !== undefined) addCounts(file, same)
  }
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

/** A file of which nothing ran, by its text alone: each line that holds more than a comment counts. */
export function uncoveredFile(file: string, text: string): FileCoverage {
  const lines = text.split('\n').filter((line) => /[^\s{}()[\];,]/.test(line) && !/^\s*(\/\/|\/?\*)/.test(line))
  return { file, lines: { covered: 0, total: lines.length }, branches: { covered: 0, total: 0 }, hit: [] }
}

function addCounts(file: IstanbulFile, { countAt }: ProcessCoverage): void {
  for (const [id, { start }] of Object.entries(file.statementMap)) file.s[id] = (file.s[id] ?? 0) + countAt(start)
  for (const [id, { loc }] of Object.entries(file.fnMap)) file.f[id] = (file.f[id] ?? 0) + countAt(loc.start)
  for (const [id, branch] of Object.entries(file.branchMap)) {
    const taken = countBranches(branch, Object.values(file.statementMap), countAt)
    file.b[id] = taken.map((count, index) => (file.b[id]?.[index] ?? 0) + count)
  }
}

/** For an `if` Istanbul gives its own place for the first way, and none for an `else` that is not there. */
function countBranches(
  { type, loc, locations }: IstanbulFile['branchMap'][string],
  statements: z.infer<typeof span>[],
  countAt: ProcessCoverage['countAt'],
): number[] {
  const at = locations.map(({ start }) => position.safeParse(start).data)
  if (type !== 'if') return at.map((start) => (start === undefined ? 0 : countAt(start)))
  const inside = statements
    .filter(({ start, end }) => isBefore(loc.start, start) && !isBefore(loc.end, end))
    .sort((a, b) => (isBefore(a.start, b.start) ? -1 : 1))
  const whole = countAt(loc.start)
  const then = countAt(inside[0]?.start ?? loc.start)
  return [then, at[1] === undefined ? Math.max(0, whole - then) : countAt(at[1])]
}

type Point = z.infer<typeof span>['end']

const isBefore = (a: Point, b: Point) =>
  (a.line ?? Infinity) < (b.line ?? Infinity) || (a.line === b.line && (a.column ?? Infinity) < (b.column ?? Infinity))
