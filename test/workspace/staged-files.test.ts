import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { stageFiles } from '../../src/workspace/staged-files.ts'
import { openWorkspace } from '../../src/workspace/workspace.ts'
import { makeProject } from './sandbox/project.ts'

async function setUp() {
  const root = makeProject({ 'test/a.test.js': 'old a', 'test/b.test.js': 'old b', 'src/app.js': 'app' })
  const dir = join(makeProject({}), 'staged')
  const base = await openWorkspace(root)
  return { root, dir, base, staged: await stageFiles(base, dir) }
}

it('shows what was staged and leaves the project as it was', async () => {
  const { root, staged, base } = await setUp()
  await staged.write('test/a.test.js', 'new a')
  await staged.write('test/deep/c.test.js', 'new c')
  await staged.remove('test/b.test.js')
  expect(await staged.readText('test/a.test.js')).toBe('new a')
  expect(await staged.readText('test/b.test.js')).toBeNull()
  expect(await staged.readText('src/app.js')).toBe('app')
  expect(await staged.glob('**/*.js')).toEqual(['src/app.js', 'test/a.test.js', 'test/deep/c.test.js'])
  expect(await staged.list()).toEqual(['test/a.test.js', 'test/deep/c.test.js'])
  expect(await base.readText('test/a.test.js')).toBe('old a')
  expect(existsSync(join(root, 'test/deep'))).toBe(false)
})

it('obeys the write scope of the project', async () => {
  const { staged } = await setUp()
  await expect(staged.write('src/app.js', 'x')).rejects.toMatchObject({ code: 'OUTSIDE_WRITE_SCOPE' })
  await expect(staged.write('../x.test.js', 'x')).rejects.toMatchObject({ code: 'OUTSIDE_WORKSPACE' })
  expect(await staged.list()).toEqual([])
})

it('lands everything, removals too, and is there again for the next process', async () => {
  const { root, dir, base, staged } = await setUp()
  await staged.write('./test/a.test.js', 'new a')
  await staged.write('.github/workflows/ci.yml', 'ci')
  await staged.remove('./test/b.test.js')
  const again = await stageFiles(base, dir)
  expect(await again.readText('test/b.test.js')).toBeNull()
  await again.land(base)
  expect(readFileSync(join(root, 'test/a.test.js'), 'utf8')).toBe('new a')
  expect(readFileSync(join(root, '.github/workflows/ci.yml'), 'utf8')).toBe('ci')
  expect(existsSync(join(root, 'test/b.test.js'))).toBe(false)
})

it('brings a removed file back when it is written again', async () => {
  const { staged, base, root } = await setUp()
  await staged.remove('test/a.test.js')
  await staged.write('test/a.test.js', 'back')
  await staged.land(base)
  expect(readFileSync(join(root, 'test/a.test.js'), 'utf8')).toBe('back')
})
