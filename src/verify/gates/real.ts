import { access } from 'node:fs/promises'
import { isBuiltin } from 'node:module'
import { join, posix } from 'node:path'
import { matchEndpoint } from '../../contracts/match-endpoint.ts'
import type { RunResult, SeenRequest, TestStub } from '../../contracts/suite.ts'
import type { GateInput, VerifierGate } from '../gate.ts'
import { measureGreen } from '../green.ts'
import { blocked, fail, pass } from '../verdicts.ts'

/** Packages that lead to data, whatever the project's map knows of. */
const DATA_DRIVERS =
  /^(pg|pg-promise|postgres|mysql2?|mariadb|mssql|oracledb|sqlite3|better-sqlite3|mongodb|mongoose|knex|objection|bookshelf|sequelize|typeorm|@prisma\/client|@mikro-orm\/.+|drizzle-orm|ioredis|redis|amqplib|amqp-connection-manager|kafkajs|nats|bullmq?|@elastic\/elasticsearch)(\/|$)/

export const real: VerifierGate = {
  name: 'real',
  promise: 'No stub stands in for the project’s own modules or its data driver, and tests ask the application itself',

  async check(input: GateInput) {
    const { own, obstacle } = await measureGreen(input)
    if (obstacle) return obstacle
    const stubs = [...stubsInText(input), ...(await mocksOfDrivers(input))]
    const bad = stubs.filter(({ what }) => what === 'own module' || what === 'data driver')
    const strangers = testsOfStrangers(input, own)
    const unlisted = unlistedRequests(input, own)
    const evidence = {
      stubs: bad.map(describe),
      faultInjecting: stubs.filter(({ what }) => what === 'fault').map(describe),
      overrides: stubs.filter(({ what }) => what === 'dependency').map(describe),
      clocks: stubs.filter(({ what }) => what === 'clock').map(describe),
      requests: {
        seen: own.requests.length,
        toKnownRoutes: own.requests.filter((request) => isKnown(input, request)).length,
      },
      strangers,
      unlisted,
    }
    // Where somebody else wrote the tests, a route that is not in the list may as well be one that we did not find.
    const stray = input.foreign ? [] : unlisted
    const violations = [...bad.map(({ at, text }) => `${at.replace(/:\d+$/, '')} ${text}`), ...strangers, ...stray]
    if (bad[0]) {
      const { what, at, text } = bad[0]
      return fail(
        `${bad.length} stubs of own modules or the data driver, e.g. ${at} (${what}): ${text}.`,
        evidence,
        violations,
      )
    }
    if (strangers[0]) {
      return fail(
        `${strangers.length} tests ask something else than the application, e.g. ${strangers[0]}.`,
        evidence,
        violations,
      )
    }
    if (stray[0]) {
      return fail(
        `${stray.length} requests were answered for routes that nobody lists, e.g. ${stray[0]}.`,
        evidence,
        violations,
      )
    }
    if (input.source === null) {
      return blocked(
        `Test files of ${input.suite.runner} cannot be read; a reader would show what they stub.`,
        evidence,
      )
    }
    if (evidence.requests.toKnownRoutes === 0) {
      return blocked(
        `None of the ${own.requests.length} requests seen while tests ran goes to a route that is known; a complete list of routes would tell what they ask.`,
        evidence,
      )
    }
    const named = evidence.faultInjecting.length + evidence.overrides.length + evidence.clocks.length
    return pass(
      `${evidence.requests.toKnownRoutes} of ${own.requests.length} requests go to the application’s routes, the others to unknown ones${named > 0 ? `; ${named} injected faults, overrides or clocks are named` : ''}.`,
      evidence,
    )
  },
}

interface Stub {
  /** `test/a.test.js:3` */
  at: string
  text: string
  what: 'own module' | 'data driver' | 'dependency' | 'fault' | 'clock'
}

const describe = ({ at, text }: Stub) => `${at} ${text}`

