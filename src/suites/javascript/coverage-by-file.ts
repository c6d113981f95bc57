import { z } from 'zod'
import type { TestFileCoverage } from '../../contracts/suite.ts'
import { parseLines } from '../lines.ts'

const testFile = z.object({
  test: z.string(),
  lines: z.record(z.string(), z.record(z.string(), z.number())),
})

/** What a reporter wrote about each test file; files outside the project are left out. */
export function parseCoverageByFile(text: string, relative: (path: string) => string | null): TestFileCoverage[] {
  return parseLines(text, testFile).map(({ test, lines }) => ({
    test: relative(test) ?? test,
    lines: Object.fromEntries(
      Object.entries(lines).flatMap(([path, counts]) => {
        const file = relative(path)
        return file === null ? [] : [[file, counts]]
      }),
    ),
  }))
}
