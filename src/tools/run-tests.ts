import { z } from 'zod'
import type { Json } from '../contracts/json.ts'
import type { RunResult, Suite } from '../contracts/suite.ts'
import type { Tool } from '../contracts/tool.ts'
import { presentSuite } from './present-suite.ts'
import { requireEnvironment, requireMap, runnerFor, type Session } from './session.ts'

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
      'Runs the suite in the environment on a freshly reset database: results per test with failure messages, requests that reached the application, and coverage when asked for. Needs DraftTests.',
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
      return { text: describeRun(result), data: runData(result, suite), isError: false }
    },
  }
}

function describeRun(result: RunResult): string {
  const failed = result.tests.filter((test) => test.status === 'failed')
  const passed = result.tests.filter((test) => test.status === 'passed').length
  return [
    `exit code ${result.exitCode ?? 'none'}${result.timedOut ? ', timed out' : ''}: ${passed} passed, ${failed.length} failed of ${result.tests.length} in ${(result.durationMs / 1000).toFixed(1)} s`,
    ...result.errors.map((error) => `${error.file ?? 'suite'}: ${error.message}`),
    ...failed.map((test) => `FAILED ${test.file}: ${test.name}\n${test.message ?? ''}`),
    ...(result.tests.length === 0 ? [result.output] : []),
  ].join('\n')
}

function runData(result: RunResult, suite: Suite): Json {
  return {
    exitCode: result.exitCode,
    timedOut: result.timedOut,
    durationMs: result.durationMs,
    passed: result.tests.filter((test) => test.status === 'passed').length,
    failing: failingTests(result, suite),
    errors: result.errors,
    requests: result.requests.length,
  } as unknown as Json
}

/** Failed tests with the case each was drafted from, where it was. */
function failingTests(result: Pick<RunResult, 'tests'>, suite: Suite) {
  return result.tests
    .filter((test) => test.status === 'failed')
    .map((test) => ({
      file: test.file,
      test: test.name,
      case: suite.cases?.find((item) => item.file === test.file && item.test === test.name)?.case ?? null,
      message: test.message,
    }))
}
