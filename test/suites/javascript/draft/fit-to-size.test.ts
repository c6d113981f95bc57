import { describe, expect, test } from 'vitest'
import type { Observation } from '../../../../src/contracts/observation.ts'
import type { Suite, SuiteFile } from '../../../../src/contracts/suite.ts'
import { fitToSize } from '../../../../src/suites/javascript/draft/fit-to-size.ts'
import { draftJestSuite } from '../../../../src/suites/jest/draft.ts'
import { endpoint, expected, request, seen } from './fixtures/build.ts'
import { shopInput } from './fixtures/shop.ts'

const KEY = 'GET /a'

function observed(name: string, spare?: number, { status = 200, key = KEY } = {}): Observation {
  const one = seen('success', name, [], request(key), expected(status, undefined))
  return { ...one, case: { ...one.case, id: name, ...(spare === undefined ? {} : { spare }) } }
}

const lines = (count: number) => 'x\n'.repeat(count)

/** Fits observations whose tests have ten lines each, beside helpers of `helpers` lines; the names of those that stay, too. */
async function fitted(observations: Observation[], { helpers = 0, endpoints = [KEY] } = {}) {
  const map = { ...shopInput.map, endpoints: endpoints.map((key) => endpoint(key, 'a')) }
  const exploration = { ...shopInput.exploration, observations }
  const suite = await fitToSize({ map, exploration }, async (kept): Promise<Suite> => {
    const tests = kept.map((one): SuiteFile => ({ path: one.case.id, content: lines(10), kind: 'test' }))
    const helper: SuiteFile = { path: 'helper', content: lines(helpers), kind: 'helper' }
    const compose: SuiteFile = { path: 'compose', content: lines(999), kind: 'compose' }
    const files = [...tests, helper, compose]
    return { runner: 'jest', files, command: '', argv: [], cwd: '.', env: {}, tests: 0, review: [], missing: [] }
  })
  const kept = suite.files.filter(({ kind }) => kind === 'test').map(({ path }) => path)
  return { omitted: suite.omitted, kept }
}

describe('a suite that is fitted to its size', () => {
  test('keeps all that fits', async () => {
    const all = ['a', 'b', 'c', 'd'].map((name) => observed(name, 9))

    expect(await fitted(all, { helpers: 20 })).toEqual({ omitted: [], kept: ['a', 'b', 'c', 'd'] })
  })

  test('leaves as few out as it must, those first that go first, of equals the first', async () => {
    const all = [
      observed('a'),
      observed('b', 2),
      observed('c', 9),
      observed('d', 5),
      observed('e', 9),
      observed('f', 7),
    ]

    expect((await fitted(all, { helpers: 10 })).omitted).toEqual(['c'])
    expect((await fitted(all, { helpers: 19 })).omitted).toEqual(['c', 'e'])
    expect(await fitted(all, { helpers: 29 })).toEqual({ omitted: ['c', 'e', 'f'], kept: ['a', 'b', 'd'] })
  })

  test('never leaves out what is to stay, too long as it may be', async () => {
    const all = [...Array.from({ length: 9 }, (_, index) => observed(`stays ${index}`)), observed('goes', 1)]
    const { omitted, kept } = await fitted(all)

    expect(omitted).toEqual(['goes'])
    expect(kept).toHaveLength(9)
  })

  test('keeps the last case that shows a status of its endpoint: the one that may go last', async () => {
    const refused = (name: string, spare: number) => observed(name, spare, { status: 409 })
    const all = [
      refused('a', 9),
      refused('b', 1),
      refused('c', 8),
      ...'defghij'.split('').map((name) => observed(name)),
    ]
    const elsewhere = observed('k', 9, { key: 'POST /a', status: 409 })

    expect((await fitted([...all, elsewhere])).omitted).toEqual(['a', 'c'])
  })

  test('may have thirty-five lines of tests for an endpoint whatever its helpers have', async () => {
    const all = ['a', 'b', 'c'].map((name) => observed(name, 9))

    expect((await fitted(all, { helpers: 900 })).omitted).toEqual([])
    expect((await fitted([...all, observed('d', 1)], { helpers: 900 })).omitted).toEqual(['a'])
  })

  test('has the room of the endpoints that are tested, no others', async () => {
    const tested = ['GET /a', 'GET /b']
    const all = Array.from({ length: 12 }, (_, index) => observed(`${index}`, 9, { key: tested[index % 2] as string }))

    expect((await fitted(all, { endpoints: tested })).omitted).toEqual([])
    expect((await fitted(all, { endpoints: ['GET /a', 'GET /c', 'GET /d'] })).omitted).toHaveLength(6)
  })
})

test('what is left out is in none of the files, and named', async () => {
  const { exploration } = shopInput
  const more = Array.from({ length: 120 }, (_, index) => {
    const one = seen('success', `answers in way ${index}`, [], request('GET /health'), expected(200, { way: index }))
    return { ...one, case: { ...one.case, spare: index === 7 ? 1 : 9 } }
  })
  const observations = [...exploration.observations, ...more]
  const suite = await draftJestSuite({ ...shopInput, exploration: { ...exploration, observations } })
  const text = suite.files.map(({ content }) => content).join('')
  const omitted = suite.omitted ?? []

  expect(omitted.length).toBeGreaterThan(10)
  expect(omitted.length + suite.tests).toBe(observations.length)
  expect(omitted).not.toContain('GET /health success answers in way 7')
  expect(suite.cases?.filter((one) => omitted.includes(one.case))).toEqual([])
  expect(text).toContain("'GET /health answers in way 7'")
  for (const id of omitted) expect(text).not.toContain(`${id.replace(' success', '')}'`)
})
