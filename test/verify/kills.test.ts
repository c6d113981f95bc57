import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { openJestSession } from '../../src/suites/jest/run/session.ts'
import type { Fault } from '../../src/verify/faults/fault.ts'
import { findFaults } from '../../src/verify/faults/find.ts'
import { tryFault } from '../../src/verify/faults/trial.ts'
import { createKillsGate } from '../../src/verify/gates/kills.ts'
import { createNotesProject } from './notes-environment.ts'
import { removeProject, TEST_FILE, verifyOne } from './verify-notes.ts'

afterEach(removeProject)

it('holds for a suite that notices what is seeded, counts by kind and names the survivor', async () => {
  const wanted = ({ kind, line }: Fault) => kind === 'write' || kind === 'filter' || line === 43
  const { verdict, why, evidence } = await verifyOne('kills', {}, { table: [createKillsGate({ wanted })] })
  expect([verdict, why]).toEqual(['pass', '4 of 5 seeded faults detected (80 % of those in covered code).'])
  expect(evidence).toMatchObject({ sites: 5, sampled: 5, covered: 5, detected: 4 })
  expect(evidence.kinds).toContainEqual(
    expect.objectContaining({ words: 'write skipped', sites: 3, sampled: 3, covered: 3, detected: 3 }),
  )
  expect(evidence.without).toContain('auth check dropped')
  expect(evidence.survivors).toEqual([
    expect.objectContaining({
      at: 'src/app.js:43',
      what: '200 becomes 202 in answer(200, note)',
      fate: 'survived',
      files: [TEST_FILE],
    }),
  ])
})

describe('one fault', () => {
  async function attempt(code: string, replacement: string, edits: Parameters<typeof createNotesProject>[0] = {}) {
    const project = createNotesProject(edits)
    const environment = await project.openEnvironment()
    const session = openJestSession(environment, project.suite, { signal: new AbortController().signal })
    try {
      const text = readFileSync(join(project.map.root, 'src/app.js'), 'utf8')
      const start = text.indexOf(code)
      const [like] = await findFaults(project.map)
      const fault = { ...like, file: 'src/app.js', edits: [{ start, end: start + code.length, text: replacement }] }
      const left = { id: 99, title: 'left by the trial before' }
      const store = `${environment.sandbox.scratch}/notes.json`
      await environment.sandbox.writeFile(store, JSON.stringify({ next: 100, notes: [left] }))
      const trial = await tryFault(
        { environment, run: (options) => environment.reset().then(() => session.run(options)) },
        fault as Fault,
        [TEST_FILE],
        { timeoutMs: 60_000, answers: true },
      )
      const restored = (await environment.sandbox.readFile('src/app.js')).toString('utf8') === text
      const untouched = readFileSync(join(project.map.root, 'src/app.js'), 'utf8') === text
      const notes = (await environment.stores[0]?.snapshot())?.notes
      const fresh = notes?.every(({ id }) => id !== left.id)
      return { ...trial, restored, untouched, fresh }
    } finally {
      await session.close()
      await environment.stop()
      project.remove()
    }
  }

  it('is detected by the first test that goes red, and taken out again', async () => {
    const trial = await attempt('answer(201, note)', 'answer(201, {})')
    expect(trial).toMatchObject({
      fate: 'detected',
      by: `${TEST_FILE}: POST /notes > stores a note`,
      message: expect.stringContaining('toEqual'),
      restored: true,
      untouched: true,
      fresh: true,
    })
  })

  it('that keeps the application from loading is not detected', async () => {
    expect(await attempt('async function connect', 'throw new Error("no")\nasync function connect')).toMatchObject({
      fate: 'crashed',
      restored: true,
    })
  })

  it('that makes it hang is not detected', async () => {
    const impatient = { [TEST_FILE]: (content: string) => `jest.setTimeout(300)\n${content}` }
    expect(await attempt('await connect()', 'await new Promise(() => {})', impatient)).toMatchObject({
      fate: 'timed out',
      restored: true,
    })
  })
})
