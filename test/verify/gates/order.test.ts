import { describe, expect, it } from 'vitest'
import type { SessionRun } from '../../../src/contracts/suite.ts'
import { createAloneGate } from '../../../src/verify/gates/alone.ts'
import { A, B, broken, type Place, type Told, verifyTold, withRed } from '../told.ts'

const sequence = `
  describe('a way', () => {
    let left
    it('begins', () => { left = 1 })
    it('goes on', () => { expect(left).toBe(1) })
  })`

describe('twice', () => {
  it('looks at a second run, in the place of the first', async () => {
    const places: Place[] = []
    const { verdict } = await verifyTold('twice', {
      run(usual, place) {
        places.push({ ...place })
        return usual
      },
    })
    expect([verdict, places.map(({ environment, runs }) => [environment, runs])]).toEqual([
      'pass',
      [
        [1, 1],
        [1, 2],
      ],
    ])
  })

  it.each([
    ['is red', (told: Parameters<NonNullable<Told['run']>>[0]) => withRed(told, ['two']), 'The second run is red'],
    [
      'runs fewer tests',
      (told: Parameters<NonNullable<Told['run']>>[0]) => ({ ...told, tests: told.tests.slice(1) }),
      '3 tests passed at first, 2 the second time',
    ],
  ])('fails when the second run %s', async (_, spoil, says) => {
    const { verdict, why } = await verifyTold('twice', {
      run: (usual, { runs }) => (runs === 2 ? spoil(usual) : usual),
    })
    expect([verdict, why]).toEqual(['fail', expect.stringContaining(says)])
  })
})

describe('shuffled', () => {
  it('tries five orders, not all the same, and hands on what has to keep its own', async () => {
    const seen: SessionRun[] = []
    const { verdict, why } = await verifyTold('shuffled', {
      tests: { [A]: ['one', 'a way > begins', 'a way > goes on'], [B]: ['three'] },
      content: { [A]: `it('one', () => {})\n${sequence}` },
      stay(usual, _, options) {
        seen.push(options)
        return usual
      },
    })
    expect([verdict, why]).toEqual([
      'pass',
      '4 tests passed in 5 random orders; 1 deliberate sequences kept their order.',
    ])
    expect(seen.flatMap(({ seed }) => seed ?? []).sort()).toEqual([1, 2, 3, 4, 5])
    expect(seen.find(({ seed }) => seed === 3)?.fixed).toEqual({ [A]: [['a way']] })
  })

  it('does not hold for a single test, or a single sequence: there is no other order', async () => {
    for (const tests of [{ [A]: ['one'] }, { [A]: ['a way > begins', 'a way > goes on'] }]) {
      const { verdict, why } = await verifyTold('shuffled', { tests, content: { [A]: sequence } })
      expect([verdict, why]).toEqual(['not_applicable', expect.stringContaining('no other order')])
    }
  })

  it('is blocked where the runner keeps to its own order', async () => {
    const { verdict, why } = await verifyTold('shuffled', {
      stay: (usual) => ({ ...usual, tests: usual.tests.toSorted((a, b) => (a.name < b.name ? -1 : 1)) }),
    })
    expect([verdict, why]).toEqual(['blocked', expect.stringContaining('in the same order each time')])
  })

  it('is blocked where the runner cannot be told an order', async () => {
    const { verdict } = await verifyTold('shuffled', { session: false })
    expect(verdict).toBe('blocked')
  })

  it('fails on what is red in a process of its own too, or runs fewer tests there', async () => {
    const red = await verifyTold('shuffled', {
      stay: (usual, _, { seed }) => (seed === 3 ? withRed(usual, ['two']) : usual),
    })
    expect([red.verdict, red.why]).toEqual([
      'fail',
      expect.stringContaining('In 1 of 5 other orders it does not pass, e.g. with seed 3: 1 of 3 tests failed'),
    ])
    expect(red.evidence).toMatchObject({ red: [3], unsteady: [], failed: [{ file: A, name: 'two' }] })
    const fewer = await verifyTold('shuffled', {
      stay: (usual, _, { seed }) => (seed === 3 ? { ...usual, tests: usual.tests.slice(1) } : usual),
    })
    expect([fewer.verdict, fewer.why]).toEqual(['fail', expect.stringContaining('only 2 of 3 tests passed')])
  })

  it('counts tests that ran, names none as run before that is still to be written, and each red one once', async () => {
    const toBeWritten = { file: A, name: 'is to be written', status: 'todo' as const, durationMs: 0, message: null }
    const { why, evidence } = await verifyTold('shuffled', {
      stay(usual, _, { seed }) {
        const tests = [toBeWritten, ...usual.tests]
        return withRed({ ...usual, tests }, seed === 3 ? ['two'] : seed === 4 ? ['one', 'two'] : [])
      },
    })
    expect(why).toContain('In 2 of 5 other orders it does not pass, e.g. with seed 3: 1 of 3 tests failed')
    expect(evidence).toMatchObject({ red: [3, 4], failed: [{ name: 'two' }, { name: 'one' }], before: ['one'] })
  })

  it('tries once more where nothing ran before, and names what was red for something left over', async () => {
    const seeds = new Map<number, number>()
    const { verdict, evidence } = await verifyTold('shuffled', {
      stay(usual, { environment }, { seed }) {
        if (seed !== 3) return usual
        const first = seeds.get(seed)
        seeds.set(seed, environment)
        return first === undefined || first === environment ? withRed(usual, ['two']) : usual
      },
    })
    expect(verdict).toBe('pass')
    expect(evidence.unsteady).toEqual([{ seed: 3, file: A, name: 'two' }])
  })

  it('has nothing to say about a suite that is red in its own order', async () => {
    const { verdict } = await verifyTold('shuffled', { stay: (usual) => withRed(usual, ['two']) })
    expect(verdict).toBe('blocked')
  })
})

