import { describe, expect, it } from 'vitest'
import type { RunResult, SessionRun } from '../../../src/contracts/suite.ts'
import { A, asked, B, broken, endpoint, installed, type Place, type Told, verifyTold } from '../told.ts'

const allGreen = (usual: RunResult): RunResult => ({
  ...usual,
  exitCode: 0,
  tests: usual.tests.map((test) => ({ ...test, status: 'passed', message: null })),
})

describe('real', () => {
  const real = async (told: Told, foreign = false) => {
    const { verdict, why, evidence } = await verifyTold('real', told, { foreign })
    return { says: `${verdict}: ${why}`, evidence }
  }
  const stubbing = (line: string): Told => ({ content: { [A]: `${line}\nit('one', () => {})\n` } })
  const asking =
    (...requests: ReturnType<typeof asked>[]): Told['stay'] =>
    (usual) => ({ ...usual, requests: [...usual.requests.filter(({ test }) => test !== 'one'), ...requests] })

  it('holds for tests that ask the application, and fails on stubs of own modules and of the driver', async () => {
    expect((await real({})).says).toMatch(/^pass: 3 of 3 requests/)
    expect((await real(stubbing("jest.mock('../src/orders')"))).says).toMatch(/^fail: 1 stubs.*own module/)
    expect((await real(stubbing("jest.mock('pg')"))).says).toMatch(/^fail: 1 stubs.*data driver/)
  })

  it('names a stub that does nothing but fail, and one of a third party', async () => {
    const failing = await real(
      stubbing("jest.spyOn(require('pg').Pool.prototype, 'query').mockRejectedValue(new Error())"),
    )
    expect(failing.says).toMatch(/^pass/)
    const other = await real(stubbing("jest.mock('payments')"))
    expect([other.says, other.evidence.overrides]).toEqual([expect.stringMatching(/^pass/), [expect.any(String)]])
  })

  it('names a stub in the same words when it moves, also one that goes over several lines', async () => {
    const content = {
      [A]: "const store = require('../src/app')\njest\n  .spyOn(store, 'call')\n  .mockReturnValue(1)\n",
    }
    const { evidence, violations } = await verifyTold('real', { content })
    expect(evidence.stubs).toEqual([`${A}:2 jest.spyOn(store, 'call')`])
    expect(violations).toEqual([`${A} jest.spyOn(store, 'call')`])
  })

  it('fails on a mock of the driver that Jest takes without being asked', async () => {
    const told = { sources: { '__mocks__/pg.js': '' }, map: { dependencies: { pg: installed } }, runner: 'jest' }
    expect((await real(told)).says).toMatch(/^fail: 1 stubs.*__mocks__\/pg\.js/)
  })

  it('fails on a test that gets its answers elsewhere, not on one that asks for what is not there', async () => {
    const stranger = { ...asked(A, 'one', 200, '/other'), by: 'stranger' }
    expect((await real({ stay: asking(stranger) })).says).toMatch(/^fail: 1 tests ask something else.*> one/)
    expect((await real({ stay: asking({ ...stranger, status: 404 }) })).says).toMatch(/^pass: 2 of 3 requests/)
  })

  it('fails on answers for routes that nobody lists, where the list is ours to make', async () => {
    const stay = asking(asked(A, 'one', 200, '/hidden'))
    expect((await real({ stay })).says).toMatch(/^fail: 1 requests were answered for routes.*\/hidden/)
    expect((await real({ stay }, true)).says).toMatch(/^pass/)
  })

  it('is blocked where it saw nothing: no request, none to a known route, test files that nobody reads', async () => {
    expect((await real({ stay: (usual) => ({ ...usual, requests: [] }) })).says).toMatch(/^blocked: None of the 0/)
    expect((await real({ map: { endpoints: [endpoint('GET', '/else')] } }, true)).says).toMatch(/^(blocked|fail)/)
    const unmarked: Told['stay'] = (usual) => ({
      ...usual,
      requests: usual.requests.map(({ by: _, ...request }) => ({ ...request, path: '/unknown' })),
    })
    expect((await real({ stay: unmarked })).says).toMatch(/^blocked: None of the 3/)
    expect((await real({ source: false })).says).toMatch(/^blocked: .*cannot be read/)
  })
})