function stubsInText({ suite, source, map }: GateInput): Stub[] {
  const inSuite = new Set(suite.files.map(({ path }) => withoutEnding(path)))
  const sources = map.sources.map(withoutEnding)
  return suite.files
    .filter(({ kind }) => kind === 'test' || kind === 'helper')
    .flatMap(({ path, content }) =>
      (source?.read(path, content).stubs ?? []).flatMap((stub): Stub[] => {
        const what = whatIs(stub, path)
        return what === null ? [] : [{ at: `${path}:${stub.line}`, text: stub.text, what }]
      }),
    )

  function whatIs({ kind, module, fault }: TestStub, path: string): Stub['what'] | null {
    if (kind === 'clock') return 'clock'
    // A method of something that the file itself made.
    if (module === null) return null
    const driver = DATA_DRIVERS.test(module) || map.stores.some((store) => store.driver === module)
    if (!driver && !isOwn(module, path)) return isSuiteFile(module, path) || isBuiltin(module) ? null : 'dependency'
    if (fault) return 'fault'
    return driver ? 'data driver' : 'own module'
  }

  function isOwn(module: string, from: string): boolean {
    if (isBuiltin(module)) return false
    if (/^\.{0,2}\//.test(module)) return !isSuiteFile(module, from)
    if (Object.keys(map.dependencies).some((name) => module === name || module.startsWith(`${name}/`))) return false
    // By another name for the project's own folder: `@/orders`, `~/orders`, `src/orders`.
    const bare = `/${withoutEnding(module.replace(/^[@~#][^/]*\//, ''))}`
    return sources.some((one) => `/${one}`.endsWith(bare) || `/${one}`.endsWith(`${bare}/index`))
  }

  function isSuiteFile(module: string, from: string): boolean {
    const path = withoutEnding(posix.normalize(posix.join(posix.dirname(from), module)))
    return module.startsWith('.') && (inSuite.has(path) || inSuite.has(`${path}/index`))
  }
}

const withoutEnding = (path: string) => path.replace(/\.[cm]?[jt]sx?$/, '')

/** Jest takes what lies in `__mocks__` beside node_modules without being asked. */
async function mocksOfDrivers({ map, suite }: GateInput): Promise<Stub[]> {
  if (suite.runner !== 'jest') return []
  const drivers = Object.keys(map.dependencies).filter((name) => DATA_DRIVERS.test(name))
  const paths = drivers.flatMap((name) => ['js', 'ts', 'cjs'].map((ending) => `__mocks__/${name}.${ending}`))
  const there = await Promise.all(
    paths.map((path) =>
      access(join(map.root, path)).then(
        () => true,
        () => false,
      ),
    ),
  )
  return paths
    .filter((_, index) => there[index])
    .map((path) => ({ at: path, text: 'stands in for the package in every test', what: 'data driver' }))
}

const isKnown = ({ map }: GateInput, { method, path }: SeenRequest) =>
  matchEndpoint(map.endpoints, method === 'HEAD' ? 'GET' : method, path) !== null

/** Marks of the servers that answered for known routes; the application, as far as was seen. */
const marksOf = (input: GateInput, { requests }: RunResult) =>
  new Set(requests.filter((request) => isKnown(input, request)).flatMap(({ by }) => by ?? []))

/** Tests that ask, and get answers, and never from the application. */
function testsOfStrangers(input: GateInput, own: RunResult): string[] {
  const marks = marksOf(input, own)
  const isApplication = (request: SeenRequest) =>
    isKnown(input, request) || request.by === undefined || marks.has(request.by)
  return own.tests.flatMap(({ file, name, status }) => {
    const asked = own.requests.filter((request) => request.file === file && request.test === name)
    const stranger = asked.length > 0 && !asked.some(isApplication) && asked.some((request) => request.status < 400)
    return stranger && status === 'passed' ? [`${file} > ${name}`] : []
  })
}

/** What the application answered well although no route is known for it. */
function unlistedRequests(input: GateInput, own: RunResult): string[] {
  const marks = marksOf(input, own)
  const unlisted = own.requests.filter(
    (request) =>
      !isKnown(input, request) &&
      request.status < 400 &&
      request.method !== 'OPTIONS' &&
      request.by !== undefined &&
      marks.has(request.by),
  )
  return [...new Set(unlisted.map(({ method, path, status }) => `${method} ${path} ${status}`))]
}
