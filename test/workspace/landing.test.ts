import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { beforeEach, expect, it } from 'vitest'
import { noteLanding, undoLanding } from '../../src/workspace/landing.ts'
import { openWorkspace } from '../../src/workspace/workspace.ts'
import { makeProject } from './sandbox/project.ts'

const changes = [
  { path: 'test/new/a.test.js', before: null, after: 'new a' },
  { path: 'test/b.test.js', before: 'old b', after: 'new b' },
  { path: 'test/gone.test.js', before: 'gone', after: null },
  { path: 'test/new/c.test.js', before: null, after: 'new c' },
]

let root: string

beforeEach(() => {
  process.env.INTEGRATION_TEST_BUILDER_HOME = makeProject({})
  root = makeProject({ 'test/b.test.js': 'old b', 'test/gone.test.js': 'gone', 'test/mine.test.js': 'mine' })
})

const put = (path: string, content: string) => {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), content)
}
const read = (path: string) => (existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : null)

it('undoes what was written before the kill, half-written files and new folders too', async () => {
  await noteLanding(root, changes)
  put('test/new/a.test.js', 'new a')
  put('test/b.test.js', 'new b')
  put('test/new/.c.test.js.0123456789ab', 'new')
  expect(await undoLanding(await openWorkspace(root))).toEqual(['test/new/a.test.js', 'test/b.test.js'])
  expect(existsSync(join(root, 'test/new'))).toBe(false)
  expect([read('test/b.test.js'), read('test/gone.test.js'), read('test/mine.test.js')]).toEqual([
    'old b',
    'gone',
    'mine',
  ])
  expect(await undoLanding(await openWorkspace(root))).toEqual([])
})

it('leaves what somebody has changed since, and whatever lies beside it', async () => {
  await noteLanding(root, changes)
  put('test/new/a.test.js', 'new a, made better')
  put('test/b.test.js', 'new b')
  put('test/new/notes.txt', 'mine')
  expect(await undoLanding(await openWorkspace(root))).toEqual(['test/b.test.js'])
  expect([read('test/new/a.test.js'), read('test/new/notes.txt')]).toEqual(['new a, made better', 'mine'])
})

it('leaves a landing that was complete', async () => {
  await noteLanding(root, changes.slice(0, 2))
  put('test/new/a.test.js', 'new a')
  put('test/b.test.js', 'new b')
  expect(await undoLanding(await openWorkspace(root))).toEqual([])
  expect([read('test/new/a.test.js'), read('test/b.test.js')]).toEqual(['new a', 'new b'])
})

it('has nothing to undo once the note is taken away, nor in another project', async () => {
  const forget = await noteLanding(root, changes)
  put('test/b.test.js', 'new b')
  expect(await undoLanding(await openWorkspace(makeProject({ 'test/b.test.js': 'new b' })))).toEqual([])
  await forget()
  expect(await undoLanding(await openWorkspace(root))).toEqual([])
  expect(read('test/b.test.js')).toBe('new b')
})
