import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { openJestSession } from '../../src/suites/jest/run/session.ts'
import type { Fault } from '../../src/verify/faults/fault.ts'
import { findFaults } from '../../src/verify/faults/find.ts'
import { tryFault } from '../../src/verify/faults/trial.ts'
import { createKillsGate } from '../../src/verify/gates/kills.ts'
import { createNotesProject } from './notes-environment.ts'
import { inTests, removeProject, TEST_FILE, verifyOne } from './verify-notes.ts'

afterEach(removeProject)

const kills = (edits: Parameters<typeof verifyOne>[1], wanted: (fault: Fault) => boolean = () => true) =>
  verifyOne('kills', edits, { table: [createKillsGate({ wanted })] })

const ofKind =
  (...kinds: string[]) =>
  (fault: Fault) =>
    kinds.includes(fault.kind)

const AFTER_DELETE = /^.*'GET'.*toBe\(404\)\n/m
const blind = { [TEST_FILE]: (content: string) => content.replace(AFTER_DELETE, '') }

describe('kills', () => {
  it('holds for a suite that notices what is seeded, counts by kind and names the survivor', async () => {
    const { verdict, why, evidence } = await kills({}, (fault) => ofKind('write', 'filter')(fault) || fault.line === 43)
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

  it('fails when a write can be skipped unseen, however much else is noticed', async () => {
    const { verdict, why } = await kills(blind, ({ kind, what }) => kind === 'write' || /answers 422/.test(what))
    expect(verdict).toBe('fail')
    expect(why).toContain('4 of 5 seeded faults detected (80 %')
    expect(why).toContain('1 of auth, ownership or writes among the rest, e.g. src/app.js:45: save(')
  })

  it('fails when too little is noticed where code is run', async () => {
    const { verdict, why } = await kills({}, ({ what }) => /answer\(20/.test(what))
    expect([verdict, why]).toEqual(['fail', '2 of 3 seeded faults detected (67 % of those in covered code).'])
  })

  it('tries nothing where no test goes, and counts it as not noticed', async () => {
    const { verdict, evidence } = await kills(
      inTests("describe('DELETE /notes/{id}'", "if (false) describe('DELETE /notes/{id}'"),
      (fault) => /answer\(20[14]/.test(fault.what),
    )
    expect(verdict).toBe('pass')
    expect(evidence).toMatchObject({ sampled: 2, covered: 1, detected: 1, ofCovered: 1, ofAll: 0.5 })
    expect(evidence.survivors).toEqual([expect.objectContaining({ fate: 'uncovered', files: [] })])
  })

  it('leaves out what was dismissed, and names it with the reason', async () => {
    const { verdict, evidence } = await verifyOne('kills', blind, {
      table: [createKillsGate({ wanted: ({ what }) => /save\(/.test(what) })],
      dismissed: [{ fault: '5e03a79871', reason: 'notes are kept for ever' }],
    })
    expect(verdict).toBe('pass')
    expect(evidence).toMatchObject({ sites: 1, sampled: 1, dismissed: [{ reason: 'notes are kept for ever' }] })
  })

  it('lets a fault go unnoticed that somebody decided to live with, and still counts it', async () => {
    const { verdict, evidence } = await verifyOne('kills', blind, {
      table: [createKillsGate({ wanted: ({ kind, what }) => kind === 'write' || /answers 422/.test(what) })],
      waivers: [{ gate: 'kills', about: '5e03a79871', reason: 'notes are kept for ever' }],
    })
    expect(verdict).toBe('pass')
    expect(evidence).toMatchObject({ sampled: 5, detected: 4, waived: ['5e03a79871'] })
  })

  it('is blocked by a suite that goes red by itself once it starts anew', async () => {
    const once = `
    const marker = require('node:path').join(require('node:os').tmpdir(), 'ran-before')
    const before = require('node:fs').existsSync(marker)
    require('node:fs').writeFileSync(marker, '')
    expect(before).toBe(false)`
    const { verdict, why } = await kills(
      inTests("it('removes the note', async () => {", `it('removes the note', async () => {${once}`),
      ofKind('filter'),
    )
    expect([verdict, why]).toEqual(['blocked', expect.stringMatching(/red before any fault|without any fault/)])
  })

  it('is blocked by a suite that is red without a fault, and has nothing to say without a place for one', async () => {
    const red = await kills(inTests('toBe(204)', 'toBe(200)'))
    expect([red.verdict, red.why]).toEqual(['blocked', expect.stringContaining('red before any fault is seeded')])
    const none = await kills({}, () => false)
    expect(none.verdict).toBe('not_applicable')
  })
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
