import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { expect, test } from 'vitest'
import { runResultSchema } from '../../src/contracts/result.ts'
import { agent, createProject, digest, expectNothingLeft, notes } from './projects.ts'

test('a verified suite lands beside hand-written tests in a dirty tree whose other files stay as they were', async () => {
  const mine = "test('mine', () => {})\n"
  const root = createProject(
    { ...notes, '.gitignore': 'node_modules\n', 'tests/integration/notes.test.js': mine },
    { at: 'my größe app' },
  )
  const git = (...args: string[]) => execa('git', args, { cwd: root })
  await git('init', '-q')
  await git('add', '-A')
  await git('-c', 'user.name=t', '-c', 'user.email=t@example.com', 'commit', '-qm', 'x')
  appendFileSync(join(root, 'app.js'), '// half an edit\n')
  writeFileSync(join(root, 'draft.txt'), 'untracked')
  await git('add', 'draft.txt')
  const { '.git': _, ...before } = digest(root)
  const status = (await git('status', '--porcelain')).stdout

  const run = agent(['run', root, '--output-format', 'json'])
  const { exitCode, stdout } = await run
  const outcome = runResultSchema.parse(JSON.parse(String(stdout)))
  expect(outcome.gates.filter(({ verdict }) => verdict === 'fail' || verdict === 'blocked')).toEqual([])
  expect([exitCode, outcome.status]).toEqual([0, 'verified'])
  const after = digest(root)
  for (const [path, content] of Object.entries(before))
    if (!path.startsWith('.git/') && !path.startsWith('.git')) expect([path, after[path]]).toEqual([path, content])
  expect(readFileSync(join(root, 'tests/integration/notes.test.js'), 'utf8')).toBe(mine)
  for (const file of outcome.suite?.files ?? []) expect(existsSync(join(root, file)), file).toBe(true)
  expect((await git('status', '--porcelain', '-uno')).stdout).toBe(status)
  await expectNothingLeft(run.pid, root)
})
