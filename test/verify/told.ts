import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Environment, Snapshot } from '../../src/contracts/environment.ts'
import type { ProjectMap } from '../../src/contracts/project.ts'
import type { CommandResult, EgressAttempt, SandboxState } from '../../src/contracts/sandbox.ts'
import type { RunOptions, RunResult, SessionRun, SuiteFile, TestResult } from '../../src/contracts/suite.ts'
import type { GateName, GateVerdict } from '../../src/contracts/verdict.ts'
import { javascriptTestSource } from '../../src/suites/javascript/test-source.ts'
import { type VerifyInput, verifySuite } from '../../src/verify/index.ts'
import { projectMap } from '../support/project-map.ts'
import { environmentOf, INTERRUPTED, rowsAtStart } from './told-environment.ts'

export const A = 'test/a.test.js'
export const B = 'test/b.test.js'

/** Where a run takes place: the how-manieth environment that was opened, and what it holds. */
export interface Place {
  environment: number
  /** Another directory that is shown at the project's root. */
  tree: string | null
  /** Files written into the view, by relative path. */
  written: Map<string, string>
  rows: Snapshot
  /** Runs of the plain command here, this one included. */
  runs: number
  /** Something ran here since attempts were cleared. */
  active: boolean
}

/**
 * A suite, a runner and environments that do what a test tells them: for what no real suite does soon. By default every run is
 * green, every test asks `GET /things/{id}` and goes red against a stub, and nothing is left behind.
 */
export interface Told {
  /** Names of tests by file. */
  tests?: Record<string, string[]>
  /** Text of test files; by default one line for each test. */
  content?: Record<string, string>
  /** The application's sources. */
  sources?: Record<string, string>
  map?: Partial<ProjectMap>
  /** In the store at the start, beside one of `things`. */
  rows?: Snapshot
  /** A run by the plain command. */
  run?(usual: RunResult, place: Place, options: RunOptions): RunResult | Promise<RunResult>
  /** A run of the runner that stays. */
  stay?(usual: RunResult, place: Place, options: SessionRun): RunResult
  /** The command without anything of ours, as in a fresh clone. */
  command?(place: Place): Partial<CommandResult>
  attempts?(place: Place): EgressAttempt[]
  state?(place: Place): Partial<SandboxState>
  network?: 'kernel' | 'none'
  /** How a run that is interrupted takes it; by default it ends. */
  interrupted?: 'ends' | 'goes on' | 'is through before'
  /** The runner cannot stay. */
  session?: false
  /** Lines of `app.js` that each test file runs; by default all. */
  lines?: Record<string, number[]>
  runner?: string
  /** Test files cannot be read. */
  source?: false
}

type More = Partial<Omit<VerifyInput, 'map' | 'suite' | 'runner' | 'openEnvironment'>> & {
  table?: Parameters<typeof verifySuite>[1]
}

