import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Environment } from '../../../src/contracts/environment.ts'
import { summariseCoverage } from '../../../src/suites/coverage.ts'
import { runJestSuite } from '../../../src/suites/jest/run/index.ts'
import { createNotesProject, type NotesProject } from '../../verify/notes-environment.ts'

const TEST_FILE = 'tests/integration/notes.test.js'

/** Branches of all kinds, some of them taken. */
const app = `const both = (a, b) => a && b
const unused = () => {
  return 'never'
}
module.exports = async function handle(request, response) {
  const { pathname } = new URL(request.url, 'http://localhost')
  if (pathname === '/one') request.one = true
  if (pathname === '/nowhere') {
    response.statusCode = 404
  }
  const word = pathname.length > 5 ? 'long' : 'short'
  const letters = both(pathname === '/one', word) || 'none'
  switch (pathname) {
    case '/one':
      response.setHeader('x-one', letters)
      break
    case '/never':
      unused()
      break
    default:
      response.setHeader('x-other', letters)
  }
  try {
    if (pathname === '/three') throw new Error('three')
    for (const at of [1, 2]) await at
  } catch (error) {
    response.statusCode = 500
  }
  response.end(word)
  if (pathname === '/two') {
    request.after = 'the answer'
  }
}
`

const requests = `
const get = (path) => new Promise((resolve, reject) =>
  http.get({ port, path, agent: false }, (response) => resolve(response.resume())).on('error', reject))
for (const path of ['/two', '/one', '/three']) it(path, () => get(path))
`

const imported = `const http = require('node:http')
const server = http.createServer(require('../../src/app'))
let port
beforeAll((done) => { server.listen(0, () => { port = server.address().port; done() }) })
afterAll((done) => { server.close(done) })
${requests}`

/** Ended at once by a signal that nothing can catch, as a hung server would be. */
const spawned = (signal: string) => `const http = require('node:http')
const { spawn } = require('node:child_process')
let server, port
beforeAll((done) => {
  server = spawn('node', ['src/server.js'])
  server.stdout.once('data', (text) => { port = Number(text); done() })
})
afterAll((done) => { server.once('exit', () => done()); server.kill('${signal}') })
${requests}`

const server = `const http = require('node:http')
const listening = http.createServer(require('./app')).listen(0, () => console.log(listening.address().port))
`

let project: NotesProject
let environment: Environment

beforeAll(async () => {
  project = createNotesProject({ 'src/app.js': () => app, 'src/server.js': () => server })
  environment = await project.openEnvironment()
})

afterAll(async () => {
  await environment.stop()
  project.remove()
})

async function cover(content: string) {
  const suite = { ...project.suite, files: [{ path: TEST_FILE, kind: 'test' as const, content }] }
  const sources = [...project.map.sources, 'src/unread.js']
  await environment.sandbox.writeFile('src/unread.js', '// Not JavaScript at all\nthis is (not\n\njavascript\n')
  const result = await runJestSuite(environment, suite, { coverage: true, sources })
  expect(result.tests.map(({ message }) => message)).toEqual([null, null, null])
  expect(result).toMatchObject({ exitCode: 0, errors: [] })
  const of = (name: string) => result.coverage?.find(({ file }) => file === name)
  return { app: of('src/app.js'), server: of('src/server.js'), unread: of('src/unread.js'), all: result.coverage ?? [] }
}

it('a spawned server counts as one that is imported, to the line and the branch, however it ends', async () => {
  const inside = await cover(imported)
  expect(inside.app?.hit).not.toEqual(expect.arrayContaining([3, 9, 18]))
  for (const signal of ['SIGTERM', 'SIGKILL']) {
    const outside = await cover(spawned(signal))
    expect(outside.app).toEqual(inside.app)
    expect(outside.server?.hit).toEqual([1, 2])
  }
  expect(inside.server?.hit).toEqual([])
})

it('a source that nothing can load counts as not covered', async () => {
  const { unread, all } = await cover(imported)
  expect(unread).toEqual({
    file: 'src/unread.js',
    lines: { covered: 0, total: 2 },
    branches: { covered: 0, total: 0 },
    hit: [],
  })
  const without = summariseCoverage(all, project.map.sources).lines
  expect(summariseCoverage(all, [...project.map.sources, 'src/unread.js']).lines).toBeLessThan(without)
})
