import { expect, test } from 'vitest'
import type { Config } from '../../src/contracts/config.ts'
import { decisionOn, waiversOf } from '../../src/report/decisions.ts'

const decided = (verdict: 'accepted' | 'rejected', cases: string[]): Config => ({
  findings: [{ id: 'F1', verdict, cases, reason: 'So agreed.', owner: 'kim', about: 'GET /x: Answers 500' }],
  dismissed: [{ fault: 'ab12', reason: 'Equal.', owner: 'lee' }],
  waivers: [
    { gate: 'fast', reason: 'Slow disk.', owner: 'kim' },
    { gate: 'kills', about: 'src/a.js:3', reason: 'Dead code.', owner: 'kim' },
  ],
})

test('what is accepted covers the cases that people saw, and nothing that shows later', () => {
  const config = decided('accepted', ['a', 'b'])
  expect(decisionOn({ id: 'F1', cases: ['b'] }, config)).toEqual({
    verdict: 'accepted',
    reason: 'So agreed.',
    owner: 'kim',
  })
  expect(decisionOn({ id: 'F1', cases: ['a', 'b', 'c'] }, config)).toBeNull()
  expect(decisionOn({ id: 'F2', cases: ['a'] }, config)).toBeNull()
})

test('a known bug stays known in whatever else it shows', () => {
  expect(decisionOn({ id: 'F1', cases: ['a', 'c'] }, decided('rejected', ['a']))?.verdict).toBe('rejected')
})

test('all that is left as it is has a name, a known bug is not left as it is', () => {
  const what = (config: Config) => waiversOf(config).map((waiver) => waiver.what)
  const others = ['seeded fault ab12', 'gate fast', 'gate kills for src/a.js:3']
  expect(what(decided('accepted', []))).toEqual(['finding F1 (GET /x: Answers 500)', ...others])
  expect(what(decided('rejected', []))).toEqual(others)
})
