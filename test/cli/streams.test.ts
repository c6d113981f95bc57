import { join } from 'node:path'
import { execa } from 'execa'
import { describe, expect, test } from 'vitest'
import { runResultSchema } from '../../src/contracts/result.ts'
import { agent, createProject, expectNoStack, home, main, notes } from './projects.ts'

describe('json', () => {
  test.each([
    ['no such path', ['run', '/no/such/path'], 2, 'NO_SUCH_PATH'],
    ['a file', ['run', main], 2, 'NOT_A_DIRECTORY'],
    ['a wrong option', ['run', '.', '--max-minutes', 'soon'], 2, 'BAD_OPTION'],
    ['a model without a key', ['run', '.', '--model', 'claude'], 5, 'MODEL_KEY_MISSING'],
  ])('answers %s with one valid object and nothing else', async (_, args, code, error) => {
    const { exitCode, stdout, stderr } = await agent([...args, '--output-format', 'json'], {
      env: { ANTHROPIC_API_KEY: '', ANTHROPIC_AUTH_TOKEN: '' },
    })
    const outcome = runResultSchema.parse(JSON.parse(String(stdout)))
    expect(outcome).toMatchObject({ status: 'error', runDir: '', error: { code: error } })
    expect([exitCode, stderr]).toEqual([code, ''])
  })
})

test('stream-json is one event a line, the last of type result, whole although it is long', async () => {
  const root = createProject(notes)
  const { exitCode, stdout } = await agent(['run', root, '--output-format', 'stream-json', '--max-turns', '4'])
  const events = String(stdout)
    .split('\n')
    .map((line) => JSON.parse(line))
  const { type, ...outcome } = events.at(-1)
  expect([exitCode, events[0].type, type]).toEqual([4, 'started', 'result'])
  expect(runResultSchema.parse(outcome).error?.code).toBe('OUT_OF_BUDGET')
})

test('stream-json ends with a result also when nothing could begin', async () => {
  const { stdout } = await agent(['run', '/no/such/path', '--output-format', 'stream-json'])
  expect(JSON.parse(String(stdout))).toMatchObject({ type: 'result', error: { code: 'NO_SUCH_PATH' } })
})

test('more than a pipe holds arrives whole at a slow reader', async () => {
  const routes = Array.from(
    { length: 800 },
    (_, index) => `app.get('/a/rather/long/path/number/${index}', (q, s) => s.json({}))`,
  )
  const app = notes['app.js']?.replace('module.exports', `${routes.join('\n')}\nmodule.exports`) ?? ''
  const root = createProject({ ...notes, 'app.js': app })
  const { stdout } = await execa('sh', [
    '-c',
    '"$0" "$1" inspect "$2" --json | { sleep 0.3; cat; }',
    process.execPath,
    main,
    root,
  ])
  expect(stdout.length).toBeGreaterThan(150_000)
  expect(JSON.parse(stdout).endpoints).toHaveLength(802)
})

test.each([
  ['inspect', ['inspect', 'ROOT', '--json']],
  ['run', ['run', 'ROOT', '--output-format', 'stream-json', '--max-turns', '2']],
  ['doctor', ['doctor']],
])('a reader of %s that leaves early causes no crash', async (_, args) => {
  const root = createProject(notes)
  const words = [main, ...args.map((word) => (word === 'ROOT' ? root : word))]
  const { stderr } = await execa('sh', ['-c', '"$@" | true', 'sh', process.execPath, ...words], {
    env: { INTEGRATION_TEST_BUILDER_HOME: home },
  })
  expectNoStack(stderr)
  expect(stderr).not.toContain('EPIPE')
})

test('nothing is read from a closed stdin, and closed outputs are no reason to fail', async () => {
  const root = createProject(notes)
  const { exitCode } = await execa('sh', ['-c', '"$0" "$1" inspect "$2" <&- >&- 2>&-', process.execPath, main, root], {
    reject: false,
  })
  expect(exitCode).toBe(0)
})

test('doctor --json is one object', async () => {
  const { exitCode, stdout } = await agent(['doctor', '--json'])
  expect(exitCode).toBe(0)
  const names = JSON.parse(String(stdout)).checks.map(({ name }: { name: string }) => name)
  expect(names).toEqual(expect.arrayContaining(['node', 'sandbox', 'postgres', 'sqlite']))
})

test('doctor says in words what is missing, what is not used and what to do next', async () => {
  const good = await agent(['doctor'])
  expect(good.stdout).toMatch(/^ok +postgres +(native|embedded) \d+\S* in \//m)
  expect(good.stdout).toMatch(/^unused +containers +services run inside the sandbox, so no Docker/m)
  const bad = await agent(['doctor'], { env: { INTEGRATION_TEST_BUILDER_POSTGRES: '/nowhere' } })
  expect(bad.stdout).toMatch(
    /^missing +postgres +INTEGRATION_TEST_BUILDER_POSTGRES=\/nowhere finds no PostgreSQL. Install/m,
  )
  expect(bad.stdout).toMatch(/but for projects on postgres\. Next: agent inspect/)
  expect(bad.exitCode).toBe(0)
})

test('a pipe gets no colours, on a CI machine either', async () => {
  const { stdout } = await agent(['doctor'], { env: { CI: 'true', TERM: 'xterm' } })
  expect(stdout).not.toContain('\u001b')
})

test('help fits 80 columns', async () => {
  for (const command of [[], ['run'], ['inspect'], ['services', 'up'], ['mcp'], ['report'], ['doctor']]) {
    const { stdout } = await agent([...command, '--help'])
    expect(
      String(stdout)
        .split('\n')
        .filter((line) => line.length > 80),
    ).toEqual([])
  }
})

test('an MCP server for nowhere says so', async () => {
  const { exitCode, stdout, stderr } = await agent(['mcp', '--root', join(home, 'nowhere')])
  expect([exitCode, stdout]).toEqual([2, ''])
  expect(stderr).toContain('NO_SUCH_PATH')
})
