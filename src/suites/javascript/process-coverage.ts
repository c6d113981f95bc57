import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { parseLines } from '../lines.ts'
import { readHook } from './hooks.ts'

/** Names the file that the hook appends to, and the folder whose files count. */
export const COVERAGE_VARIABLE = 'INTEGRATION_TESTS_COVERAGE'
export const COVERAGE_ROOT_VARIABLE = 'INTEGRATION_TESTS_ROOT'

const range = z.object({ startOffset: z.number(), endOffset: z.number(), count: z.number() })
const script = z.object({
  url: z.string(),
  functions: z.array(z.object({ ranges: z.array(range) })),
})

/** `body`: the range of a whole function, from its parameters on. */
type Range = z.infer<typeof range> & { body: boolean }
type Position = { line: number; column: number }

/** How often each place of a file ran in the processes that tests started. */
export interface ProcessCoverage {
  /** Absolute. */
  path: string
  /** For a position as Istanbul has it: line from 1, column from 0. 0 where nothing is known. */
  countAt(position: Position): number
}

/** The module to load with `node --require` in every process of a run that measures coverage. */
export function readCoverageHook(): Promise<string> {
  return readHook(new URL('./coverage-hook', import.meta.url))
}

/**
 * What the hook wrote, a file each. `read` answers a file's text; where that is not what ran (code compiled on the fly) the file
 * is left out.
 */
export async function parseProcessCoverage(
  text: string,
  read: (path: string) => Promise<string | null>,
): Promise<ProcessCoverage[]> {
  const takes = new Map<string, Range[][]>()
  for (const { url, functions } of parseLines(text, script)) {
    const path = fileURLToPath(url)
    takes.set(path, [
      ...(takes.get(path) ?? []),
      functions.flatMap(({ ranges }) => ranges.map((item, index) => ({ ...item, body: index === 0 }))),
    ])
  }
  const found: ProcessCoverage[] = []
  for (const [path, ranges] of takes) {
    const source = await read(path)
    if (source !== null && isWhole(ranges, source)) found.push({ path, countAt: counter(ranges, source) })
  }
  return found
}

/** The first take of a file has a range over all of it. */
function isWhole(takes: Range[][], source: string): boolean {
  const last = Math.max(...takes.flat().map(({ endOffset }) => endOffset))
  return takes.flat().some((item) => item.startOffset === 0 && item.endOffset === last) && last === source.length
}

/** In each take the innermost range tells; the takes add up. */
function counter(takes: Range[][], source: string): ProcessCoverage['countAt'] {
  const starts = [0]
  for (let at = source.indexOf('\n'); at !== -1; at = source.indexOf('\n', at + 1)) starts.push(at + 1)
  return ({ line, column }) => {
    const start = starts[line - 1]
    if (start === undefined) return 0
    const offset = start + column
    return takes.reduce((sum, ranges) => sum + countIn(ranges, offset), 0)
  }
}

function countIn(ranges: Range[], offset: number): number {
  let innermost: Range | null = null
  for (const item of ranges) {
    if (offset < item.startOffset || offset >= item.endOffset) continue
    // Where a function begins its making is meant, which is its surroundings' doing.
    if (item.body && offset === item.startOffset && offset > 0) continue
    if (innermost === null || item.endOffset - item.startOffset <= innermost.endOffset - innermost.startOffset)
      innermost = item
  }
  return innermost?.count ?? 0
}
