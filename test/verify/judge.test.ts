import { describe, expect, it } from 'vitest'
import type { GateVerdict } from '../../src/contracts/verdict.ts'
import { baselineOf, holds, judge, violationsOf } from '../../src/verify/judge.ts'

const verdict = (parts: Partial<GateVerdict> = {}): GateVerdict => ({
  name: 'runs',
  verdict: 'fail',
  why: '2 tests failed after 3.1 s',
  evidence: {},
  durationMs: 1,
  ...parts,
})
const policy = { blocking: ['runs'] as const, waivers: [], baseline: {} }
const waiver = (parts: { gate?: string; about?: string } = {}) => ({
  gate: 'runs',
  reason: 'known to all',
  owner: 'ann',
  ...parts,
})

describe('what is wrong by a verdict', () => {
  it('is what the gate names, else its failed tests, else its words without figures', () => {
    expect(violationsOf(verdict({ violations: ['a', 'b', 'a'] }))).toEqual(['a', 'b'])
    expect(violationsOf(verdict({ evidence: { failed: [{ file: 'x.js', name: 'adds' }] } }))).toEqual(['x.js > adds'])
    expect(violationsOf(verdict())).toEqual(['# tests failed after # s'])
    expect(violationsOf(verdict({ verdict: 'blocked', why: 'no 5 tests' }))).toEqual(['blocked: no # tests'])
  })

  it('is nothing where the gate holds or does not apply', () => {
    expect(violationsOf(verdict({ verdict: 'pass', violations: ['a'] }))).toEqual([])
    expect(violationsOf(verdict({ verdict: 'not_applicable' }))).toEqual([])
  })
})

it('holds when it passes or does not apply, not when it could not be checked', () => {
  const all = (['pass', 'not_applicable', 'fail', 'blocked'] as const).map((one) => holds({ verdict: one }))
  expect(all).toEqual([true, true, false, false])
})

describe('a verdict counts', () => {
  const counts = (given: GateVerdict, more: Partial<Parameters<typeof judge>[1]> = {}) =>
    judge(given, { ...policy, ...more }).counts

  it('when its gate blocks and does not hold, whether it fails or cannot be checked', () => {
    expect(counts(verdict())).toBe(true)
    expect(counts(verdict({ verdict: 'blocked' }))).toBe(true)
    expect(counts(verdict({ verdict: 'pass' }))).toBe(false)
    expect(counts(verdict({ name: 'clean' }))).toBe(false)
  })

  it('unless all that is wrong is in the baseline or waived', () => {
    const two = verdict({ violations: ['a.test.js > adds', 'b.test.js > takes'] })
    expect(counts(two, { baseline: { runs: ['a.test.js > adds'] } })).toBe(true)
    expect(counts(two, { waivers: [waiver({ about: 'b.test.js' })] })).toBe(true)
    expect(counts(two, { baseline: { runs: ['a.test.js > adds'] }, waivers: [waiver({ about: 'b.test.js' })] })).toBe(
      false,
    )
    expect(counts(two, { waivers: [waiver()] })).toBe(false)
    expect(counts(two, { waivers: [waiver({ gate: 'clean' })] })).toBe(true)
  })
})

it('takes for known what was checked, never that it could not be', () => {
  const blocked = verdict({ verdict: 'blocked', why: 'no namespaces' })
  const verdicts = [verdict({ violations: ['a'] }), { ...blocked, name: 'isolated' as const }]
  expect(baselineOf(verdicts)).toEqual({ runs: ['a'] })
  const baseline = { runs: violationsOf(blocked) }
  expect(judge(blocked, { ...policy, baseline })).toMatchObject({ counts: true, known: [] })
})

it('tells what is new apart from what is known and from what is waived, with the reason', () => {
  const given = verdict({ violations: ['old', 'new', 'waived one'] })
  const judgement = judge(given, {
    ...policy,
    baseline: { runs: ['old', 'gone'] },
    waivers: [waiver({ about: 'waived' })],
  })
  expect(judgement).toEqual({
    blocks: true,
    kind: 'fact',
    counts: true,
    waived: ['known to all'],
    known: ['old'],
    fresh: ['new'],
  })
})
