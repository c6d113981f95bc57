import pg from 'pg'
import { describe, expect, test } from 'vitest'
import { agent, createProject, digest, expectNoStack, expectNothingLeft, guests, notes } from './projects.ts'

describe('agent services up', () => {
  test('prints how to reach the services, which answer from outside until Ctrl-C', async () => {
    const root = createProject(guests)
    const before = digest(root)
    const run = agent(['services', 'up', root])
    let exports = ''
    run.stdout?.on('data', (chunk) => {
      exports += String(chunk)
    })
    await expect.poll(() => exports, { timeout: 60_000, interval: 100 }).toContain("export DATABASE_URL='")
    const url = /DATABASE_URL='([^']+)'/.exec(exports)?.[1]
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 })
    client.on('error', () => {})
    await client.connect()
    expect((await client.query('SELECT count(*)::int AS n FROM guests')).rows).toEqual([{ n: 0 }])
    run.kill('SIGINT')
    const { exitCode, stderr } = await run
    expect(exitCode).toBe(130)
    expectNoStack(String(stderr))
    expect(digest(root)).toEqual(before)
    await expectNothingLeft(run.pid, root)
    await expect(new pg.Client({ connectionString: url }).connect()).rejects.toThrow()
  })

  test.each([
    ['with a path', (root: string) => ['services', 'up', root, '--', 'sh', '-c', 'echo "[$NODE_ENV]"; exit 7'], '/'],
    ['in the project', () => ['services', 'up', '--', 'sh', '-c', 'echo "[$NODE_ENV]"; exit 7'], 'root'],
  ])('exits with the code of its command, %s', async (_, args, cwd) => {
    const root = createProject(notes)
    const { exitCode, stdout } = await agent(args(root), { cwd: cwd === 'root' ? root : cwd })
    expect([exitCode, stdout]).toEqual([7, '[test]'])
  })

  test('a command that does not exist is named', async () => {
    const run = agent(['services', 'up', createProject(notes), '--', 'no-such-program'])
    const { exitCode, stderr } = await run
    expect(exitCode).toBe(3)
    expect(stderr).toMatch(/COMMAND_NOT_FOUND.*no-such-program/)
    await expectNothingLeft(run.pid)
  })

  test('Ctrl-C ends a command with everything it started', async () => {
    const root = createProject(notes)
    const run = agent(['services', 'up', root, '--', 'sh', '-c', 'echo up; sleep 300 & sleep 300'])
    run.stdout?.once('data', () => run.kill('SIGINT'))
    expect((await run).exitCode).toBe(130)
    await expectNothingLeft(run.pid, root)
  })

  test('Ctrl-C while services start is no error of ours', async () => {
    const root = createProject(guests)
    const run = agent(['services', 'up', root])
    run.stderr?.once('data', () => run.kill('SIGINT'))
    const { exitCode, stderr } = await run
    expect(exitCode).toBe(130)
    expect(stderr).not.toContain('INTERNAL_ERROR')
    await expectNothingLeft(run.pid, root)
  })
})
