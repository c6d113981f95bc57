import { matchEndpoint } from '../../contracts/match-endpoint.ts'
import { endpointKey } from '../../contracts/project.ts'
import type { RunResult, SeenRequest, Stub, TestResult } from '../../contracts/suite.ts'
import type { GateInput, VerifierGate } from '../gate.ts'
import { measureGreen } from '../green.ts'
import { findSequences, listUnits, type Unit } from '../sequences.ts'
import type { Stage } from '../stages.ts'
import { count, explainRed } from '../summary.ts'
import { blocked, fail, pass } from '../verdicts.ts'

const STUBS = [
  { status: 200, body: '{}' },
  { status: 500, body: '{}' },
]
/** Fixtures that wait for an answer they like wait in vain. */
const PATIENCE_MS = 120_000

export const strong: VerifierGate = {
  name: 'strong',
  promise:
    'Each test goes red against an application that always answers 200 {}, or always 500; nothing is left un-awaited',

  async check(input: GateInput) {
    const { own, obstacle } = await measureGreen(input)
    if (obstacle) return obstacle
    const asked = own.requests.filter((request) => endpointOf(input, request) !== null)
    if (asked.length === 0) {
      return blocked(
        `None of the ${own.requests.length} requests seen while tests ran goes to a route that is known; a complete list of routes would let the application be stubbed.`,
      )
    }
    const { endpoints } = input.map
    const by = [...new Set(asked.flatMap(({ by }) => by ?? []))]
    const against: Against[] = []
    const stage = await input.stages.open()
    const green: Green[] = []
    try {
      for (const { status, body } of STUBS) {
        input.signal.throwIfAborted()
        const timeoutMs = PATIENCE_MS + 3 * own.durationMs
        const stub = { status, body, routes: endpoints, by }
        const once = await stage.run({ stub, timeoutMs })
        // What an earlier run left in the process is not the stub's doing.
        const again = !once.timedOut && silentFiles(input, own, once).length > 0
        const result = again ? await stage.runAnew({ stub, timeoutMs }) : once
        against.push({ status, result })
        if (result.timedOut || silentFiles(input, own, result).length > 0) break
        green.push(...(await lookAgain(stage, stub, stillGreen(input, own, result))))
      }
    } finally {
      stage.release()
    }
    const late = against.find(({ result }) => result.timedOut)
    if (late) {
      return blocked(
        `Against an application that always answers ${late.status} the suite does not end; a deadline in its fixtures would let it.`,
      )
    }
    const last = against.at(-1)
    const [unasked] = last ? silentFiles(input, own, last.result) : []
    if (last && unasked !== undefined) {
      return blocked(
        `Against an application that always answers ${last.status} ${unasked} gets as far as no request: ${explainRed(last.result)}. A set-up that runs more than once would let it.`,
      )
    }
    // Others test a queue, a timer or a function in the same file; a stub of what answers requests says nothing of those.
    const silent = input.foreign ? green.filter((one) => asksNothing(own, one)) : []
    const weak = green.filter((one) => !one.byLastAnswer && !silent.includes(one))
    const unawaited = findUnawaited(input)
    const cases = casesOf(input, own)
    const gaps = cases.filter(({ missing }) => missing.length > 0)
    const evidence = {
      stubs: against.map(({ status, result }) => ({
        answers: status,
        red: result.tests.filter((test) => test.status === 'failed').length,
        green: result.tests.filter((test) => test.status === 'passed').length,
      })),
      weak: weak.map(({ file, name, requests, against }) => ({ file, name, requests, against })),
      // Green against a stub for want of a look at what the set-up answers; red once that is real.
      setUpUnchecked: green
        .filter((one) => one.byLastAnswer && !silent.includes(one))
        .map(({ file, name, against }) => `${file} > ${name} (${against})`),
      withoutRequest: [...new Set(silent.map(({ file, name }) => `${file} > ${name}`))],
      unawaited,
      endpoints: cases.map(({ endpoint, statuses }) => ({ endpoint, statuses })),
      gaps: gaps.map(({ endpoint, missing }) => ({ endpoint, missing })),
      requestsPerTest: round(own.requests.filter(({ test }) => test).length / Math.max(1, count(own, 'passed'))),
    }
    const ran = count(own, 'passed')
    const violations = [
      ...new Set(weak.map(({ file, name }) => `${file} > ${name}`)),
      ...unawaited,
      ...gaps.map(({ endpoint, missing }) => `${endpoint} without ${missing.join(' and ')}`),
    ]
    if (weak[0]) {
      const { name, file, against, requests } = weak[0]
      const asks = requests === 0 ? 'It asks the application nothing.' : ''
      return fail(
        `${new Set(weak.map(({ file, name }) => `${file} ${name}`)).size} of ${ran} tests stay green against an application that always answers 200 {} or 500, e.g. “${name}” of ${file} against ${against}. ${asks}`.trim(),
        evidence,
        violations,
      )
    }
    if (unawaited[0]) {
      return fail(`${unawaited.length} assertions are not waited for, e.g. ${unawaited[0]}.`, evidence, violations)
    }
    if (gaps[0]) {
      return fail(
        `${gaps.length} endpoints lack a case that could be had, e.g. ${gaps[0].endpoint} without ${gaps[0].missing.join(' and ')}.`,
        evidence,
        violations,
      )
    }
    const unchecked = evidence.setUpUnchecked.length
    const rest = unchecked > 0 ? `; ${unchecked} times only once the set-up was answered by the application` : ''
    const others = evidence.withoutRequest.length
    const left = others > 0 ? `; ${others} that send the application no request are not judged` : ''
    return pass(`Each of ${ran - others} tests goes red against both stubs${rest}${left}.`, evidence)
  },
}

