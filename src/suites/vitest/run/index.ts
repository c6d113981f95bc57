import { join } from 'node:path'
import type { Environment } from '../../../contracts/environment.ts'
import type { Sandbox } from '../../../contracts/sandbox.ts'
import type { RunOptions, RunResult, Suite } from '../../../contracts/suite.ts'
import { COUNTS_VARIABLE, readCountsHook, startCounting } from '../../javascript/counting/index.ts'
import { FETCH_VARIABLE, followFetchEntries } from '../../javascript/fetch-entries.ts'
import { parseRequests, withRequire } from '../../javascript/requests.ts'
import { parseResults } from '../../javascript/results.ts'
import {
  hookVariables,
  layTraces,
  readTrace,
  relativeTo,
  suiteVariables,
  type Traces,
  traceVariables,
} from '../../javascript/traces.ts'
import { putFiles } from '../../put-files.ts'
import { buildArgv } from './command.ts'

const DEFAULT_TIMEOUT_MS = 300_000
const OUTPUT_TAIL = 20_000

/** What every run leaves its traces in. */
export async function layVitestTraces(sandbox: Sandbox, suite: Suite): Promise<Traces> {
  return layTraces(sandbox, suite, { name: 'vitest', reporter: new URL('./reporter', import.meta.url) })
}

/** Runs the suite with its own command in the environment and reads what Vitest, the application's entry and its sources tell. */
export async function runVitestSuite(environment: Environment, suite: Suite, options: RunOptions): Promise<RunResult> {
  const { sandbox } = environment
  await putFiles(sandbox, suite.files)
  const traces = await layVitestTraces(sandbox, suite)
  // Vitest takes a reporter for a module of the newer kind.
  const reporter = traces.reporter.replace(/\.cjs$/, '.mjs')
  await sandbox.writeFile(reporter, `export { default } from './${traces.reporter.split('/').at(-1)}'\n`)
  const countsHook = `${sandbox.scratch}/counts-hook.cjs`
  await sandbox.writeFile(countsHook, await readCountsHook())
  const unfollow = await followFetchEntries(sandbox)
  const counting = options.coverage ? await startCounting(sandbox, options.sources ?? []) : null
  const env = suiteVariables(environment, suite, options.env)
  const { NODE_OPTIONS } = hookVariables(env.NODE_OPTIONS, traces, null)
  const result = await environment
    .run({
      argv: buildArgv(suite, options, reporter),
      cwd: join(sandbox.root, suite.cwd),
      env: {
        ...env,
        ...traceVariables(traces),
        ...(unfollow ? { [FETCH_VARIABLE]: '1' } : {}),
        ...(counting ? { [COUNTS_VARIABLE]: traces.processes } : {}),
        NODE_OPTIONS: counting ? withRequire(NODE_OPTIONS, countsHook) : (NODE_OPTIONS ?? ''),
      },
      timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
      signal: options.signal,
    })
    .finally(async () => {
      await counting?.end()
      await unfollow?.()
    })
  const inProject = await relativeTo(sandbox.root)
  const { tests, errors } = readResults(await readTrace(sandbox, traces.results), inProject)
  const requests = parseRequests(await readTrace(sandbox, traces.requests), inProject)
  const counted = counting?.read(await readTrace(sandbox, traces.processes), inProject) ?? null
  await Promise.all(
    [traces.results, traces.requests, traces.processes].map((path) => sandbox.removeFile(path).catch(() => {})),
  )

  const output = [result.stdout, result.stderr].join('\n').trim().slice(-OUTPUT_TAIL)
  const files = options.files ? new Set(options.files) : null
  const wanted = tests.filter(
    ({ file, name }) => (files?.has(file) ?? true) && (options.test === undefined || name === options.test),
  )
  const explained = errors.length > 0 || wanted.some((test) => test.status === 'failed')
  if (result.exitCode !== 0 && !explained) errors.push({ file: null, message: output || 'Vitest ended without a word' })
  return {
    exitCode: result.timedOut ? null : result.exitCode,
    timedOut: result.timedOut,
    durationMs: result.durationMs,
    tests: wanted,
    errors,
    requests,
    coverage: counted?.all ?? null,
    ...(counted && options.coverageByFile ? { coverageByFile: counted.byTest } : {}),
    output,
  }
}

/** What no file is to blame for has none. */
function readResults(text: string, inProject: (path: string) => string | null) {
  const { tests, errors } = parseResults(text, (path) => inProject(path) ?? path)
  return { tests, errors: errors.map(({ file, message }) => ({ file: file === '' ? null : file, message })) }
}
