import { z } from 'zod'
import type { Sandbox } from '../../../contracts/sandbox.ts'
import type { FileCoverage, TestFileCoverage } from '../../../contracts/suite.ts'
import { parseLines } from '../../lines.ts'
import { borrowFiles } from '../borrow-files.ts'
import { uncoveredFile } from '../coverage.ts'
import { readHook } from '../hooks.ts'
import { type Instrumented, instrument } from './instrument.ts'

/** Names the file that the hook appends to. */
export const COUNTS_VARIABLE = 'INTEGRATION_TESTS_COUNTS'

const take = z.object({
  test: z.string().nullable(),
  told: z.array(z.object({ file: z.number(), counts: z.array(z.tuple([z.number(), z.number()])) })),
})

/** The module to load with `node --require` in every process of a run that counts. */
export function readCountsHook(): Promise<string> {
  return readHook(new URL('./counts-hook', import.meta.url))
}

export interface Counting {
  /** What the hook wrote; test files are named by `relative`. */
  read(text: string, relative: (path: string) => string | null): { all: FileCoverage[]; byTest: TestFileCoverage[] }
  /** The sources are as they were. */
  end(): Promise<void>
}

/**
 * For runners that may have no coverage of their own: sources count what of them runs, in whichever process that is, while the view
 * shows them instrumented. Paths are relative to the root.
 */
export async function startCounting(sandbox: Sandbox, sources: string[]): Promise<Counting> {
  const texts = await Promise.all(
    sources.map((path) =>
      sandbox.readFile(path).then(
        (data) => data.toString('utf8'),
        () => null,
      ),
    ),
  )
  const instrumented = sources.map((path, index) => {
    const text = texts[index]
    return text == null ? null : instrument(path, text, index)
  })
  const giveBack = await borrowFiles(
    sandbox,
    sources.flatMap((path, index) => {
      const content = instrumented[index]?.content
      return content === undefined ? [] : [{ path, content }]
    }),
  )
  return {
    read(text, relative) {
      const takes = parseLines(text, take)
      const tests = [...new Set(takes.flatMap(({ test }) => test ?? []))]
      return {
        all: sources.map((file, index) => {
          const own = instrumented[index]
          return own ? summarise(file, own, countsOf(takes, index)) : uncoveredFile(file, texts[index] ?? '')
        }),
        byTest: tests.flatMap((test) => {
          const path = relative(test)
          if (path === null) return []
          const its = takes.filter((one) => one.test === test)
          const lines = sources.flatMap((file, index) => {
            const own = instrumented[index]
            return own && its.some(({ told }) => told.some((one) => one.file === index))
              ? [[file, byLine(own, countsOf(its, index))]]
              : []
          })
          return [{ test: path, lines: Object.fromEntries(lines) }]
        }),
      }
    },
    end: giveBack,
  }
}

type Counts = Map<number, number>

function countsOf(takes: z.infer<typeof take>[], file: number): Counts {
  const counts: Counts = new Map()
  for (const { told } of takes) {
    for (const one of told) {
      if (one.file === file) for (const [id, count] of one.counts) counts.set(id, (counts.get(id) ?? 0) + count)
    }
  }
  return counts
}

function byLine({ lines }: Instrumented, counts: Counts): Record<number, number> {
  return Object.fromEntries([...lines].map(([line, ids]) => [line, Math.max(...ids.map((id) => counts.get(id) ?? 0))]))
}

function summarise(file: string, own: Instrumented, counts: Counts): FileCoverage {
  const ways = own.branches.flat()
  const hit = Object.entries(byLine(own, counts)).flatMap(([line, count]) => (count > 0 ? [Number(line)] : []))
  return {
    file,
    lines: { covered: hit.length, total: own.lines.size },
    branches: { covered: ways.filter((id) => counts.has(id)).length, total: ways.length },
    hit: hit.sort((a, b) => a - b),
  }
}
