import type { Json } from '../contracts/json.ts'
import type { RunResult } from '../contracts/suite.ts'

const MOST_MESSAGES = 10
const LONGEST = 1_200

/** How gates name tests that failed, so that whoever repairs finds them. */
export type FailedTest = { file: string; name: string; message: string }

/** Exit 0, something passed, nothing failed. */
export function isGreen(result: RunResult): boolean {
  const failed = result.tests.some((test) => test.status === 'failed')
  return result.exitCode === 0 && !failed && result.errors.length === 0 && count(result, 'passed') > 0
}

export function count(result: RunResult, status: RunResult['tests'][number]['status']): number {
  return result.tests.filter((test) => test.status === status).length
}

/** Figures of one run; `failed` names every failed test, the first ones with their message. */
export function describeRun(result: RunResult): { failed: FailedTest[]; [figure: string]: Json } {
  return {
    exitCode: result.exitCode,
    timedOut: result.timedOut,
    durationMs: Math.round(result.durationMs),
    passed: count(result, 'passed'),
    skipped: count(result, 'skipped') + count(result, 'todo'),
    failed: result.tests
      .filter((test) => test.status === 'failed')
      .map(({ file, name, message }, index) => ({
        file,
        name,
        message: index < MOST_MESSAGES ? (message ?? '').slice(0, LONGEST) : '…',
      })),
    errors: result.errors
      .slice(0, MOST_MESSAGES)
      // A file's error begins with what is wrong; other output ends with it.
      .map(({ file, message }) => ({
        file,
        message: file === null ? message.slice(-LONGEST) : message.slice(0, LONGEST),
      })),
  }
}

/** One sentence for a run that is not green. */
export function explainRed(result: RunResult): string {
  if (result.timedOut) return `it was still running after ${Math.round(result.durationMs / 1000)} s`
  const failed = result.tests.filter((test) => test.status === 'failed')
  const first = failed[0]
  const ran = failed.length + count(result, 'passed')
  if (first) return `${failed.length} of ${ran} tests failed, the first of them “${first.name}”`
  const error = result.errors[0]
  if (error?.file) return `${error.file} did not load: ${firstLine(error.message)}`
  if (count(result, 'passed') === 0) return `no test passed (exit code ${result.exitCode})`
  return `the command ended with exit code ${result.exitCode} though no test failed`
}

function firstLine(text: string): string {
  return (
    text
      .split('\n')
      .map((line) => line.trim())
      .find((line) => line !== '' && !line.startsWith('●')) ?? text.slice(0, 200)
  )
}
