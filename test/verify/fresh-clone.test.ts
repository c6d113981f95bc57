import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { makeFreshClone } from '../../src/verify/fresh-clone.ts'

let root: string

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'project-'))
  for (const path of ['src/app.js', 'local.json', '.env', '.env.example', 'node_modules/a/index.js', 'dist/app.js']) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), path)
  }
})
afterEach(() => rmSync(root, { recursive: true }))

const test = { path: 'test/a.test.js', kind: 'test' as const, content: 'as drafted' }

async function cloned() {
  const clone = await makeFreshClone(root, [test])
  try {
    expect(readFileSync(join(clone.path, test.path), 'utf8')).toBe('as drafted')
    return { files: readdirSync(clone.path).sort(), how: clone.how, path: clone.path }
  } finally {
    await clone.remove()
  }
}

it('holds what git tracks, as it is now, and the suite', async () => {
  execFileSync('git', ['init', '-q'], { cwd: root })
  execFileSync('git', ['add', 'src'], { cwd: root })
  const { files, how, path } = await cloned()
  expect([files, how]).toEqual([['src', 'test'], 'as tracked by git'])
  expect(existsSync(path)).toBe(false)
})

it('holds sources where git tracks nothing: no dependencies, no builds, nobody’s own settings', async () => {
  expect(await cloned()).toMatchObject({
    files: ['.env.example', 'local.json', 'src', 'test'],
    how: expect.stringContaining('git tracks nothing here'),
  })
})

it('is not made of what lies around where git does not read its own repository', async () => {
  mkdirSync(join(root, '.git'))
  await expect(makeFreshClone(root, [test])).rejects.toMatchObject({ code: 'GIT_FAILS' })
})
