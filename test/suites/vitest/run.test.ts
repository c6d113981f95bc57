import { expect, it, onTestFinished } from 'vitest'
import { findVitestSuite } from '../../../src/suites/vitest/find/index.ts'
import { runVitestSuite } from '../../../src/suites/vitest/run/index.ts'
import { projectMap } from '../../support/project-map.ts'
import { openBookmarks, TEST_FILE } from './bookmarks.ts'

async function open(edit: Parameters<typeof openBookmarks>[0] = {}) {
  const bookmarks = await openBookmarks(edit)
  onTestFinished(() => bookmarks.stop())
  return bookmarks
}

it('tells each test, requests that see no server, and what ran, for each test file', async () => {
  const { environment, suite } = await open()
  const before = (await environment.sandbox.state()).files
  const sources = ['src/app.js', 'src/unread.js']
  const result = await runVitestSuite(environment, suite, { coverage: true, coverageByFile: true, sources })
  expect(result).toMatchObject({ exitCode: 0, timedOut: false, errors: [] })
  expect(result.tests.map(({ file, name, status }) => [file, name, status])).toEqual([
    [TEST_FILE, 'POST /bookmarks > stores a bookmark', 'passed'],
    [TEST_FILE, 'POST /bookmarks > refuses one without an address', 'passed'],
    [TEST_FILE, 'POST /bookmarks > keeps two apart', 'passed'],
    [TEST_FILE, 'DELETE /bookmarks/{id} > removes the bookmark', 'passed'],
  ])
  expect(result.requests.map(({ method, status, file }) => [method, status, file])).toEqual(
    [201, 200, 422, 201, 201, 201, 204].map((status, index) => [
      ['POST', 'GET', 'POST', 'POST', 'POST', 'POST', 'DELETE'][index],
      status,
      TEST_FILE,
    ]),
  )
  expect(result.requests[1]?.path).toMatch(/^\/api\/bookmarks\/\d+$/)
  const [app, unread] = result.coverage ?? []
  expect(app?.hit).not.toContain(22)
  expect(app).toMatchObject({ lines: { total: 16, covered: 15 }, branches: { total: 6, covered: 4 } })
  expect(unread).toMatchObject({ file: 'src/unread.js', hit: [] })
  const [byFile] = result.coverageByFile ?? []
  expect(byFile).toMatchObject({ test: TEST_FILE, lines: { 'src/app.js': { 9: 5, 10: 4, 21: 1, 22: 0 } } })
  const { files } = await environment.sandbox.state()
  const own = Object.entries(files).filter(([path]) => !path.startsWith('node_modules/.vite/'))
  expect(Object.fromEntries(own)).toEqual(before)
})

it('tells which test failed and why, and which file does not load', async () => {
  const red = await open({ [TEST_FILE]: (content) => content.replace('toBe(204)', 'toBe(200)') })
  const result = await runVitestSuite(red.environment, red.suite, {})
  expect(result.exitCode).toBe(1)
  expect(result.tests.filter(({ status }) => status === 'failed')).toEqual([
    expect.objectContaining({
      name: 'DELETE /bookmarks/{id} > removes the bookmark',
      message: expect.stringContaining('expected 204 to be 200'),
    }),
  ])
  const broken = await open({ [TEST_FILE]: (content) => `import './nowhere.js'\n${content}` })
  const { tests, errors } = await runVitestSuite(broken.environment, broken.suite, {})
  expect(tests).toEqual([])
  expect(errors).toEqual([{ file: TEST_FILE, message: expect.stringContaining('nowhere.js') }])
})

it('runs one test of one file', async () => {
  const { environment, suite } = await open()
  const test = 'POST /bookmarks > refuses one without an address'
  const { tests, requests } = await runVitestSuite(environment, suite, { files: [TEST_FILE], test })
  expect(tests.map(({ name, status }) => [name, status])).toEqual([[test, 'passed']])
  expect(requests).toHaveLength(1)
})

it('finds the suite that a project has, by its own command, and does not watch', async () => {
  const { environment } = await open({
    'vitest.config.js': () => "export default { test: { include: ['tests/**'] } }\n",
    'tests/other.js': () => "import { test } from 'vitest'\ntest('other', () => {})\n",
    'package.json': (content) => content.replace('"vitest" }', '"node node_modules/vitest/vitest.mjs" }'),
  })
  const found = await findVitestSuite(environment, { map: projectMap(), command: null })
  expect(found?.suite.files.map(({ path }) => path)).toEqual([TEST_FILE, 'tests/other.js'])
  expect(found?.suite).toMatchObject({
    runner: 'vitest',
    command: 'npm test',
    argv: ['node', 'node_modules/vitest/vitest.mjs', '--run'],
  })
})