interface Against {
  status: number
  result: RunResult
}

/** Test files that ask the application otherwise, and now did not: what is red in them was never shown a stub. */
function silentFiles(input: GateInput, own: RunResult, result: RunResult): string[] {
  const asking = ({ requests }: RunResult) =>
    new Set(requests.filter((request) => endpointOf(input, request) !== null).map(({ file = 'the suite' }) => file))
  const now = asking(result)
  return [...asking(own)].filter((file) => !now.has(file))
}

const endpointOf = ({ map }: GateInput, { method, path }: SeenRequest) => matchEndpoint(map.endpoints, method, path)

/** A test, or a sequence of them, of which nothing goes red against a stub. */
interface Green {
  file: string
  name: string
  tests: string[]
  against: number
  /** What it asks the application, set-up for all tests aside. */
  requests: number
  /** It does go red where only its last request gets the stub's answer: what it sets up is not looked at, what it tests is. */
  byLastAnswer: boolean
}

interface Candidate extends Omit<Green, 'against' | 'byLastAnswer'> {
  unit: Unit
}

function stillGreen(input: GateInput, own: RunResult, result: RunResult): Candidate[] {
  const asks = ({ file, name }: Pick<TestResult, 'file' | 'name'>) =>
    own.requests.filter((request) => request.file === file && request.test === name && endpointOf(input, request))
      .length
  return listUnits(own, findSequences(input.suite, input.source)).flatMap((unit) => {
    const { file, only, tests } = unit
    const its = result.tests.filter((test) => test.file === file && tests.includes(test.name))
    if (its.length === 0 || its.some(({ status }) => status === 'failed')) return []
    const name = only?.block === false ? only.name : tests.join(', ')
    return [{ unit, file, name, tests, requests: tests.reduce((sum, test) => sum + asks({ file, name: test }), 0) }]
  })
}

/** Whether it is the set-up alone that lets a stub through, such as a comparison of one empty answer with another. */
async function lookAgain(stage: Stage, stub: Stub, candidates: Candidate[]): Promise<Green[]> {
  const green: Green[] = []
  for (const { unit, ...facts } of candidates) {
    const skip = facts.requests - 1
    const only = unit.only ? { only: unit.only } : {}
    const result = skip > 0 ? await stage.run({ files: [unit.file], ...only, stub: { ...stub, skip } }) : null
    const byLastAnswer = result?.tests.some(({ status }) => status === 'failed') ?? false
    green.push({ ...facts, against: stub.status, byLastAnswer })
  }
  return green
}

/** It sends no request, and none is sent for it before all tests of its file. */
const asksNothing = ({ requests }: RunResult, one: Green) =>
  one.requests === 0 &&
  !requests.some(({ file, test }) => file === one.file && (test === undefined || one.tests.includes(test)))

function findUnawaited({ suite, source }: GateInput): string[] {
  return suite.files
    .filter(({ kind }) => kind === 'test' || kind === 'helper')
    .flatMap(({ path, content }) =>
      (source?.read(path, content).unawaited ?? []).map(({ line, text }) => `${path}:${line} ${text}`),
    )
}

/** What each endpoint that tests ask was seen to answer, and what it could answer besides that no test sees. */
function casesOf(input: GateInput, own: RunResult) {
  return input.map.endpoints.flatMap((endpoint) => {
    const key = endpointKey(endpoint)
    const seen = own.requests.filter((request) => endpointOf(input, request) === endpoint).map(({ status }) => status)
    if (seen.length === 0) return []
    const could = input.attainable?.[key] ?? []
    const missing = [
      ...(could.some(isSuccess) && !seen.some(isSuccess) ? ['a success'] : []),
      ...(could.some(isFailure) && !seen.some(isFailure) ? ['a failure'] : []),
    ]
    return [{ endpoint: key, statuses: [...new Set(seen)].sort((a, b) => a - b), missing }]
  })
}

const isSuccess = (status: number) => status < 400
const isFailure = (status: number) => status >= 400
const round = (value: number) => Math.round(value * 10) / 10
