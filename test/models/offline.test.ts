import { expect, test } from 'vitest'
import { play } from './play.ts'

const ok = { data: {} }

test('works through the tools in order and stops', async () => {
  const { calls, stop } = await play([ok, ok, ok, ok, ok, ok])
  expect(calls.map(([name]) => name)).toEqual([
    'InspectProject',
    'StartEnvironment',
    'Explore',
    'DraftTests',
    'RunTests',
    'VerifySuite',
  ])
  expect(stop).toBe('end_turn')
})

test('stops at a step that fails', async () => {
  const { calls, stop } = await play([ok, { isError: true, text: 'no database' }])
  expect(calls).toHaveLength(2)
  expect(stop).toBe('end_turn')
})

test('explores only what the run is restricted to', async () => {
  const { calls } = await play([ok, ok, ok], { only: ['GET /x'] })
  expect(calls[2]).toEqual(['Explore', { endpoints: ['GET /x'] }])
})

test('drafts again without the cases that fail, a bounded number of times', async () => {
  const failing = (id: string) => ({ data: { failing: [{ test: id, case: id }] } })
  const { calls } = await play([ok, ok, ok, ok, failing('a'), ok, failing('b'), ok, failing('c'), ok, failing('d')])
  const drafts = calls.filter(([name]) => name === 'DraftTests').map(([, input]) => input)
  expect(drafts).toEqual([{}, { exclude: ['a'] }, { exclude: ['a', 'b'] }, { exclude: ['a', 'b', 'c'] }])
  expect(calls.at(-1)?.[0]).toBe('VerifySuite')
})
