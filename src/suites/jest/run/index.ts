import { join } from 'node:path'
import type { Environment } from '../../../contracts/environment.ts'
import type { Sandbox } from '../../../contracts/sandbox.ts'
import type { FileCoverage, RunOptions, RunResult, Suite } from '../../../contracts/suite.ts'
import { parseIstanbul, uncoveredFile } from '../../javascript/coverage.ts'
import { parseCoverageByFile } from '../../javascript/coverage-by-file.ts'
import { parseProcessCoverage } from '../../javascript/process-coverage.ts'
import { parseRequests } from '../../javascript/requests.ts'
import { parseResults } from '../../javascript/results.ts'
import {
  hookVariables,
  readTrace,
  relativeTo,
  suiteVariables,
  type Traces,
  traceVariables,
} from '../../javascript/traces.ts'
import { putFiles } from '../../put-files.ts'
import { buildArgv } from './command.ts'
import { layJestTraces } from './traces.ts'

const UNTIL_RED_VARIABLE = 'INTEGRATION_TESTS_UNTIL_RED'
const BY_FILE_VARIABLE = 'INTEGRATION_TESTS_COVERAGE_BY_FILE'
const DEFAULT_TIMEOUT_MS = 300_000
const OUTPUT_TAIL = 20_000

/** Runs the suite with its own command in the environment and reads what Jest and the application's HTTP layer tell. */
export async function runJestSuite(environment: Environment, suite: Suite, options: RunOptions): Promise<RunResult> {
  const ordered = options.untilRed === true && (await takesOrder(environment.sandbox, suite.cwd))
  const [first, ...rest] = options.files ?? []
  if (!options.untilRed || ordered || first === undefined || rest.length === 0) {
    return runOnce(environment, suite, options, ordered)
  }
  // One by one would start Jest too often; the first is the one that matters.
  const one = await runOnce(environment, suite, { ...options, files: [first] }, false)
  if (one.exitCode !== 0) return one
  const others = await runOnce(environment, suite, { ...options, files: rest }, false)
  return {
    ...others,
    durationMs: one.durationMs + others.durationMs,
    tests: [...one.tests, ...others.tests],
    requests: [...one.requests, ...others.requests],
  }
}

/** Jest 24.7 and later can be told in which order to run files. */
async function takesOrder(sandbox: Sandbox, cwd: string): Promise<boolean> {
  const text = await readTrace(sandbox, join(sandbox.root, cwd, 'node_modules/jest/package.json'))
  const [major = 0, minor = 0] = (/"version":\s*"(\d+)\.(\d+)/.exec(text) ?? []).slice(1).map(Number)
  return major > 24 || (major === 24 && minor >= 7)
}

async function runOnce(
  environment: Environment,
  suite: Suite,
  options: RunOptions,
  ordered: boolean,
): Promise<RunResult> {
  const { sandbox } = environment
  await putFiles(sandbox, suite.files)
  const traces = await layJestTraces(sandbox, suite, ordered)
  const env = suiteVariables(environment, suite, options.env)
  const result = await environment.run({
    argv: buildArgv(suite, options, traces),
    cwd: join(sandbox.root, suite.cwd),
    env: {
      ...env,
      ...traceVariables(traces),
      ...(options.untilRed ? { [UNTIL_RED_VARIABLE]: JSON.stringify(options.files ?? []) } : {}),
      ...(options.coverageByFile ? { [BY_FILE_VARIABLE]: traces.byFile } : {}),
      ...hookVariables(env.NODE_OPTIONS, traces, options.coverage === true ? sandbox.root : null),
    },
    timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    signal: options.signal,
  })
  const inProject = await relativeTo(sandbox.root)
  const { tests, errors } = parseResults(await readTrace(sandbox, traces.results), (path) => inProject(path) ?? path)
  const requests = parseRequests(await readTrace(sandbox, traces.requests), inProject)
  const coverage = options.coverage ? await readCoverage(sandbox, traces, options.sources ?? [], inProject) : null
  const coverageByFile = options.coverageByFile
    ? parseCoverageByFile(await readTrace(sandbox, traces.byFile), inProject)
    : null
  await Promise.all(
    [traces.results, traces.requests, traces.processes].map((path) => sandbox.removeFile(path).catch(() => {})),
  )

  const output = [result.stdout, result.stderr].join('\n').trim().slice(-OUTPUT_TAIL)
  const wanted = options.test === undefined ? tests : tests.filter((test) => test.name === options.test)
  const explained = errors.length > 0 || wanted.some((test) => test.status === 'failed')
  if (result.exitCode !== 0 && !explained) errors.push({ file: null, message: output || 'Jest ended without a word' })
  return {
    exitCode: result.timedOut ? null : result.exitCode,
    timedOut: result.timedOut,
    durationMs: result.durationMs,
    tests: wanted,
    errors,
    requests,
    coverage,
    ...(coverageByFile ? { coverageByFile } : {}),
    output,
  }
}

/** What ran in Jest's processes and in those that tests started. A source that Jest could not read counts as not covered. */
async function readCoverage(
  sandbox: Sandbox,
  traces: Traces,
  sources: string[],
  inProject: (path: string) => string | null,
): Promise<FileCoverage[]> {
  const read = (path: string) =>
    sandbox.readFile(path).then(
      (data) => data.toString('utf8'),
      () => null,
    )
  const processes = await parseProcessCoverage(await readTrace(sandbox, traces.processes), read)
  const text = (await readTrace(sandbox, `${traces.coverage}/coverage-final.json`)) || '{}'
  const measured = parseIstanbul(text, inProject, processes)
  const known = new Set(measured.map(({ file }) => file))
  const others = sources.filter((source) => !known.has(source))
  const uncovered = await Promise.all(others.map(async (file) => uncoveredFile(file, (await read(file)) ?? '')))
  return [...measured, ...uncovered]
}
