import { execFileSync } from 'node:child_process'
import { readdir, readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { openProject, type Project } from './project.ts'

let project: Project
const bash = (command: string, more = {}) => project.call('Bash', { command, ...more })

beforeAll(async () => {
  project = await openProject()
})
afterAll(() => project.close())

describe('Bash', () => {
  it('answers stdout and stderr in the order written', async () => {
    expect(await bash('echo one; echo two >&2; echo three')).toEqual({ text: 'one\ntwo\nthree' })
    expect((await bash('true')).text).toBe('(no output)')
  })

  it('tells the exit code before the output', async () => {
    expect(await bash('echo no; exit 3')).toEqual({ text: 'Exit code 3\nno', isError: true })
    expect((await bash('if then')).text).toMatch(/^Exit code [12]\n.*syntax error/)
    expect((await bash('kill -9 $$')).text).toMatch(/Killed by SIGKILL|Exit code 137/)
  })

  it('keeps the directory from call to call, and no variable', async () => {
    await bash('mkdir -p test/deep && cd test/deep && export SEEN=1 && exit 0')
    expect((await bash('pwd; echo "[$SEEN]"')).text).toBe(`${project.root}/test/deep\n[]`)
    await bash('rmdir ../deep')
    expect((await bash('pwd')).text).toBe(
      `[the directory ${project.root}/test/deep is gone; running in ${project.root}]\n${project.root}`,
    )
  })

  it('hands no secret of ours to the command', async () => {
    process.env.ITB_TEST_SECRET = 'hunter2'
    expect((await bash('env')).text).not.toContain('hunter2')
    delete process.env.ITB_TEST_SECRET
  })

  it('does not wait for input', async () => {
    expect((await bash('cat; echo done')).text).toBe('done')
  })

  it('kills a command at its timeout and keeps what it said', async () => {
    const result = await bash('echo started; sleep 60', { timeout: 500 })
    expect(result.isError).toBe(true)
    expect(result.text).toContain('killed after 0.5 s')
    expect(result.text).toContain('started')
  })

  it('kills a command that is cancelled', async () => {
    const control = new AbortController()
    const started = Date.now()
    const call = project.call('Bash', { command: 'sleep 60.0625' }, control.signal)
    await vi.waitFor(() => execFileSync('pgrep', ['-f', '^sleep 60.0625']), 10_000)
    control.abort()
    expect(await call).toMatchObject({ isError: true, text: expect.stringContaining('cancelled') })
    expect(Date.now() - started).toBeLessThan(10_000)
  })

  it('refuses a timeout over ten minutes', async () => {
    expect((await bash('true', { timeout: 600_001 })).text).toContain('timeout')
  })

  it('puts long output into a file of the owner and shows its end', async () => {
    const result = await bash('seq 1 20000')
    expect(result.text.length).toBeLessThan(11_000)
    expect(result.text).toMatch(/20000$/)
    const [file] = /\S+bash-\d+\.txt/.exec(result.text) ?? []
    expect((await stat(file as string)).mode & 0o777).toBe(0o600)
    expect((await stat(project.host.spillDir)).mode & 0o777).toBe(0o700)
    expect((await readFile(file as string, 'utf8')).split('\n')).toHaveLength(20_000)
    expect((await project.call('Read', { file_path: file, offset: 1, limit: 2 })).text).toBe('1\t1\n2\t2')
  })

  it('runs a command in the background, to be read and ended', async () => {
    const started = await bash('echo up; while true; do sleep 0.1; done', { run_in_background: true })
    const [file] = /\S+bash-\d+\.txt/.exec(started.text) ?? []
    const output = async () => (await project.call('Read', { file_path: file })).text
    await vi.waitFor(async () => expect(await output()).toContain('up'), 5_000)
    const [, pid] = /\[process (\d+)\]/.exec(await output()) ?? []
    await bash(`kill ${pid}`)
    await vi.waitFor(async () => expect(await output()).toMatch(/\[exit /), 5_000)
  })

  it('changes nothing in the real tree', async () => {
    await bash('touch stray.txt; echo x > test/stray.test.js')
    expect(await readdir(project.root)).not.toContain('stray.txt')
    expect(await readdir(path.join(project.root, 'test'))).not.toContain('stray.test.js')
  })
})
