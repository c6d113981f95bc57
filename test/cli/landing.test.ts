import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { execa } from 'execa'
import { expect, test } from 'vitest'
import { runResultSchema } from '../../src/contracts/result.ts'
import {
  agent,
  createProject,
  dependencies,
  digest,
  expectNoProcess,
  expectNothingLeft,
  home,
  main,
  notes,
} from './projects.ts'

test('a verified suite lands beside hand-written tests in a dirty tree whose other files stay as they were', async () => {
  // It fails, and whoever runs it fails with it.
  const mine = "test('mine', () => { throw new Error('half a thought') })\n"
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
  expect(outcome.suite?.command).toBe('npx jest tests/integration/api')
  const after = digest(root)
  for (const [path, content] of Object.entries(before))
    if (!path.startsWith('.git/') && !path.startsWith('.git')) expect([path, after[path]]).toEqual([path, content])
  expect(readFileSync(join(root, 'tests/integration/notes.test.js'), 'utf8')).toBe(mine)
  for (const file of outcome.suite?.files ?? []) expect(existsSync(join(root, file)), file).toBe(true)
  expect((await git('status', '--porcelain', '-uno')).stdout).toBe(status)
  await expectNothingLeft(run.pid, root)
})

/** Resolves when the run says this on stderr. */
function said(run: ReturnType<typeof agent>, words: string): Promise<void> {
  let text = ''
  return new Promise((resolve, reject) => {
    run.stderr?.on('data', (chunk) => {
      text += String(chunk)
      if (text.includes(words)) resolve()
    })
    void run.then(({ stdout }) => reject(new Error(`ended before it said ${words}: ${text}${stdout}`)))
  })
}

const suiteFiles = (root: string) =>
  existsSync(join(root, 'tests')) ? readdirSync(join(root, 'tests'), { recursive: true }) : []

test('a file that somebody makes meanwhile in the place of a generated one is left alone, and nothing lands', async () => {
  const root = createProject(notes)
  const run = agent(['run', root])
  await said(run, 'isolated: pass')
  mkdirSync(join(root, 'tests/integration'), { recursive: true })
  writeFileSync(join(root, 'tests/integration/health.test.js'), '// mine\n')
  const { exitCode, stdout } = await run
  expect([exitCode, stdout]).toEqual([3, expect.stringContaining('FILE_CHANGED')])
  expect(stdout).toContain('tests/integration/health.test.js')
  expect(suiteFiles(root).sort()).toEqual(['integration', 'integration/health.test.js'])
  expect(readFileSync(join(root, 'tests/integration/health.test.js'), 'utf8')).toBe('// mine\n')
  const patch = /git apply (\S+)/.exec(String(stdout))?.[1] ?? ''
  expect(readFileSync(patch, 'utf8')).toContain('+++ b/tests/integration/notes.test.js')
  await expectNothingLeft(run.pid, root)
})

test('killed while it lands, half a suite stays only until the next run', async () => {
  const root = createProject(notes)
  const before = digest(root)
  const run = agent(['run', root])
  await said(run, 'scoped: pass')
  // Nothing else may come between the first file and the kill.
  const deadline = Date.now() + 60_000
  const first = join(root, '.integration-tests/manifest.json')
  while (!existsSync(first) && Date.now() < deadline);
  run.kill('SIGKILL')
  const { signal } = await run
  expect(signal).toBe('SIGKILL')
  expect(existsSync(first)).toBe(true)
  await expectNoProcess(root)
  const next = agent(['run', root, '--max-turns', '2'])
  const { exitCode, stderr } = await next
  expect([exitCode, stderr]).toEqual([
    4,
    expect.stringMatching(/undone what a killed run had written: .*manifest\.json/),
  ])
  expect(digest(root)).toEqual(before)
  await expectNothingLeft(next.pid, root)
})

test.runIf(process.getuid?.() === 0)('when the disk is full half-way, nothing of the suite stays', async () => {
  const files = JSON.stringify({ ...notes })
  // A file system of our own with room for a few more files; the tests run in a view that has more.
  const script = `
    set -e
    mkdir "$1/full" && mount -t tmpfs -o size=2m,nr_inodes=12 none "$1/full" && cd "$1/full"
    node -e 'for (const [path, text] of Object.entries(JSON.parse(process.argv[1]))) fs.writeFileSync(path, text)' "$2"
    ln -s "$3" node_modules
    find . | sort > ../before
    code=0
    node "$4" run . --output-format json > ../outcome.json || code=$?
    find . | sort > ../after
    exit $code`
  const root = dirname(createProject({}))
  const { exitCode, stderr } = await execa(
    'unshare',
    ['-m', 'sh', '-c', script, 'sh', root, files, dependencies, main],
    {
      reject: false,
      env: { INTEGRATION_TEST_BUILDER_HOME: home },
    },
  )
  const outcome = runResultSchema.parse(JSON.parse(readFileSync(join(root, 'outcome.json'), 'utf8')))
  expect(outcome.gates.filter(({ verdict }) => verdict === 'fail' || verdict === 'blocked')).toEqual([])
  expect([exitCode, outcome.error?.code], stderr).toEqual([3, 'LANDING_FAILED'])
  expect(outcome.error?.message).toContain('no space')
  expect(readFileSync(join(root, 'after'), 'utf8')).toBe(readFileSync(join(root, 'before'), 'utf8'))
  expect(readFileSync(outcome.details.patch ?? '', 'utf8')).toContain('+++ b/tests/integration/notes.test.js')
})
