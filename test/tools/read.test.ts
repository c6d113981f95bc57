import { execFileSync } from 'node:child_process'
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openProject, type Project } from './project.ts'

let project: Project
const put = (name: string, content: string | Buffer) => writeFile(path.join(project.root, name), content)
const read = (input: unknown) => project.call('Read', input)

beforeAll(async () => {
  project = await openProject()
  await put('app.js', 'one\ntwo\r\nthree\n')
})
afterAll(() => project.close())

describe('Read', () => {
  it('numbers lines from 1, whatever their ends', async () => {
    expect(await read({ file_path: 'app.js' })).toEqual({ text: '1\tone\n2\ttwo\n3\tthree' })
  })

  it('takes an absolute path', async () => {
    expect((await read({ file_path: path.join(project.root, 'app.js') })).text).toContain('1\tone')
  })

  it('shows a range with its true line numbers', async () => {
    expect((await read({ file_path: 'app.js', offset: 2, limit: 1 })).text).toBe('2\ttwo')
  })

  it('leaves the byte order mark out', async () => {
    await put('bom.js', '\uFEFFx')
    expect((await read({ file_path: 'bom.js' })).text).toBe('1\tx')
  })

  it('says that a file is empty without calling it an error', async () => {
    await put('empty.js', '')
    const result = await read({ file_path: 'empty.js' })
    expect(result.isError).toBeUndefined()
    expect(result.text).toContain('empty')
  })

  it('shows a large file by ranges alone', async () => {
    await put('large.txt', `${'x'.repeat(99)}\n`.repeat(3000))
    const whole = await read({ file_path: 'large.txt' })
    expect(whole).toMatchObject({ isError: true, text: expect.stringContaining('TOO_LARGE') })
    expect(whole.text).toContain('offset and limit')
    expect((await read({ file_path: 'large.txt', offset: 2999, limit: 5 })).text.split('\n')).toHaveLength(2)
    expect((await read({ file_path: 'large.txt', offset: 1, limit: 3000 })).text).toContain('TOO_LARGE')
  })

  it('shows spilled output and nothing else of that folder', async () => {
    await mkdir(project.host.spillDir, { recursive: true })
    await writeFile(path.join(project.host.spillDir, 'bash-1.txt'), 'spilled')
    await writeFile(path.join(project.host.spillDir, 'other.txt'), 'other')
    await symlink('/etc/hostname', path.join(project.host.spillDir, 'bash-2.txt'))
    expect((await read({ file_path: path.join(project.host.spillDir, 'bash-1.txt') })).text).toBe('1\tspilled')
    expect((await read({ file_path: path.join(project.host.spillDir, 'other.txt') })).text).toContain(
      'OUTSIDE_WORKSPACE',
    )
    expect((await read({ file_path: path.join(project.host.spillDir, 'bash-2.txt') })).isError).toBe(true)
  })

  it.each([
    ['a missing file', 'NO_SUCH_FILE', { file_path: 'nothing.js' }],
    ['a missing folder', 'NO_SUCH_FILE', { file_path: 'no/such/nothing.js' }],
    ['a directory', 'IS_DIRECTORY', { file_path: 'test' }],
    ['the root', 'IS_DIRECTORY', { file_path: '.' }],
    ['an offset past the end', 'OFFSET_PAST_END', { file_path: 'app.js', offset: 4 }],
    ['a path outside', 'OUTSIDE_WORKSPACE', { file_path: '../../etc/passwd' }],
    ['an absolute path outside', 'OUTSIDE_WORKSPACE', { file_path: '/etc/passwd' }],
    ['a sibling with the same prefix', 'OUTSIDE_WORKSPACE', { file_path: '../project-2/x' }],
    ['a NUL byte in the path', 'BAD_PATH', { file_path: 'app.js\0.txt' }],
  ])('refuses %s with %s and says what to do next', async (_, code, input) => {
    const result = await read(input)
    expect(result.isError).toBe(true)
    expect(result.text).toContain(code)
    expect(result.text).toMatch(/\nNext: \S/)
  })

  it('refuses binary files, other encodings, pipes and links that lead out, each in its own words', async () => {
    await put('image.png', Buffer.from([0x89, 0x50, 0, 1]))
    await put('latin1.txt', Buffer.from([0x63, 0x61, 0x66, 0xe9]))
    await symlink('/etc/passwd', path.join(project.root, 'link'))
    execFileSync('mkfifo', [path.join(project.root, 'pipe')])
    expect((await read({ file_path: 'image.png' })).text).toContain('BINARY_FILE')
    expect((await read({ file_path: 'latin1.txt' })).text).toContain('NOT_UTF8')
    expect((await read({ file_path: 'pipe' })).text).toContain('NOT_A_FILE')
    expect((await read({ file_path: 'link' })).text).toContain('OUTSIDE_WORKSPACE')
  })

  it('does not show secrets', async () => {
    await put('.env', 'KEY=abc')
    expect(await read({ file_path: '.env' })).toMatchObject({ isError: true, text: expect.not.stringContaining('abc') })
  })

  it('points at a file of the same name elsewhere', async () => {
    await mkdir(path.join(project.root, 'src'), { recursive: true })
    await put('src/users.ts', 'x')
    expect((await read({ file_path: 'users.js' })).text).toContain('Did you mean src/users.ts?')
  })
})
