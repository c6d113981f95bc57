import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Environment } from '../../../src/contracts/environment.ts'
import { summariseCoverage } from '../../../src/suites/coverage.ts'
import { runJestSuite } from '../../../src/suites/jest/run/index.ts'
import { createNotesProject, type NotesProject, replacing } from '../../verify/notes-environment.ts'

const TEST_FILE = 'tests/integration/notes.test.js'

describe('a Jest suite run in an environment', () => {
  let project: NotesProject
  let environment: Environment

  beforeAll(async () => {
    project = createNotesProject()
    environment = await project.openEnvironment()
  })

  afterAll(async () => {
    await environment.stop()
    project.remove()
  })

  it('tells each test, the requests it made and what code ran', async () => {
    const result = await runJestSuite(environment, project.suite, { coverage: true, sources: project.map.sources })

    expect(result).toMatchObject({ exitCode: 0, timedOut: false, errors: [] })
    expect(result.tests.map((test) => [test.file, test.name, test.status])).toEqual([
      [TEST_FILE, 'POST /notes > stores a note', 'passed'],
      [TEST_FILE, 'POST /notes > refuses a title that is missing', 'passed'],
      [TEST_FILE, 'POST /notes > refuses a title that is empty', 'passed'],
      [TEST_FILE, 'POST /notes > keeps many notes apart', 'passed'],
      [TEST_FILE, 'DELETE /notes/{id} > removes the note', 'passed'],
    ])
    expect(result.requests).toHaveLength(47)
    const told = { pid: expect.any(Number), file: TEST_FILE }
    expect(result.requests).toContainEqual({ method: 'POST', path: '/notes', status: 422, ...told })
    expect(result.requests.filter(({ method }) => method === 'DELETE')).toEqual([
      { method: 'DELETE', path: expect.stringMatching(/^\/notes\/\d+$/), status: 204, ...told },
    ])

    const app = result.coverage?.find(({ file }) => file === 'src/app.js')
    expect(app?.hit).toContain(33)
    const summary = summariseCoverage(result.coverage ?? [], project.map.sources)
    expect(summary.lines).toBeGreaterThan(0.8)
    expect(summary.lines).toBeLessThan(1)
    const server = result.coverage?.find(({ file }) => file === 'src/server.js')
    expect(server).toMatchObject({ lines: { covered: 0, total: 3 }, hit: [] })
  })

  it('tells what each test file ran', async () => {
    const result = await runJestSuite(environment, project.suite, {
      coverage: true,
      coverageByFile: true,
      sources: ['src/app.js'],
    })
    expect(result.coverageByFile).toEqual([{ test: TEST_FILE, lines: { 'src/app.js': expect.any(Object) } }])
    const counts = result.coverageByFile?.[0]?.lines['src/app.js']
    expect(counts?.[46]).toBe(1)
    expect(counts?.[48]).toBe(0)
  })

  it('ends at the first red test where asked to, and says nothing of the others', async () => {
    const red = {
      ...project.suite,
      files: project.suite.files.map((file) =>
        file.path === TEST_FILE ? { ...file, content: replacing('toBe(422)', 'toBe(400)')(file.content) } : file,
      ),
    }
    const result = await runJestSuite(environment, red, { files: [TEST_FILE], untilRed: true })
    expect(result.exitCode).toBe(1)
    expect(result.tests.map(({ name, status }) => [name, status])).toEqual([
      ['POST /notes > refuses a title that is missing', 'failed'],
    ])
  })

  it('tells apart the requests of files that run side by side, a started process included', async () => {
    const path = 'tests/integration/other.test.js'
    const server =
      "require('node:http').createServer((q, s) => s.end('x')).listen(0, function () { console.log(this.address().port) })"
    const content = `const { spawn } = require('node:child_process')
it('asks a process of its own', async () => {
  const server = spawn(process.execPath, ['-e', ${JSON.stringify(server)}])
  const port = await new Promise((resolve) => server.stdout.once('data', (data) => resolve(Number(data))))
  await fetch('http://127.0.0.1:' + port + '/other')
  server.kill()
})
`
    const suite = {
      ...project.suite,
      argv: [...project.suite.argv, '--maxWorkers=2'],
      files: [...project.suite.files, { path, kind: 'test' as const, content }],
    }
    const { requests } = await runJestSuite(environment, suite, {})
    await environment.sandbox.removeFile(path)
    const filesOf = (wanted: (path: string) => boolean) => [
      ...new Set(requests.filter((request) => wanted(request.path)).map(({ file }) => file)),
    ]
    expect(filesOf((asked) => asked === '/other')).toEqual([path])
    expect(filesOf((asked) => asked !== '/other')).toEqual([TEST_FILE])
  })

  it('runs one test alone by its full name, in one file', async () => {
    const test = 'POST /notes > refuses a title that is empty'
    const result = await runJestSuite(environment, project.suite, { files: [TEST_FILE], test })
    expect(result.tests.map(({ name, status }) => [name, status])).toEqual([[test, 'passed']])
    expect(result.requests).toHaveLength(1)
  })

  it('keeps the NODE_OPTIONS that were set', async () => {
    const result = await runJestSuite(environment, project.suite, {
      env: { NODE_OPTIONS: '--no-warnings' },
      test: 'POST /notes > stores a note',
    })
    expect(result.exitCode).toBe(0)
    expect(result.requests).toHaveLength(2)
  })

  it('ends a run that takes too long and keeps what it saw', async () => {
    const hanging = {
      ...project.suite,
      files: project.suite.files.map((file) =>
        file.path === TEST_FILE
          ? {
              ...file,
              content: `jest.setTimeout(600000)\n${replacing(
                "it('removes the note', async () => {",
                "it('removes the note', async () => { await new Promise(() => {})",
              )(file.content)}`,
            }
          : file,
      ),
    }
    const result = await runJestSuite(environment, hanging, { timeoutMs: 10_000 })
    expect(result).toMatchObject({ exitCode: null, timedOut: true })
    expect(result.requests.length).toBeGreaterThan(0)
  })
})

