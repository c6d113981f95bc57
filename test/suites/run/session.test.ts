import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Environment } from '../../../src/contracts/environment.ts'
import type { RunResult, RunSession } from '../../../src/contracts/suite.ts'
import { openJestSession } from '../../../src/suites/jest/run/session.ts'
import { createNotesProject, type NotesProject, replacing } from '../../verify/notes-environment.ts'

const TEST_FILE = 'tests/integration/notes.test.js'
const NAMES = [
  'POST /notes > stores a note',
  'POST /notes > refuses a title that is missing',
  'POST /notes > refuses a title that is empty',
  'POST /notes > keeps many notes apart',
  'DELETE /notes/{id} > removes the note',
]

let project: NotesProject
let environment: Environment
let session: RunSession

async function open(edits: Parameters<typeof createNotesProject>[0] = {}, adapt?: (project: NotesProject) => void) {
  project = createNotesProject(edits)
  adapt?.(project)
  environment = await project.openEnvironment()
  session = openJestSession(environment, project.suite, { signal: new AbortController().signal })
  return session
}

async function close() {
  await session.close()
  await environment.stop()
  project.remove()
}

const jestProcesses = async () =>
  (await environment.sandbox.state()).processes.filter(({ argv }) => argv.some((word) => word.endsWith('jest.js')))

describe('a runner that stays', () => {
  let first: RunResult
  const once = "if (global.loaded) throw new Error('loaded before'); global.loaded = true;"

  beforeAll(async () => {
    await open({ 'src/app.js': (content) => once + content })
    first = await session.run({})
  })
  afterAll(close)

  it('runs again and again in one process, each time with modules of its own', async () => {
    expect(first).toMatchObject({ exitCode: 0, timedOut: false, errors: [] })
    expect(first.tests.map(({ name, status }) => [name, status])).toEqual(NAMES.map((name) => [name, 'passed']))
    const [before] = await jestProcesses()
    expect((await session.run({})).exitCode).toBe(0)
    const [after] = await jestProcesses()
    expect(after?.pid).toBe(before?.pid)
    expect(before).toBeDefined()
  })

  it('tells which test each request belongs to', () => {
    const { requests } = first
    expect(requests).toHaveLength(47)
    expect(requests.filter(({ test }) => test === NAMES[0]).map(({ method }) => method)).toEqual(['POST', 'GET'])
    expect(requests.filter(({ test }) => test === NAMES[2])).toEqual([
      expect.objectContaining({ status: 422, file: TEST_FILE }),
    ])
  })

  it('runs one test, or all of a block, alone', async () => {
    const one = await session.run({ only: { name: NAMES[2] ?? '', block: false } })
    expect(one.tests.map(({ name }) => name)).toEqual([NAMES[2]])
    expect(one.requests).toHaveLength(1)
    const block = await session.run({ only: { name: 'DELETE /notes/{id}', block: true } })
    expect(block.tests.map(({ name }) => name)).toEqual([NAMES[4]])
  })

  it('brings tests into an order that the seed decides, but for blocks that keep theirs', async () => {
    const orders = []
    for (const seed of [1, 2, 1]) {
      const { tests, exitCode } = await session.run({ seed })
      expect(exitCode).toBe(0)
      orders.push(tests.map(({ name }) => name))
    }
    expect(orders[0]).not.toEqual(NAMES)
    expect(orders[0]?.toSorted()).toEqual(NAMES.toSorted())
    expect(orders[1]).toEqual(orders[0]?.toReversed())
    expect(orders[2]).toEqual(orders[0])

    const places = []
    for (const seed of [1, 2]) {
      const { tests } = await session.run({ seed, fixed: { [TEST_FILE]: [['POST /notes']] } })
      const names = tests.map(({ name }) => name)
      expect(names.filter((name) => name.startsWith('POST'))).toEqual(NAMES.slice(0, 4))
      places.push(names.indexOf(NAMES[4] ?? ''))
    }
    expect(places.toSorted()).toEqual([0, 4])
  })

  it('sees what was changed in the application since the run before', async () => {
    expect((await session.run({})).exitCode).toBe(0)
    const text = String(await environment.sandbox.readFile('src/app.js'))
    await environment.sandbox.writeFile('src/app.js', text.replace('answer(204)', 'answer(200)'))
    const { tests } = await session.run({})
    expect(tests.filter(({ status }) => status === 'failed').map(({ name }) => name)).toEqual([NAMES[4]])
  })
})

