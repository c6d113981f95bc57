import { createHash } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { GateContext } from '../../../src/contracts/plugs.ts'
import type { RunResult } from '../../../src/contracts/suite.ts'
import { createFastGate } from '../../../src/verify/gates/fast.ts'
import { A, B, type Told, verifyTold, withRed } from '../told.ts'

const skipped =
  (...names: string[]) =>
  (usual: RunResult) => ({
    ...usual,
    tests: usual.tests.map((test) => (names.includes(test.name) ? { ...test, status: 'skipped' as const } : test)),
  })

describe('runs', () => {
  const says = async (told: Parameters<typeof verifyTold>[1]) => {
    const { verdict, why } = await verifyTold('runs', told)
    return `${verdict}: ${why}`
  }

  it('holds for a green run', async () => {
    expect(await says({})).toBe('pass: 3 tests passed.')
  })

  it('fails when a test is red, a file does not load, the command exits otherwise or nothing passed', async () => {
    expect(await says({ run: (usual) => ({ ...withRed(usual, ['one']), exitCode: 0 }) })).toMatch(/^fail.*“one”/)
    const errors = [{ file: B, message: 'Cannot find module' }]
    expect(await says({ run: (usual) => ({ ...usual, errors }) })).toMatch(/^fail.*did not load/)
    expect(await says({ run: (usual) => ({ ...usual, exitCode: 1 }) })).toMatch(/^fail.*exit code 1/)
    expect(await says({ run: skipped('one', 'two', 'three') })).toMatch(/^fail.*no test passed/)
    expect(await says({ run: (usual) => ({ ...usual, tests: [] }) })).toMatch(/^fail.*no test passed/)
  })

  it('fails when a file was not run', async () => {
    expect(await says({ run: (usual) => ({ ...usual, tests: usual.tests.filter(({ file }) => file === A) }) })).toMatch(
      /^fail.*does not select test\/b/,
    )
  })

  it('fails on a focused test', async () => {
    expect(await says({ content: { [A]: "it.only('one', () => {})\n" } })).toMatch(/^fail.*focused/)
  })

  it('asks for a reason for each skip, also for those that only show at run time', async () => {
    const stated = { [A]: "// not yet\nit.skip('one', () => {})\nit('two', () => {})\n" }
    expect(await says({ content: stated, run: skipped('one') })).toBe('pass: 2 tests passed, 1 skipped with a reason.')
    expect(await says({ content: { [A]: "\nit.skip('one', () => {})\n" }, run: skipped('one') })).toMatch(
      /^fail.*without a comment/,
    )
    expect(await says({ run: skipped('one') })).toMatch(/^fail.*without a stated reason/)
    expect(await says({ content: stated, run: skipped('one', 'two') })).toMatch(/^fail.*without a stated reason/)
  })

  it('takes one reason for all tests of a block', async () => {
    const block = { [A]: "// not yet\ndescribe.skip('all', () => { it('one', () => {}); it('two', () => {}) })\n" }
    expect(await says({ content: block, run: skipped('one', 'two') })).toMatch(/^pass/)
  })
})

describe('fast', () => {
  const fast = (run: (usual: RunResult) => RunResult) => verifyTold('fast', { run }, { table: [createFastGate(2_000)] })

  it('holds below the limit, and names the slowest first', async () => {
    const { verdict, evidence } = await fast((usual) => ({
      ...usual,
      tests: usual.tests.map((test, index) => ({ ...test, durationMs: index })),
    }))
    expect(verdict).toBe('pass')
    expect(evidence.slowest).toEqual([
      { file: B, test: 'three', durationMs: 2 },
      { file: A, test: 'two', durationMs: 1 },
      { file: A, test: 'one', durationMs: 0 },
    ])
  })

  it('fails from the limit on, and where the run had to be ended', async () => {
    expect((await fast((usual) => ({ ...usual, durationMs: 2_000 }))).verdict).toBe('fail')
    expect((await fast((usual) => ({ ...usual, exitCode: null, timedOut: true }))).verdict).toBe('fail')
  })

  it('is not told by a red run, which may have ended early', async () => {
    expect((await fast((usual) => withRed(usual, ['one']))).verdict).toBe('blocked')
  })
})

