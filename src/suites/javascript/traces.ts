import { randomBytes } from 'node:crypto'
import { realpath } from 'node:fs/promises'
import { isAbsolute, join, relative, sep } from 'node:path'
import type { Environment } from '../../contracts/environment.ts'
import type { Sandbox } from '../../contracts/sandbox.ts'
import type { Suite } from '../../contracts/suite.ts'
import { readHook } from './hooks.ts'
import { COVERAGE_ROOT_VARIABLE, COVERAGE_VARIABLE, readCoverageHook } from './process-coverage.ts'
import { REQUESTS_VARIABLE, readRequestsHook, TEST_FILES_VARIABLE, withRequire } from './requests.ts'

/** Names the file that our reporter appends to. */
const RESULTS_VARIABLE = 'INTEGRATION_TESTS_RESULTS'
/** npm looks for a newer version of itself, which would count as an attempt to leave the sandbox. */
const QUIET_NPM = { npm_config_update_notifier: 'false' }

/** Files of ours in the sandbox's scratch directory: reporter and cache are shared by runs, the rest is this run's own. */
export async function layTraces(sandbox: Sandbox, suite: Suite, { name, reporter }: { name: string; reporter: URL }) {
  const at = (name: string) => `${sandbox.scratch}/${name}`
  const id = randomBytes(4).toString('hex')
  const traces = {
    reporter: at(`${name}-reporter.cjs`),
    hook: at('requests-hook.cjs'),
    cache: at(`${name}-cache`),
    coverage: at(`coverage-${id}`),
    coverageHook: at('coverage-hook.cjs'),
    processes: at(`coverage-${id}.jsonl`),
    results: at(`results-${id}.jsonl`),
    requests: at(`requests-${id}.jsonl`),
    byFile: at(`coverage-by-file-${id}.jsonl`),
    testFiles: at('test-files.json'),
  }
  await sandbox.writeFile(traces.reporter, await readHook(reporter))
  await sandbox.writeFile(traces.hook, await readRequestsHook())
  const testFiles = suite.files.filter(({ kind }) => kind === 'test' || kind === 'unit')
  // Runners name files by their real path.
  const root = await realpath(sandbox.root).catch(() => sandbox.root)
  await sandbox.writeFile(traces.testFiles, JSON.stringify(testFiles.map(({ path }) => join(root, path))))
  await sandbox.writeFile(traces.coverageHook, await readCoverageHook())
  return traces
}

export type Traces = Awaited<ReturnType<typeof layTraces>>

/** Where services are is the environment's to say; the suite's own values are for running it elsewhere. */
export function suiteVariables(environment: Environment, suite: Suite, more: Record<string, string> = {}) {
  return { ...QUIET_NPM, ...suite.env, ...environment.variables, ...more } as Record<string, string>
}

/** Where our hooks and our reporter write. */
export function traceVariables(traces: Traces): Record<string, string> {
  return {
    [REQUESTS_VARIABLE]: traces.requests,
    [RESULTS_VARIABLE]: traces.results,
    [TEST_FILES_VARIABLE]: traces.testFiles,
  }
}

/** What makes every Node process of the run load our hooks; `root` where coverage is asked for. */
export function hookVariables(
  options: string | undefined,
  traces: Traces,
  root: string | null,
): Record<string, string> {
  const withRequests = withRequire(options, traces.hook)
  if (root === null) return { NODE_OPTIONS: withRequests }
  return {
    NODE_OPTIONS: withRequire(withRequests, traces.coverageHook),
    [COVERAGE_VARIABLE]: traces.processes,
    [COVERAGE_ROOT_VARIABLE]: root,
  }
}

/** A trace that was never written is empty: the runner may have ended before its first test. */
export async function readTrace(sandbox: Sandbox, path: string): Promise<string> {
  return sandbox.readFile(path).then(
    (data) => data.toString('utf8'),
    () => '',
  )
}

/** Runners name files by their real path, which differs where the root is reached over a link. */
export async function relativeTo(root: string): Promise<(path: string) => string | null> {
  const roots = new Set([root, await realpath(root).catch(() => root)])
  return (path) => {
    for (const base of roots) {
      const inside = relative(base, path)
      if (inside !== '' && !isAbsolute(inside) && inside !== '..' && !inside.startsWith(`..${sep}`)) {
        return inside.split(sep).join('/')
      }
    }
    return null
  }
}
