import { describe, expect, test } from 'vitest'
import type { Json } from '../../src/contracts/json.ts'
import { play } from './play.ts'

const ok = { data: {} }
const drafted = (omitted: string[] = [], verified = false) => ({ data: { omitted, verified } })
const survivor = (fault: string, ...endpoints: string[]) => ({ fault, endpoints })
const proof = (survivors: Json[], noticed: Json[] = [], others: Json[] = []) => ({
  data: {
    verdicts: [{ name: 'kills', verdict: 'fail' }, { name: 'runs', verdict: 'pass' }, ...others],
    survivors,
    noticed,
  },
})
const noticed = (...list: [string, string][]) => ({
  data: { noticed: list.map(([fault, id]) => ({ fault, case: id })) },
})
const explored = { data: { cases: [{ id: 'extra', extra: true }] } }
const opening = [ok, ok, ok, drafted(['left', 'out']), ok]

describe('seeded faults that go unnoticed', () => {
  test('are tried on what was left out for length, and what notices one stays, with what noticed the others', async () => {
    const { calls, stop } = await play([
      ...opening,
      proof([survivor('f1', 'GET /a')], [{ fault: 'f0', case: 'first' }]),
      drafted(),
      noticed(['f1', 'left']),
      drafted(),
      ok,
      proof([]),
    ])
    expect(calls.slice(6)).toEqual([
      ['DraftTests', { whole: true }],
      ['VerifySuite', { faults: ['f1'] }],
      ['DraftTests', { keep: ['first', 'left'] }],
      ['RunTests', { coverage: true }],
      ['VerifySuite', {}],
    ])
    expect(stop).toBe('end_turn')
  })

  test('that are still unnoticed are explored for longer, where their handlers are', async () => {
    const { calls } = await play([
      ...opening,
      proof([survivor('f1', 'GET /a'), survivor('f2', 'GET /b', 'GET /c')]),
      drafted(),
      noticed(['f1', 'left']),
      explored,
      drafted(),
      noticed(['f2', 'extra']),
      drafted(),
    ])
    expect(calls.slice(8)).toEqual([
      ['Explore', { thorough: ['GET /b', 'GET /c'] }],
      ['DraftTests', { whole: true }],
      ['VerifySuite', { faults: ['f2'] }],
      ['DraftTests', { keep: ['left', 'extra'] }],
      ['RunTests', { coverage: true }],
    ])
  })

  test('whose handler is not known are explored for everywhere, and at once where nothing was left out', async () => {
    const { calls } = await play([ok, ok, ok, drafted(), ok, proof([survivor('f1', 'GET /a'), survivor('f2')])], {
      only: ['GET /x'],
    })
    expect(calls.at(-1)).toEqual(['Explore', { endpoints: ['GET /x'], thorough: ['**'] }])
  })

  test('end with the suite as it was where nothing notices them, which is not proved again', async () => {
    const { calls, stop } = await play([
      ...[ok, ok, ok, drafted(), ok, proof([survivor('f1', 'GET /a')])],
      ...[explored, drafted(), noticed(), drafted([], true), ok],
    ])
    expect(calls.slice(-2)).toEqual([
      ['DraftTests', {}],
      ['RunTests', { coverage: true }],
    ])
    expect(stop).toBe('end_turn')
  })

  test('are not tried again where looking longer shows nothing new', async () => {
    const { calls } = await play([ok, ok, ok, drafted(), ok, proof([survivor('f1', 'GET /a')]), ok, drafted([], true)])
    expect(calls.slice(-3)).toEqual([
      ['Explore', { thorough: ['GET /a'] }],
      ['DraftTests', {}],
      ['RunTests', { coverage: true }],
    ])
  })

  test('never leave the suite too long when something goes wrong', async () => {
    const { calls } = await play([...opening, proof([survivor('f1', 'GET /a')]), drafted(), { isError: true }])
    expect(calls.at(-1)).toEqual(['DraftTests', {}])
  })

  test('are left alone while another gate does not hold, while the gate holds, and where a bug explains them', async () => {
    const other = proof([survivor('f1', 'GET /a')], [], [{ name: 'shuffled', verdict: 'blocked' }])
    const held = { data: { verdicts: [{ name: 'kills', verdict: 'pass' }], survivors: [survivor('f1', 'GET /a')] } }
    for (const last of [other, held, proof([])]) expect((await play([...opening, last])).stop).toBe('end_turn')
  })

  test('are tried without the cases whose tests fail', async () => {
    const failing = { data: { failing: [{ test: 't', case: 'left' }] } }
    const { calls } = await play([...opening, proof([survivor('f1', 'GET /a')]), drafted(), failing, drafted()])
    expect(calls.slice(-2)).toEqual([
      ['DraftTests', { whole: true, exclude: ['left'] }],
      ['VerifySuite', { faults: ['f1'] }],
    ])
  })
})
