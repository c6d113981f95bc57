import { stripVTControlCharacters } from 'node:util'
import { z } from 'zod'
import type { RunResult, TestResult } from '../../contracts/suite.ts'
import { parseLines } from '../lines.ts'

/** One line of a runner’s reporter: a test file that is through. */
const finishedFile = z.object({
  file: z.string(),
  error: z.string().nullable(),
  tests: z.array(
    z.object({
      ancestors: z.array(z.string()),
      title: z.string(),
      status: z.string(),
      duration: z.number().nullable(),
      messages: z.array(z.string()),
    }),
  ),
})

const LONGEST_MESSAGE = 8_000

/** What the reporter wrote, file names made relative with `relative`. */
export function parseResults(text: string, relative: (path: string) => string): Pick<RunResult, 'tests' | 'errors'> {
  const files = parseLines(text, finishedFile)
  return {
    tests: files.flatMap((entry) =>
      entry.tests.map((test) => ({
        file: relative(entry.file),
        name: [...test.ancestors, test.title].join(' > '),
        status: status(test.status),
        durationMs: test.duration ?? 0,
        message: test.messages.length > 0 ? tidy(test.messages.join('\n\n')) : null,
      })),
    ),
    errors: files.flatMap((entry) =>
      entry.error === null ? [] : [{ file: relative(entry.file), message: tidy(withoutAdvice(entry.error)) }],
    ),
  }
}

/** Jest says `pending` for what it skipped, `disabled` for xit in old versions. */
function status(word: string): TestResult['status'] {
  if (word === 'passed' || word === 'failed' || word === 'todo') return word
  return word === 'focused' ? 'passed' : 'skipped'
}

/** What Jest says of a file that it cannot parse is preceded by a page about configuration. */
function withoutAdvice(message: string): string {
  return (
    /^\s*(?:● .*\n\s*)?Jest encountered an unexpected token[\s\S]*?\n\s*Details:\s*([\s\S]+)$/.exec(
      stripVTControlCharacters(message),
    )?.[1] ?? message
  )
}

function tidy(message: string): string {
  return stripVTControlCharacters(message).trim().slice(0, LONGEST_MESSAGE)
}
