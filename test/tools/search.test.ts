import { mkdir, symlink, utimes, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openProject, type Project } from './project.ts'

let project: Project
const put = async (name: string, content: string) => {
  await mkdir(path.dirname(path.join(project.root, name)), { recursive: true })
  await writeFile(path.join(project.root, name), content)
}
const grep = async (pattern: string, more = {}) => (await project.call('Grep', { pattern, ...more })).text
const glob = async (pattern: string, more = {}) => (await project.call('Glob', { pattern, ...more })).text

beforeAll(async () => {
  project = await openProject()
  await put('src/users.js', 'import x\n\nfunction findUser(id) {\n  return db.get(id)\n}\n\nfunction dropUser() {}\n')
  await put('src/orders.ts', 'interface Order {\r\n  id: number\r\n}\r\n// user\r\n')
  await put('src/deep/[id].js', 'User here\n')
  await put('notes.md', 'a user guide\n')
  await put('.github/workflows/ci.yml', 'user: ci\n')
  await put('.env', 'USER=secret\n')
  await put('node_modules/lib/index.js', 'user lib\n')
  await put('binary.bin', 'user\0')
  for (const [name, time] of [
    ['src/users.js', 3000],
    ['src/orders.ts', 1000],
    ['src/deep/[id].js', 2000],
  ] as const) {
    await utimes(path.join(project.root, name), time, time)
  }
})
afterAll(() => project.close())

describe('Glob', () => {
  it('lists newest first', async () => {
    expect(await glob('src/**/*')).toBe('src/users.js\nsrc/deep/[id].js\nsrc/orders.ts')
    expect(await glob('**/*.js', { path: 'src/deep' })).toBe('src/deep/[id].js')
    expect(await glob(`${project.root}/src/*.ts`)).toBe('src/orders.ts')
  })

  it('leaves dependencies out unless named', async () => {
    expect(await glob('**/index.js')).toBe('No files found')
    expect(await glob('node_modules/**/index.js')).toBe('node_modules/lib/index.js')
  })

  it('shows a hundred at most and says how many there are', async () => {
    for (let n = 0; n < 103; n++) await put(`many/${n}.txt`, '')
    const lines = (await glob('many/*')).split('\n')
    expect(lines).toHaveLength(101)
    expect(lines.at(-1)).toContain('100 of 103')
  })

  it.each(['../*', '/etc/*', 'src/../../*'])('refuses %s', async (pattern) => {
    expect(await project.call('Glob', { pattern })).toMatchObject({
      isError: true,
      text: expect.stringContaining('OUTSIDE_WORKSPACE'),
    })
  })

  it('refuses a directory outside and does not follow links out', async () => {
    await symlink('/etc', path.join(project.root, 'etc'))
    expect(await glob('*', { path: '/etc' })).toContain('OUTSIDE_WORKSPACE')
    expect(await glob('*', { path: 'etc' })).toContain('OUTSIDE_WORKSPACE')
    expect(await glob('*', { path: 'nowhere' })).toContain('NO_SUCH_DIRECTORY')
    expect(await glob('**/passwd')).toBe('No files found')
    expect(await glob('etc/passwd')).toBe('No files found')
  })
})

