import { afterAll, beforeAll, expect, it } from 'vitest'
import type { RunSession } from '../../../src/contracts/suite.ts'
import { openVitestSession } from '../../../src/suites/vitest/run/session.ts'
import { type Bookmarks, openBookmarks, TEST_FILE } from './bookmarks.ts'

const NAMES = [
  'POST /bookmarks > stores a bookmark',
  'POST /bookmarks > refuses one without an address',
  'POST /bookmarks > keeps two apart',
  'DELETE /bookmarks/{id} > removes the bookmark',
]

let bookmarks: Bookmarks
let session: RunSession

beforeAll(async () => {
  bookmarks = await openBookmarks()
  session = openVitestSession(bookmarks.environment, bookmarks.suite, { signal: new AbortController().signal })
}, 60_000)

afterAll(async () => {
  await session.close()
  await bookmarks.stop()
})

const vitestProcesses = async () =>
  (await bookmarks.environment.sandbox.state()).processes.filter(({ argv }) => argv.includes('run'))

/** Changes the application for one run. */
async function withApp<T>(from: string, to: string, run: () => Promise<T>): Promise<T> {
  const { sandbox } = bookmarks.environment
  const text = String(await sandbox.readFile('src/app.js'))
  expect(text).toContain(from)
  await sandbox.writeFile('src/app.js', text.replace(from, to))
  return run().finally(() => sandbox.writeFile('src/app.js', text))
}

it('runs again and again in one process, with modules of its own, and tells whose requests came', async () => {
  const first = await session.run({})
  expect(first).toMatchObject({ exitCode: 0, timedOut: false, errors: [] })
  expect(first.tests.map(({ name, status }) => [name, status])).toEqual(NAMES.map((name) => [name, 'passed']))
  const ofFirst = first.requests.filter(({ test }) => test === NAMES[0])
  expect(ofFirst.map(({ method, path }) => `${method} ${path}`)).toEqual([
    'POST /api/bookmarks',
    'GET /api/bookmarks/1',
  ])
  const [before] = await vitestProcesses()
  const second = await session.run({})
  expect(second.requests[1]?.path).toBe('/api/bookmarks/1')
  const [after] = await vitestProcesses()
  expect(after?.pid).toBe(before?.pid)
  expect(before).toBeDefined()
})

it('runs one test, or all of a block, alone', async () => {
  const one = await session.run({ only: { name: NAMES[1] ?? '', block: false } })
  expect(one.tests.map(({ name }) => name)).toEqual([NAMES[1]])
  expect(one.requests).toHaveLength(1)
  const block = await session.run({ only: { name: 'DELETE /bookmarks/{id}', block: true } })
  expect(block.tests.map(({ name }) => name)).toEqual([NAMES[3]])
})

it('brings tests into an order that the seed decides, but for blocks that keep theirs', async () => {
  const orderOf = async (options: Parameters<RunSession['run']>[0]) =>
    (await session.run(options)).tests.map(({ name }) => name)
  const one = await orderOf({ seed: 1 })
  expect(await orderOf({ seed: 2 })).toEqual(one.toReversed())
  expect(one.toSorted()).toEqual(NAMES.toSorted())
  const kept = await orderOf({ seed: 2, fixed: { [TEST_FILE]: [['POST /bookmarks']] } })
  expect(kept.filter((name) => name.startsWith('POST'))).toEqual(NAMES.slice(0, 3))
})

it('sees what was changed in the application, and ends at the first red test where asked to', async () => {
  const red = await withApp('422', '400', () => session.run({ untilRed: true }))
  expect(red.exitCode).toBe(1)
  expect(red.tests.map(({ status }) => status)).toEqual(['passed', 'failed', 'skipped', 'skipped'])
  expect((await session.run({})).exitCode).toBe(0)
})

it('lets a stub answer instead of the application, for the last request of a test alone if asked', async () => {
  const stub = { status: 200, body: '{}', routes: [{ method: 'POST', path: '/api/bookmarks' }], by: [] }
  const all = await session.run({ stub })
  expect(all.tests.map(({ status }) => status)).toEqual(['failed', 'failed', 'failed', 'failed'])
  const only = { name: NAMES[2] ?? '', block: false }
  const second = await session.run({ only, stub: { ...stub, skip: 1 } })
  expect(second.requests.map(({ status }) => status)).toEqual([201, 200])
  expect(second.tests.map(({ status }) => status)).toEqual(['failed'])
})