describe('alone', () => {
  const alone = (told: Told, budgetMs = 60_000) => verifyTold('alone', told, { table: [createAloneGate(budgetMs)] })
  const isAlone = ({ only }: SessionRun, name: string) => only?.name === name

  it('runs each file and each test by itself, on rows as they were at the start', async () => {
    const seen: SessionRun[] = []
    const { verdict } = await alone({
      stay(usual, { rows }, options) {
        seen.push(options)
        expect(rows.things).toEqual([{ id: 1 }])
        rows.things?.push({ id: 2 })
        return usual
      },
    })
    expect(verdict).toBe('pass')
    expect(seen.slice(1).map(({ files, only }) => [files?.join(), only?.name ?? 'all'])).toEqual([
      [A, 'all'],
      [B, 'all'],
      [A, 'one'],
      [B, 'three'],
      [A, 'two'],
    ])
  })

  it('fails on a test, or a file, that is red by itself where nothing ran before', async () => {
    const test = await alone({ stay: (usual, _, run) => (isAlone(run, 'two') ? withRed(usual, ['two']) : usual) })
    expect([test.verdict, test.why]).toEqual(['fail', expect.stringContaining('e.g. “two” of test/a.test.js')])
    expect(test.evidence.failed).toEqual([{ file: A, name: 'two', message: 'expected something else' }])
    const file = await alone({
      stay: (usual, _, { files, only }) => (files?.[0] === B && !only ? withRed(usual, ['three']) : usual),
    })
    expect([file.verdict, file.why]).toEqual(['fail', expect.stringContaining(`e.g. ${B}`)])
  })

  it('tries once more where nothing ran before', async () => {
    let first: number | undefined
    const { verdict, evidence } = await alone({
      stay(usual, { environment }, run) {
        if (!isAlone(run, 'two')) return usual
        first ??= environment
        return first === environment ? withRed(usual, ['two']) : usual
      },
    })
    expect(verdict).toBe('pass')
    expect(evidence.unsteady).toEqual(['two'])
  })

  it('tries each file, and one test of each, however little time there is', async () => {
    const seen: SessionRun[] = []
    const stay: Told['stay'] = (usual, _, options) => {
      seen.push(options)
      return usual
    }
    const { verdict, why, evidence } = await alone({ stay }, -1)
    expect(seen.slice(1).map(({ files, only }) => [files?.join(), only?.name ?? 'all'])).toEqual([
      [A, 'all'],
      [B, 'all'],
      [A, 'one'],
      [B, 'three'],
    ])
    expect([verdict, why]).toEqual(['pass', 'Each of 2 files and 2 of 3 tests passed as the only one run.'])
    expect(evidence.sampling).toContain('one of each at least')
    const single = await alone({ tests: { [A]: ['one', 'two'] } }, -1)
    expect([single.verdict, single.why]).toEqual(['pass', '1 of 2 tests passed as the only one run.'])
  })

  it('does not count what is not found by its name, and is blocked where that is everything', async () => {
    const some = await alone({
      stay: (usual, _, run) => (isAlone(run, 'two') ? { ...usual, tests: [], requests: [] } : usual),
    })
    expect([some.verdict, some.evidence]).toEqual([
      'pass',
      expect.objectContaining({ tests: { all: 3, tried: 2 }, notFound: ['two'] }),
    ])
    const none = await alone({ stay: (usual, _, { only }) => (only ? { ...usual, tests: [], requests: [] } : usual) })
    expect([none.verdict, none.why]).toEqual(['blocked', expect.stringContaining('No test was found again')])
  })

  it('has nothing to say about a run of which nothing comes', async () => {
    const { verdict } = await alone({ stay: (usual) => broken(usual) })
    expect(verdict).toBe('blocked')
  })
})
