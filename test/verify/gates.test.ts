import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { inTests, removeProject, SUPPORT, TEST_FILE, verify, verifyOne } from './verify-notes.ts'

afterEach(removeProject)

it('finds nothing wrong with a good suite', async () => {
  const changes = [{ path: TEST_FILE, before: null, after: 'new' }]
  const verdicts = await verify(undefined, {}, { changes })
  expect(verdicts.map(({ name, verdict, why }) => [name, verdict, why])).toEqual([
    ['runs', 'pass', '5 tests passed.'],
    ['twice', 'pass', expect.stringContaining('a second time')],
    ['shuffled', 'pass', '5 tests passed in 5 random orders.'],
    ['alone', 'pass', 'Each of 5 tests passed as the only one run.'],
    ['clean', 'pass', expect.any(String)],
    ['isolated', 'pass', expect.stringContaining('no attempt by the tests')],
    ['guarded', 'pass', expect.any(String)],
    ['fast', 'pass', expect.any(String)],
    ['real', 'pass', '47 of 47 requests go to the application’s routes, the others to unknown ones.'],
    ['strong', 'pass', 'Each of 5 tests goes red against both stubs.'],
    ['kills', 'pass', expect.stringContaining('seeded faults detected')],
    ['scoped', 'pass', expect.any(String)],
    ['portable', 'pass', expect.any(String)],
  ])
  const evidence = Object.fromEntries(verdicts.map((verdict) => [verdict.name, verdict.evidence]))
  expect(evidence.runs).toMatchObject({ passed: 5, requests: { total: 47 } })
  expect(evidence.clean).toMatchObject({
    atStart: { notes: { notes: { rows: 1 } } },
    failing: { madeToFail: 4, failed: 5 },
    interrupted: { at: 'rows changed', exitedBy: 'signal' },
    runAfterInterrupt: { passed: 5 },
  })
  expect(evidence.isolated).toMatchObject({ enforcedBy: 'kernel', attempts: [] })
  expect(evidence.guarded).toMatchObject({
    trials: [
      {
        variables: expect.stringContaining('STORE_URL=jsonfile://prod-db.example.com/'),
        testsPassed: 0,
        attempts: [],
        refused: true,
        said: expect.stringContaining('refusing to run against prod-db.example.com'),
      },
    ],
  })
})

describe('runs', () => {
  it('fails on a failing test and quotes its message', async () => {
    const { verdict, why, evidence } = await verifyOne('runs', inTests('toBe(204)', 'toBe(200)'))
    expect(verdict).toBe('fail')
    expect(why).toContain('DELETE /notes/{id} > removes the note')
    expect(evidence.failed).toEqual([
      expect.objectContaining({
        file: TEST_FILE,
        name: 'DELETE /notes/{id} > removes the note',
        message: expect.stringContaining('Received: 204'),
      }),
    ])
  })

  it('fails when nothing ran', async () => {
    const { verdict, why } = await verifyOne('runs', { [TEST_FILE]: () => '' })
    expect([verdict, why]).toEqual(['fail', expect.stringContaining('must contain at least one test')])
  })
})

it('isolated: fails on a request to somewhere else, even one that the test swallows, and not on the application’s own', async () => {
  const elsewhere = "it('removes the note', async () => { await fetch('http://api.example.com/ping').catch(() => {})"
  const { verdict, why, evidence } = await verifyOne('isolated', {
    ...inTests("it('removes the note', async () => {", elsewhere),
    'src/app.js': (content) => `require('node:dns').lookup('telemetry.example.com', () => {})\n${content}`,
  })
  expect([verdict, why]).toEqual(['fail', expect.stringContaining('1 other places, e.g. api.example.com')])
  expect(evidence.applicationAtStartUp).toEqual([expect.stringContaining('telemetry.example.com')])
})

it('guarded: fails on a suite that connects before it looks', async () => {
  const { verdict, why } = await verifyOne('guarded', {
    [SUPPORT]: (content) => content.replace(/refuseForeignStore\(\)\n/g, '\n'),
  })
  expect([verdict, why]).toEqual(['fail', expect.stringContaining('tried to reach prod-db.example.com')])
})

it('portable: fails when the suite needs a file that is not committed', async () => {
  const { verdict, evidence } = await verifyOne(
    'portable',
    inTests("describe('DELETE", "require('../../local.json')\ndescribe('DELETE"),
    {
      adapt: ({ map }) => writeFileSync(join(map.root, 'local.json'), '{}'),
    },
  )
  expect(verdict).toBe('fail')
  expect(evidence).toMatchObject({
    exitCode: 1,
    output: expect.stringContaining("Cannot find module '../../local.json'"),
  })
})

it('blocks a gate whose environment does not open', async () => {
  const verdict = await verifyOne(
    'runs',
    {},
    {
      adapt: (broken) => {
        broken.openEnvironment = () => Promise.reject(new Error('no space left'))
      },
    },
  )
  expect([verdict.verdict, verdict.why]).toEqual(['blocked', expect.stringContaining('no space left')])
})

it('ends at once when it is aborted, and throws', async () => {
  const controller = new AbortController()
  const began = Date.now()
  const verdicts = verify(
    undefined,
    inTests("it('removes the note', async () => {", "it('removes the note', async () => { await new Promise(() => {})"),
    {
      signal: controller.signal,
      adapt: () => setTimeout(() => controller.abort(), 2_000),
    },
  )
  await expect(verdicts).rejects.toThrow(/abort/i)
  expect(Date.now() - began).toBeLessThan(5_000)
})