describe('scoped', () => {
  const path = 'test/add.test.js'
  const before = "it('adds', () => {\n  expect(add(1, 2)).toBe(3)\n  expect(add(1, 2)).toBe(3)\n})\n"
  const check = (changes: NonNullable<GateContext['changes']>, more: Parameters<typeof verifyTold>[1] = {}) =>
    verifyTold('scoped', more, { changes })

  it.each([
    ['loses one of two equal assertions', before.replace('  expect(add(1, 2)).toBe(3)\n', '')],
    ['asserts less', before.replace('toBe(3)', 'toBeDefined()')],
    ['is removed', null],
    ['is skipped', before.replace('it(', 'it.skip(')],
    ['keeps others from running', before.replace('it(', 'it.only(')],
  ])('fails when a test file %s', async (_, after) => {
    const { verdict, evidence } = await check([{ path, before, after }])
    expect([verdict, evidence.outside]).toEqual(['fail', []])
  })

  it('holds for tests that are added or formatted anew, for what they run on, and for test dependencies', async () => {
    const after = `${before.replace('toBe(3)', 'toBe(\n    3,\n  )')}it('more', () => expect(add(2, 2)).toBe(4))\n`
    const { verdict } = await check([
      { path, before, after: after.replace('(\n    3,\n  )', '(3)') },
      { path: 'docker-compose.test.yml', before: null, after: '' },
      { path: 'integration-tests.config.json', before: '{}', after: '{ }' },
      { path: 'package.json', before: '{"name":"a"}', after: '{"name":"a","devDependencies":{"jest":"^29"}}' },
    ])
    expect(verdict).toBe('pass')
  })

  it('fails on other files in a suite of ours, and names them in somebody’s own', async () => {
    const changes = [{ path: 'src/add.js', before: 'a', after: 'b' }]
    const ours = await check(changes)
    expect([ours.verdict, ours.why]).toEqual(['fail', expect.stringContaining('src/add.js')])
    const own = await verifyTold('scoped', {}, { changes, foreign: true })
    expect([own.verdict, own.evidence.outside]).toEqual(['pass', ['src/add.js']])
  })

  it('fails on a changed dependency', async () => {
    const after = '{"name":"a","dependencies":{"jest":"^29"}}'
    expect((await check([{ path: 'package.json', before: '{"name":"a"}', after }])).verdict).toBe('fail')
  })

  it('lets an earlier run’s own file be written anew, unless somebody edited it', async () => {
    const sha256 = createHash('sha256').update(before).digest('hex')
    const manifest = JSON.stringify({ schema: 1, command: '', files: [{ path, sha256 }] })
    const changes = (old: string) => [
      { path: '.integration-tests/manifest.json', before: manifest, after: '{}' },
      { path, before: old, after: '' },
    ]
    expect((await check(changes(before))).verdict).toBe('pass')
    expect((await check(changes(`${before} `))).verdict).toBe('fail')
  })

  it('is blocked where nobody can read what changed, and does not apply without a base', async () => {
    expect((await check([{ path, before, after: '' }], { source: false })).verdict).toBe('blocked')
    const compose = { path: 'docker-compose.test.yml', before: 'a', after: 'b' }
    expect((await check([compose], { source: false })).verdict).toBe('pass')
    expect((await verifyTold('scoped', {}, { changes: null })).verdict).toBe('not_applicable')
  })
})

describe('a gate that does not get through', () => {
  const unhandled: unknown[] = []
  const note = (reason: unknown) => unhandled.push(reason)
  beforeEach(() => void process.on('unhandledRejection', note))
  afterEach(() => void process.off('unhandledRejection', note))
  const settled = () => new Promise((resolve) => setTimeout(resolve, 20))

  it('is blocked, and so is what waits for the same run; nothing is left to reject on its own', async () => {
    const breakDown = { run: () => Promise.reject(new Error('no space left')) as never }
    const { verdict, why } = await verifyTold('runs', breakDown, { gates: undefined })
    expect([verdict, why]).toEqual(['blocked', expect.stringContaining('no space left')])
    expect((await verifyTold('portable', breakDown, { gates: undefined })).verdict).toBe('blocked')
    await settled()
    expect(unhandled).toEqual([])
  })

  it('leaves nothing behind when it is aborted while another one is under way on its own', async () => {
    const controller = new AbortController()
    const told: Told = {
      // Still at it when the other one has ended.
      run: (usual) =>
        new Promise((resolve) => {
          controller.signal.addEventListener('abort', () => setTimeout(() => resolve(usual), 30))
        }),
      command: () => {
        controller.abort()
        throw new Error('aborted')
      },
    }
    await expect(verifyTold('runs', told, { gates: undefined, signal: controller.signal })).rejects.toThrow(/abort/)
    await settled()
    expect(unhandled).toEqual([])
  })
})