describe('strong', () => {
  const strong = async (told: Told, more: Parameters<typeof verifyTold>[2] = {}) => {
    const { verdict, why, evidence } = await verifyTold('strong', told, more)
    return { says: `${verdict}: ${why}`, evidence }
  }
  const against =
    (status: number, then: (usual: RunResult, place: Place, run: SessionRun) => RunResult): Told['stay'] =>
    (usual, place, run) =>
      run.stub?.status === status ? then(usual, place, run) : usual

  it('holds where every test goes red against both stubs', async () => {
    const { says, evidence } = await strong({})
    expect(says).toBe('pass: Each of 3 tests goes red against both stubs.')
    expect(evidence.stubs).toEqual([
      { answers: 200, red: 3, green: 0 },
      { answers: 500, red: 3, green: 0 },
    ])
  })

  it.each([200, 500])('fails on tests that stay green against %i alone', async (status) => {
    const { says, evidence } = await strong({ stay: against(status, allGreen) })
    expect(says).toContain(
      `fail: 3 of 3 tests stay green against an application that always answers 200 {} or 500, e.g. “one”`,
    )
    expect(evidence.weak).toEqual([
      expect.objectContaining({ file: A, name: 'one', against: status }),
      expect.objectContaining({ file: A, name: 'two', against: status }),
      expect.objectContaining({ file: B, name: 'three', against: status }),
    ])
  })

  it('names a test whose set-up alone lets the stub through', async () => {
    const { says, evidence } = await strong({
      stay(usual, _, { stub }) {
        const both = { ...usual, requests: usual.requests.flatMap((request) => [request, request]) }
        return stub && stub.skip === undefined ? allGreen(both) : both
      },
    })
    expect(says).toBe(
      'pass: Each of 3 tests goes red against both stubs; 6 times only once the set-up was answered by the application.',
    )
    expect(evidence.setUpUnchecked).toHaveLength(6)
  })

  it('does not judge by answers what sends no request in somebody’s own suite, unless one was sent before all tests', async () => {
    const quiet =
      (...before: ReturnType<typeof asked>[]): Told['stay'] =>
      (usual, _, { stub }) => {
        const requests = [...usual.requests.filter(({ test }) => test !== 'three'), ...before]
        const tests = usual.tests.map((one) => (one.name === 'three' ? { ...one, status: 'passed' as const } : one))
        return stub ? { ...usual, requests, tests } : { ...usual, requests }
      }
    const own = await strong({ stay: quiet() })
    expect(own.says).toMatch(/^fail: 1 of 3 tests stay green.*“three”.*It asks the application nothing\.$/)
    const others = await strong({ stay: quiet() }, { foreign: true })
    expect([others.says, others.evidence.withoutRequest]).toEqual([
      'pass: Each of 2 tests goes red against both stubs; 1 that send the application no request are not judged.',
      [`${B} > three`],
    ])
    const { test: _, ...early } = asked(B, '')
    const asks = await strong({ stay: quiet(early as ReturnType<typeof asked>) }, { foreign: true })
    expect(asks.says).toMatch(/^fail: 1 of 3 tests stay green.*“three”/)
  })

  it('fails on an assertion that nothing waits for', async () => {
    const content = { [A]: "it('one', async () => {\n  expect(ask()).resolves.toBe(1)\n})\n" }
    expect((await strong({ content })).says).toMatch(/^fail: 1 assertions are not waited for.*a\.test\.js:2/)
  })

  it.each([
    ['a failure', [200, 400]],
    ['a failure', [200, 401]],
    ['a success', [302, 404]],
  ])('fails where %s could be had', async (what, could) => {
    const stay: Told['stay'] = (usual, _, { stub }) => ({
      ...usual,
      requests: usual.requests.map((request) => ({
        ...request,
        status: stub ? request.status : what === 'a success' ? 404 : 200,
      })),
    })
    const { says } = await strong({ stay }, { attainable: { 'GET /things/{id}': could } })
    expect(says).toMatch(new RegExp(`^fail: 1 endpoints lack.*without ${what}`))
    expect((await strong({ stay }, { attainable: {} })).says).toMatch(/^pass/)
  })

  it('is blocked by a suite that does not end against a stub, or asks nothing', async () => {
    const hung = await strong({ stay: against(500, (usual) => ({ ...usual, exitCode: null, timedOut: true })) })
    expect(hung.says).toMatch(/^blocked: Against an application that always answers 500 the suite does not end/)
    expect((await strong({ stay: (usual) => ({ ...usual, requests: [] }) })).says).toMatch(/^blocked: None of the 0/)
  })

  it('takes nothing for red that never asked the stub: it tries where nothing ran before, or is blocked', async () => {
    const never = await strong({ stay: against(500, (usual) => broken(usual, 'address in use')) })
    expect(never.says).toMatch(/^blocked: Against .* 500 test\/a\.test\.js gets as far as no request: no test passed/)
    let first: number | undefined
    const leftOver = await strong({
      stay: against(200, (usual, { environment }) => {
        first ??= environment
        return first === environment ? broken(usual) : usual
      }),
    })
    expect(leftOver.says).toMatch(/^pass/)
  })
})
