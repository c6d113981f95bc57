import { z } from 'zod'
import type { Json } from '../contracts/json.ts'
import type { RunResult } from '../contracts/suite.ts'
import type { Tool } from '../contracts/tool.ts'
import type { SortedFailure } from '../contracts/triage.ts'
import { presentSuite } from './present-suite.ts'
import { requireEnvironment, requireMap, runnerFor, type Session } from './session.ts'
import { sortFailing } from './sort-failing.ts'

const input = z.object({
  files: z.array(z.string()).optional().describe('Only these test files, relative to the root.'),
  test: z.string().optional().describe('Only the test with this full name.'),
  coverage: z.boolean().optional().describe('Measure lines and branches as well.'),
})

/** Runs the suite on a freshly reset database and answers what failed. */
export function runTestsTool(session: Session): Tool<z.infer<typeof input>> {
  return {
    name: 'RunTests',
    kind: 'domain',
    description:
      'Runs the suite in the environment on a freshly reset database: results per test with failure messages, each failure sorted (test, product or environment) with what tells it, requests that reached the application, and coverage when asked for. Needs DraftTests.',
    input,
    annotations: {
      title: 'Run the tests',
      readOnlyHint: false,
      destructiveHint: false,
      idempotentHint: false,
      openWorldHint: false,
    },
    async run(options, { signal, progress }) {
      const environment = requireEnvironment(session)
      const suite = await presentSuite(session)
      session.suite = suite
      await environment.reset()
      progress(`running ${suite.command}`)
      const result = await runnerFor(session).run(environment, suite, {
        ...options,
        sources: requireMap(session).sources,
        signal,
      })
      if (options.coverage === true && options.files === undefined && options.test === undefined)
        session.measured = result
      const failed = result.tests.filter(({ status }) => status === 'failed')
      const sorted = await sortFailing(
        session,
        suite,
        failed.map((test) => ({ ...test, message: test.message ?? '' })),
        { signal, progress },
      )
      return { text: describeRun(result, sorted), data: runData(result, sorted), isError: false }
    },
  }
}

function describeRun(result: RunResult, sorted: SortedFailure[]): string {
  const failed = result.tests.filter((test) => test.status === 'failed')
  const passed = result.tests.filter((test) => test.status === 'passed').length
  return [
    `exit code ${result.exitCode ?? 'none'}${result.timedOut ? ', timed out' : ''}: ${passed} passed, ${failed.length} failed of ${result.tests.length} in ${(result.durationMs / 1000).toFixed(1)} s`,
    ...result.errors.map((error) => `${error.file ?? 'suite'}: ${error.message}`),
    ...failed.map(
      (test, index) =>
        `FAILED ${test.file}: ${test.name}\n${test.message ?? ''}\n=> ${sorted[index]?.blame}: ${sorted[index]?.why}`,
    ),
    ...(result.tests.length === 0 ? [result.output] : []),
  ].join('\n')
}

function runData(result: RunResult, sorted: SortedFailure[]): Json {
  return {
    exitCode: result.exitCode,
    timedOut: result.timedOut,
    durationMs: result.durationMs,
    passed: result.tests.filter((test) => test.status === 'passed').length,
    failing: sorted,
    errors: result.errors,
    requests: result.requests.length,
  } as unknown as Json
}