describe('a Jest suite that is in trouble', () => {
  async function run(edit: (content: string) => string, seed?: number) {
    const project = createNotesProject({ [TEST_FILE]: edit })
    const environment = await project.openEnvironment()
    try {
      return await runJestSuite(environment, project.suite, { seed })
    } finally {
      await environment.stop()
      project.remove()
    }
  }

  it('tells which test failed and why', async () => {
    const result = await run(replacing('toBe(204)', 'toBe(200)'))
    expect(result.exitCode).toBe(1)
    expect(result.tests.filter(({ status }) => status === 'failed')).toEqual([
      expect.objectContaining({
        name: 'DELETE /notes/{id} > removes the note',
        message: expect.stringContaining('Received: 204'),
      }),
    ])
    expect(result.errors).toEqual([])
  })

  it('tells which file does not load', async () => {
    const result = await run((content) => `require('./nowhere')\n${content}`)
    expect(result.exitCode).toBe(1)
    expect(result.tests).toEqual([])
    expect(result.errors).toEqual([
      { file: TEST_FILE, message: expect.stringContaining("Cannot find module './nowhere'") },
    ])
  })

  it('tells what is wrong with a file that is no JavaScript, not how Jest may be configured', async () => {
    const result = await run((content) => `function twice(a, a) { 'use strict' }\n${content}`)
    expect(result.errors).toEqual([
      { file: TEST_FILE, message: expect.stringMatching(/^SyntaxError: .*notes\.test\.js: Argument name clash/) },
    ])
  })

  it('sees skipped and unwritten tests, also in random order', async () => {
    const result = await run(
      (content) => replacing("it('removes", "it.skip('removes")(`${content}\nit.todo('renames a note')\n`),
      7,
    )
    expect(result.exitCode).toBe(0)
    const statuses = Object.fromEntries(result.tests.map(({ name, status }) => [name, status]))
    expect(statuses).toMatchObject({ 'DELETE /notes/{id} > removes the note': 'skipped', 'renames a note': 'todo' })
  })
})