export async function verifyTold(gate: GateName, told: Told = {}, more: More = {}): Promise<GateVerdict> {
  const root = mkdtempSync(join(tmpdir(), 'told-'))
  try {
    for (const [path, text] of Object.entries(told.sources ?? {})) {
      mkdirSync(dirname(join(root, path)), { recursive: true })
      writeFileSync(join(root, path), text)
    }
    const { table, ...given } = more
    const input = { ...projectOf(root, told), gates: [gate], changes: null, ...given }
    const verdicts = await verifySuite(
      { signal: new AbortController().signal, progress: () => undefined, ...input },
      table,
    )
    const verdict = verdicts.find(({ name }) => name === gate)
    if (!verdict) throw new Error(`no verdict of ${gate}`)
    return verdict
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

/** The result with these tests failed. */
export function withRed(result: RunResult, names: string[], message = 'expected something else'): RunResult {
  const tests = result.tests.map((test) =>
    names.includes(test.name) ? { ...test, status: 'failed' as const, message } : test,
  )
  return { ...result, tests, exitCode: tests.some(({ status }) => status === 'failed') ? 1 : result.exitCode }
}

/** A run of which nothing came. */
export const broken = (result: RunResult, message = 'Jest ended without a word'): RunResult => ({
  ...result,
  exitCode: 1,
  tests: [],
  requests: [],
  errors: [{ file: null, message }],
})

function projectOf(root: string, told: Told): Pick<VerifyInput, 'map' | 'suite' | 'runner' | 'openEnvironment'> {
  const names = told.tests ?? { [A]: ['one', 'two'], [B]: ['three'] }
  const files = Object.entries(names).map(
    ([path, list]): SuiteFile => ({
      path,
      kind: 'test',
      content: told.content?.[path] ?? list.map((name) => `it('${name}', () => {\n  expect(1).toBe(1)\n})\n`).join(''),
    }),
  )
  const all = files.flatMap(({ path }) => (names[path] ?? []).map((name): TestResult => passed(path, name)))
  const map = projectMap({
    root,
    endpoints: [endpoint('GET', '/things/{id}')],
    sources: Object.keys(told.sources ?? {}),
    boot: {
      command: ['node', 'server.js'],
      source: 'package.json:1',
      build: null,
      portVariable: 'PORT',
      defaultPort: 3000,
      app: null,
      before: [],
    },
    ...told.map,
  })
  const suite = {
    runner: told.runner ?? 'told',
    files,
    command: 'npx told',
    argv: ['npx', 'told'],
    cwd: '.',
    env: {},
    tests: all.length,
    review: [],
    missing: [],
  }
  const places = new Map<Environment, Place>()
  const placeOf = (environment: Environment) => places.get(environment) as Place
  return {
    map,
    suite,
    openEnvironment: async (options) => {
      const place: Place = {
        environment: places.size + 1,
        tree: options?.tree ?? null,
        written: new Map(),
        rows: rowsAtStart(told),
        runs: 0,
        active: false,
      }
      const environment = environmentOf(root, place, told)
      places.set(environment, place)
      return environment
    },
    runner: {
      name: 'told',
      handles: ['told'],
      draft: () => Promise.reject(new Error('not here')),
      async run(environment, given, options) {
        const place = placeOf(environment)
        place.runs += 1
        place.active = true
        place.rows.things = (place.rows.things ?? []).filter(({ id }) => id !== INTERRUPTED)
        for (const { path, content } of given.files) place.written.set(path, content)
        const failing = given.files.some(({ content }) => content.includes('made to fail by the verifier'))
        const usual = failing
          ? withRed(
              resultOf(all, options),
              all.map(({ name }) => name),
              'made to fail by the verifier',
            )
          : resultOf(all, options, told.lines)
        return told.run?.(usual, place, options) ?? usual
      },
      ...(told.session === false
        ? {}
        : {
            session: (environment) => ({
              async run(options) {
                const usual = stayed(all, options)
                return told.stay?.(usual, placeOf(environment), options) ?? usual
              },
              close: async () => {},
            }),
          }),
      ...(told.source === false ? {} : { source: javascriptTestSource }),
    },
  }
}

const passed = (file: string, name: string): TestResult => ({
  file,
  name,
  status: 'passed',
  durationMs: 5,
  message: null,
})

/** Of a package that the project names. */
export const installed = { range: '*', installed: null, dev: false }

export const endpoint = (method: string, path: string) => ({
  method,
  path,
  auth: 'none' as const,
  source: 'app.js:1',
  resource: path.split('/')[1] ?? '',
  params: [],
  query: [],
  headers: [],
  body: null,
  statuses: [],
  roles: [],
})

function resultOf(tests: TestResult[], { files, coverageByFile }: RunOptions, lines?: Told['lines']): RunResult {
  const chosen = tests.filter(({ file }) => files === undefined || files.includes(file))
  const covered = lines ?? Object.fromEntries(chosen.map(({ file }) => [file, EVERY_LINE]))
  return {
    exitCode: 0,
    timedOut: false,
    durationMs: 1_000,
    tests: chosen,
    errors: [],
    requests: chosen.map(({ file, name }) => asked(file, name)),
    coverage: null,
    ...(coverageByFile ? { coverageByFile: Object.entries(covered).map(([test, ran]) => runsLines(test, ran)) } : {}),
    output: '',
  }
}

const EVERY_LINE = Array.from({ length: 60 }, (_, index) => index + 1)

const runsLines = (test: string, ran: number[]) => ({
  test,
  lines: { 'app.js': Object.fromEntries(EVERY_LINE.map((line) => [line, ran.includes(line) ? 1 : 0])) },
})

export const asked = (file: string, test: string, status = 200, path = '/things/1') => ({
  method: 'GET',
  path,
  status,
  pid: 1,
  file,
  test,
  by: 'application',
})

/** As a runner that stays does it: an even seed turns the order round, a stub makes everything red. */
function stayed(all: TestResult[], options: SessionRun): RunResult {
  const { files, only, seed, stub } = options
  const chosen = all.filter(
    ({ file, name }) =>
      (files === undefined || files.includes(file)) &&
      (only === undefined || (only.block ? name.startsWith(`${only.name} > `) : name === only.name)),
  )
  const result = resultOf(seed !== undefined && seed % 2 === 0 ? chosen.toReversed() : chosen, {})
  if (!stub) return result
  const requests = result.requests.map((request) => ({ ...request, status: stub.status }))
  return {
    ...withRed(
      result,
      chosen.map(({ name }) => name),
    ),
    requests,
  }
}
