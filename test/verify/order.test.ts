import { afterEach, describe, expect, it } from 'vitest'
import type { NotesProject } from './notes-environment.ts'
import { removeProject, SUPPORT, TEST_FILE, verify, verifyOne } from './verify-notes.ts'

afterEach(removeProject)

/** A second test file with tests that need no application. */
const more =
  (content: string) =>
  ({ suite }: NotesProject) =>
    suite.files.push({ path: 'tests/integration/more.test.js', kind: 'test', content })

/** The last test needs that the first one ran; the text of the test file alone does not show it. */
const dependent = {
  [SUPPORT]: (content: string) => `${content}\nmodule.exports.notes = []\n`,
  [TEST_FILE]: (content: string) =>
    content
      .replace(
        "it('stores a note', async () => {",
        "it('stores a note', async () => { require('./support').notes.push(1)",
      )
      .replace(
        "it('removes the note', async () => {",
        "it('removes the note', async () => { expect(require('./support').notes).toEqual([1])",
      ),
}

/** The same by a variable, as a deliberate way through. */
const way = `
  describe('a way', () => {
    let left
    it('begins', () => { left = 1 })
    it('goes on', () => { expect(left).toBe(1); left = 2 })
    it('ends', () => { expect(left).toBe(2) })
  })`

describe('shuffled and alone', () => {
  it('fail on a test that needs another one before it, and tell which order showed it', async () => {
    const [shuffled, alone] = await verify(['shuffled', 'alone'], dependent)
    expect([shuffled?.verdict, shuffled?.why]).toEqual([
      'fail',
      expect.stringContaining('“DELETE /notes/{id} > removes the note”'),
    ])
    expect(shuffled?.evidence).toMatchObject({
      seeds: [1, 2, 3, 4, 5],
      unsteady: [],
      failed: [expect.objectContaining({ file: TEST_FILE, name: 'DELETE /notes/{id} > removes the note' })],
    })
    expect(shuffled?.evidence.before).not.toContain('POST /notes > stores a note')
    // Each order is red where its turned round one is green.
    expect(shuffled?.why).toContain('In 2 of 5 other orders')
    expect(shuffled?.evidence.red).toHaveLength(2)
    expect([alone?.verdict, alone?.why]).toEqual([
      'fail',
      expect.stringContaining('1 of 5 do not pass as the only one run, e.g. “DELETE /notes/{id} > removes the note”'),
    ])
    expect(alone?.evidence).toMatchObject({
      tests: { all: 5, tried: 5 },
      failed: [expect.objectContaining({ file: TEST_FILE })],
    })
  })

  it('take a deliberate sequence as one, and name it', async () => {
    const [shuffled, alone] = await verify(['shuffled', 'alone'], {}, { adapt: more(way) })
    expect([shuffled?.verdict, shuffled?.why]).toEqual([
      'pass',
      expect.stringContaining('1 deliberate sequences kept their order'),
    ])
    expect(shuffled?.evidence.sequences).toEqual(['tests/integration/more.test.js:2 a way: its tests hand on `left`'])
    expect([alone?.verdict, alone?.why]).toEqual([
      'pass',
      'Each of 2 files and each of 8 tests passed as the only one run.',
    ])
    expect(alone?.evidence).toMatchObject({ files: 2, sampling: 'every test', notFound: [] })
  })
})

it('shuffled: does not take for the order what an earlier run in the same process left', async () => {
  const busy =
    "const open = require('node:http').createServer().listen(4567).unref(); it('listens', async () => { await new Promise((resolve, reject) => open.on('listening', resolve).on('error', reject)) })"
  const { verdict, evidence } = await verifyOne('shuffled', {}, { adapt: more(busy) })
  expect(verdict).toBe('pass')
  expect(evidence.unsteady).not.toEqual([])
})

it('alone: fails on a test that lives on rows of another one', async () => {
  const { verdict, why } = await verifyOne('alone', {
    [TEST_FILE]: (content) =>
      content
        .replace('afterEach(() => {', 'afterEach(() => { return')
        .replace(
          "it('removes the note', async () => {",
          "it('removes the note', async () => { expect((await call(server, 'GET', '/notes/2')).status).toBe(200)",
        ),
  })
  expect([verdict, why]).toEqual(['fail', expect.stringContaining('removes the note')])
})