describe('a runner that stays, each in a project of its own', () => {
  afterEach(close)

  it('gives tests more time where asked to', async () => {
    const slow = "jest.setTimeout(100); it('is slow', () => new Promise((resolve) => setTimeout(resolve, 200)))"
    await open({}, ({ suite }) =>
      suite.files.push({ path: 'tests/integration/slow.test.js', kind: 'test', content: slow }),
    )
    const files = ['tests/integration/slow.test.js']
    expect((await session.run({ files })).exitCode).toBe(1)
    expect((await session.run({ files, patient: true })).exitCode).toBe(0)
  })

  it('ends at the first red test where asked to, tidies up all the same, and goes on with the next run', async () => {
    await open({ [TEST_FILE]: replacing('toBe(201)', 'toBe(200)') })
    const red = await session.run({ untilRed: true })
    expect(red.exitCode).toBe(1)
    expect(red.tests.map(({ status }) => status)).toEqual(['failed', 'skipped', 'skipped', 'skipped', 'skipped'])
    expect((await environment.stores[0]?.snapshot())?.notes).toHaveLength(1)
    const all = await session.run({})
    expect(all.tests.map(({ status }) => status)).toEqual(['failed', 'passed', 'passed', 'passed', 'passed'])
  })

  it('goes on where a test merely ran out of time: another file may tell more; a seed decides on the order of files too', async () => {
    const hook = 'afterAll(() => new Promise(() => {}))'
    const late = "jest.setTimeout(30); it('waits', () => new Promise(() => {}))"
    const file = (name: string, content: string) => ({
      path: `tests/integration/${name}.test.js`,
      kind: 'test' as const,
      content,
    })
    await open({}, ({ suite }) => {
      suite.files.unshift(
        file('late', `${late}; it('waits too', () => new Promise(() => {})); it('is left', () => {}); ${hook}`),
      )
      suite.files.push(
        file('red', `${late.replace('waits', 'waits here')}; it('is red', () => { expect(1).toBe(2) })`),
        file('never', "it('is not run', () => {})"),
      )
    })
    const files = ['late', 'red', 'never'].map((name) => `tests/integration/${name}.test.js`)
    const { tests } = await session.run({ untilRed: true, files })
    expect(tests.map(({ name, status }) => [name, status])).toEqual([
      ['waits', 'failed'],
      ['waits too', 'failed'],
      ['is left', 'skipped'],
      ['waits here', 'failed'],
      ['is red', 'failed'],
    ])
    const orders = []
    for (const seed of [1, 2]) {
      const { tests: shuffled } = await session.run({ files, seed })
      orders.push([...new Set(shuffled.map((test) => test.file))])
    }
    expect(orders[0]?.toSorted()).toEqual(files.toSorted())
    expect(orders[1]).toEqual(orders[0]?.toReversed())
  })

  it('lets a stub answer instead of the application, and nothing else', async () => {
    const standIn = `
    const other = require('node:http').createServer((req, res) => { res.statusCode = 201; res.end('{"paid":true}') })
    await new Promise((resolve) => other.listen(0, resolve))
    const paid = await call(other, 'POST', '/payments', {})
    other.close()
    expect(paid).toEqual({ status: 201, body: { paid: true } })`
    await open({
      [TEST_FILE]: (
        content,
      ) => `${content}\nit('pays', async () => {${standIn}\n})\nit('knows no such route', async () => {
      expect((await call(server, 'GET', '/nowhere')).status).toBe(404) })`,
    })
    const { requests } = await session.run({})
    const by = requests.find(({ path }) => path === '/notes')?.by
    expect(by).toMatch(/^\w{12}$/)
    expect(requests.find(({ path }) => path === '/payments')?.by).not.toBe(by)
    const stub = { status: 500, body: '{}', routes: [{ method: 'POST', path: '/notes' }], by: [by ?? ''] }
    const { tests } = await session.run({ stub })
    expect(Object.fromEntries(tests.map(({ name, status }) => [name, status]))).toEqual({
      ...Object.fromEntries(NAMES.map((name) => [name, 'failed'])),
      pays: 'passed',
      'knows no such route': 'failed',
    })
    expect((await session.run({})).exitCode).toBe(0)
  })

  it('kills a run that takes too long, and begins anew', async () => {
    await open({
      [TEST_FILE]: (content) =>
        content.replace("it('removes the note', async () => {", "it('removes the note', async () => { for (;;);"),
    })
    const hung = await session.run({ timeoutMs: 4_000 })
    expect(hung).toMatchObject({ exitCode: null, timedOut: true })
    const { exitCode } = await session.run({ only: { name: NAMES[0] ?? '', block: false } })
    expect(exitCode).toBe(0)
  })

  it('begins anew for each run where something is done once before all test files', async () => {
    const setup = "module.exports = () => require('node:fs').appendFileSync('/tmp/set-up', 'x')\n"
    await open(
      {
        'package.json': (content) =>
          JSON.stringify({
            ...JSON.parse(content),
            jest: { globalSetup: './src/server.setup.js', testEnvironment: 'node' },
          }),
        'src/server.js': (content) => content,
      },
      ({ suite }) => suite.files.push({ path: 'src/server.setup.js', kind: 'helper', content: setup }),
    )
    expect((await session.run({})).exitCode).toBe(0)
    expect((await session.run({})).exitCode).toBe(0)
    expect(String(await environment.sandbox.readFile('/tmp/set-up'))).toBe('xx')
  })

  it('does without Jest’s words in the global scope, where a project keeps them out', async () => {
    await open({
      'package.json': (content) =>
        JSON.stringify({ ...JSON.parse(content), jest: { injectGlobals: false, testEnvironment: 'node' } }),
      [TEST_FILE]: (content) =>
        `const { afterAll, afterEach, beforeAll, describe, expect, it } = require('@jest/globals')\n${content}`,
    })
    expect(await session.run({ seed: 2 })).toMatchObject({ exitCode: 0, errors: [] })
  })

  it('says so where the command does not start Jest', async () => {
    await open({}, ({ suite }) => Object.assign(suite, { argv: ['node', '-p', '"no Jest here"', '--'] }))
    await expect(session.run({})).rejects.toMatchObject({
      code: 'NO_SESSION',
      next: expect.stringContaining('no Jest here'),
    })
  })
})
