import { expect, it } from 'vitest'
import { patienceFor } from '../../../src/verify/faults/patience.ts'

const names = ['a', 'b', 'c', 'd'].map((name) => `test/${name}.test.js`)
const baseline = (durationMs: number) => ({
  durationMs,
  tests: names.map((file) => ({ file, name: 'works', status: 'passed' as const, durationMs: 500, message: null })),
  coverageByFile: names.map((test) => ({ test, lines: {} })),
})

it('leaves time for loading, which no test tells of', () => {
  // 2 s in tests, 40 s to load four files.
  expect(patienceFor(baseline(42_000), names)).toBeGreaterThan(20_000 + 2 * 42_000)
  expect(patienceFor(baseline(42_000), names.slice(0, 1))).toBe(20_000 + 2 * 10_500)
})

it('leaves time for files that ran side by side, and will run one after the other', () => {
  expect(patienceFor(baseline(1_000), names)).toBeGreaterThan(20_000 + 2 * 4_000)
})

it('waits longer where another file may still tell', () => {
  const [one = 0, two = 0, three = 0, four = 0] = [1, 2, 3, 4].map((most) =>
    patienceFor(baseline(2_000), names.slice(0, most)),
  )
  expect(two - one).toBeGreaterThanOrEqual(10_000)
  expect(three - two).toBeGreaterThanOrEqual(10_000)
  expect(four - three).toBeLessThan(10_000)
})