describe('Grep', () => {
  it('answers paths by default, without hidden, binary and dependency files', async () => {
    expect(await grep('user', { '-i': true })).toBe('notes.md\nsrc/deep/[id].js\nsrc/orders.ts\nsrc/users.js')
    expect(await grep('user')).toBe('notes.md\nsrc/orders.ts')
    expect(await grep('no such thing')).toBe('No matches found')
  })

  it('shows lines with numbers, and without when told so', async () => {
    const output_mode = 'content'
    expect(await grep('User\\(', { output_mode })).toBe(
      'src/users.js:3:function findUser(id) {\nsrc/users.js:7:function dropUser() {}',
    )
    expect(await grep('dropUser', { output_mode, '-n': false })).toBe('src/users.js:function dropUser() {}')
  })

  it('shows lines around a match and a rule between groups', async () => {
    const output_mode = 'content'
    expect(await grep('User\\(', { output_mode, '-A': 1, '-n': false })).toBe(
      'src/users.js:function findUser(id) {\nsrc/users.js-  return db.get(id)\n--\nsrc/users.js:function dropUser() {}',
    )
    expect(await grep('return', { output_mode, '-B': 1, '-n': false })).toBe(
      'src/users.js-function findUser(id) {\nsrc/users.js:  return db.get(id)',
    )
    expect((await grep('return', { output_mode, '-C': 1 })).split('\n')).toHaveLength(3)
  })

  it('counts matching lines', async () => {
    expect(await grep('function', { output_mode: 'count' })).toBe('src/users.js:2')
  })

  it('narrows by glob, type and path', async () => {
    expect(await grep('user', { '-i': true, glob: '*.js' })).toBe('src/deep/[id].js\nsrc/users.js')
    expect(await grep('user', { '-i': true, glob: '!*.js' })).toBe('notes.md\nsrc/orders.ts')
    expect(await grep('user', { '-i': true, glob: '*.{ts,md}' })).toBe('notes.md\nsrc/orders.ts')
    expect(await grep('user', { '-i': true, type: 'ts' })).toBe('src/orders.ts')
    expect(await grep('user', { '-i': true, path: 'src/deep' })).toBe('src/deep/[id].js')
    expect(await grep('User', { path: 'src/deep/[id].js' })).toBe('src/deep/[id].js')
    expect(await grep('user', { glob: '.github/**' })).toBe('.github/workflows/ci.yml')
  })

  it('lets a pattern span lines in multiline mode alone', async () => {
    expect(await grep('findUser.*get', { multiline: true, output_mode: 'content' })).toBe(
      'src/users.js:3:function findUser(id) {\nsrc/users.js:4:  return db.get(id)',
    )
    expect(await grep('findUser.*get')).toBe('No matches found')
  })

  it('anchors at line ends, CRLF included', async () => {
    expect(await grep('^// user$')).toBe('src/orders.ts')
  })

  it('shows as many entries as asked for', async () => {
    expect(await grep('user', { '-i': true, head_limit: 1 })).toBe(
      'notes.md\n(the first 1 of 4 entries; head_limit shows more)',
    )
  })

  it('reads ripgrep expressions', async () => {
    expect(await grep('(?i)FINDUSER')).toBe('src/users.js')
    expect(await grep('(?P<name>findUser)')).toBe('src/users.js')
    expect(await grep('drop[[:upper:]]ser')).toBe('src/users.js')
    expect(await grep('Order \\{')).toBe('src/orders.ts')
  })

  it('does not show secrets', async () => {
    expect(await grep('secret', { glob: '.env', output_mode: 'content' })).toBe('No matches found')
  })

  it.each([
    ['an invalid expression', 'BAD_PATTERN', { pattern: 'foo(' }],
    ['an unknown type', 'UNKNOWN_TYPE', { pattern: 'x', type: 'cobol' }],
    ['a missing path', 'NO_SUCH_FILE', { pattern: 'x', path: 'nowhere' }],
    ['a path outside', 'OUTSIDE_WORKSPACE', { pattern: 'x', path: '/etc' }],
    ['a glob outside', 'OUTSIDE_WORKSPACE', { pattern: 'x', glob: '../**' }],
  ])('refuses %s with %s', async (_, code, input) => {
    expect(await project.call('Grep', input)).toMatchObject({ isError: true, text: expect.stringContaining(code) })
  })

  it('gives up on an expression that backtracks without end', async () => {
    await put('slow/a.txt', `${'a'.repeat(60)}!\n`)
    expect(await grep('^(a+)+$', { path: 'slow' })).toContain('PATTERN_TOO_SLOW')
  })
})
