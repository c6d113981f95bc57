import { expect, test } from 'vitest'
import { exitCodeOfRun } from '../../src/cli/exit-codes.ts'
import { outcomeWith } from '../report/outcomes.ts'

const [finding] = outcomeWith().findings
const found = (verdict: 'accepted' | 'rejected' | null) =>
  outcomeWith({
    findings: [{ ...finding, decision: verdict && { verdict, reason: 'r', owner: 'kim' } } as never],
  })

test('findings count only where they are asked to, a known bug too, and what is intended never', () => {
  expect([null, 'rejected', 'accepted'].map((verdict) => exitCodeOfRun(found(verdict as null), true))).toEqual([
    1, 1, 0,
  ])
  expect(exitCodeOfRun(found(null), false)).toBe(0)
})

test('what ended the run comes before its findings', () => {
  const error = { code: 'X', kind: 'budget', message: '', value: '', next: '' } as const
  expect(exitCodeOfRun({ ...found(null), status: 'error', error }, true)).toBe(4)
  expect(exitCodeOfRun({ ...found('accepted'), status: 'unverified' }, true)).toBe(1)
})
