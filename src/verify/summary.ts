import type { Json } from '../contracts/json.ts'
import type { RunResult } from '../contracts/suite.ts'

const MOST_FAILURES = 20
const LONGEST = 1_500

/** Exit 0, something passed, nothing failed. */
export function isGreen(result: RunResult): boolean {
  const failed = result.tests.some((test) => test.status === 'failed')
  return result.exitCode === 0 && !failed && result.errors.length === 0 && count(result, 'passed') > 0
}

export function count(result: RunResult, status: RunResult['tests'][number]['status']): number {
  return result.tests.filter((test) => test.status === status).length
}

/** Figures of one run, and each failure with its message. */
export function describeRun(result: RunResult): Record<string, Json> {
  const failures = result.tests.filter((test) => test.status === 'failed')
  return {
    exitCode: result.exitCode,
    timedOut: result.timedOut,
    durationMs: Math.round(result.durationMs),
    passed: count(result, 'passed'),
    failed: failures.length,
    skipped: count(result, 'skipped') + count(result, 'todo'),
    ...(failures.length > 0 && {
      failures: failures.slice(0, MOST_FAILURES).map((test) => ({
        file: test.file,
        test: test.name,
        message: (test.message ?? '').slice(0, LONGEST),
      })),
    }),
    ...(result.errors.length > 0 && {
      errors: result.errors
        .slice(0, MOST_FAILURES)
        .map((error) => ({ file: error.file, message: error.message.slice(-LONGEST) })),
    }),
  }
}

/** One sentence for a run that is not green. */
export function explainRed(result: RunResult): string {
  if (result.timedOut) return `it was still running after ${Math.round(result.durationMs / 1000)} s`
  const failed = result.tests.filter((test) => test.status === 'failed')
  const first = failed[0]
  if (first) return `${failed.length} of ${result.tests.length} tests failed, the first of them “${first.name}”`
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
