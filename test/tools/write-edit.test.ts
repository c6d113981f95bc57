import { chmod, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openProject, type Project } from './project.ts'

let project: Project
const at = (name: string) => path.join(project.root, name)
const content = (name: string) => readFile(at(name), 'utf8')
const edit = (file_path: string, old_string: string, new_string: string, more = {}) =>
  project.call('Edit', { file_path, old_string, new_string, ...more })

beforeAll(async () => {
  project = await openProject()
})
beforeEach(() => project.host.seen.clear())
afterAll(() => project.close())

describe('Write', () => {
  it('makes a file and its parent directories', async () => {
    const result = await project.call('Write', { file_path: 'test/a/b/new.test.js', content: 'x\n' })
    expect(result).toEqual({ text: 'Created test/a/b/new.test.js (1 line).' })
    expect(await content('test/a/b/new.test.js')).toBe('x\n')
  })

  it('replaces a file and keeps its mode', async () => {
    await writeFile(at('test/run.sh'), 'old')
    await chmod(at('test/run.sh'), 0o755)
    expect((await project.call('Write', { file_path: 'test/run.sh', content: 'new' })).text).toContain('Replaced')
    expect((await stat(at('test/run.sh'))).mode & 0o777).toBe(0o755)
  })

  it('refuses product code, paths outside, directories and links that lead out', async () => {
    await symlink('/tmp', at('test/out'))
    for (const [file_path, code] of [
      ['src/app.js', 'OUTSIDE_WRITE_SCOPE'],
      ['../test/x.test.js', 'OUTSIDE_WORKSPACE'],
      ['test', 'IS_DIRECTORY'],
      ['test/out/x.test.js', 'OUTSIDE_WORKSPACE'],
    ]) {
      const result = await project.call('Write', { file_path, content: 'x' })
      expect(result).toMatchObject({ isError: true, text: expect.stringContaining(code as string) })
    }
  })

  it('refuses to replace what somebody changed since it was read', async () => {
    await writeFile(at('test/shared.js'), 'mine')
    await project.call('Read', { file_path: 'test/shared.js' })
    await writeFile(at('test/shared.js'), 'ours')
    const result = await project.call('Write', { file_path: 'test/shared.js', content: 'mine again' })
    expect(result).toMatchObject({ isError: true, text: expect.stringContaining('MODIFIED_SINCE_READ') })
    expect(await content('test/shared.js')).toBe('ours')
  })
})

describe('Edit', () => {
  it('replaces the one occurrence and shows the surroundings', async () => {
    await writeFile(at('test/e.js'), 'a\nb\nc\n')
    const result = await edit('test/e.js', 'b', 'B')
    expect(result.text).toBe('Edited test/e.js. Around the change:\n1\ta\n2\tB\n3\tc')
    expect(await content('test/e.js')).toBe('a\nB\nc\n')
  })

  it('takes $& and the like literally', async () => {
    await writeFile(at('test/e.js'), 'price')
    await edit('test/e.js', 'price', "$& $1 $$ $` $'")
    expect(await content('test/e.js')).toBe("$& $1 $$ $` $'")
  })

  it('matches an LF text in a CRLF file and keeps its line ends, byte order mark and mode', async () => {
    await writeFile(at('test/e.js'), '\uFEFFone\r\ntwo\r\nthree\r\nfour\r\n')
    await chmod(at('test/e.js'), 0o640)
    await edit('test/e.js', 'two\nthree', 'two\n2.5\nthree')
    expect(await content('test/e.js')).toBe('\uFEFFone\r\ntwo\r\n2.5\r\nthree\r\nfour\r\n')
    expect((await stat(at('test/e.js'))).mode & 0o777).toBe(0o640)
  })

  it('keeps every other line end of a file with mixed ones', async () => {
    await writeFile(at('test/e.js'), 'a\r\nb\nc\r\nd\n')
    await edit('test/e.js', 'c\nd', 'c\nx\nd')
    expect(await content('test/e.js')).toBe('a\r\nb\nc\r\nx\r\nd\n')
    await edit('test/e.js', 'a', 'A')
    expect(await content('test/e.js')).toBe('A\r\nb\nc\r\nx\r\nd\n')
  })

  it('replaces every occurrence when told to', async () => {
    await writeFile(at('test/e.js'), 'x1\r\nx2\r\nx3')
    expect((await edit('test/e.js', 'x', 'yy', { replace_all: true })).text).toContain('in 3 places')
    expect(await content('test/e.js')).toBe('yy1\r\nyy2\r\nyy3')
  })

  it('deletes when new_string is empty', async () => {
    await writeFile(at('test/e.js'), 'keep\ndrop\n')
    await edit('test/e.js', 'drop\n', '')
    expect(await content('test/e.js')).toBe('keep\n')
  })

  it('names the lines when there are several matches', async () => {
    await writeFile(at('test/e.js'), 'x\ny\nx\n')
    const result = await edit('test/e.js', 'x', 'z')
    expect(result).toMatchObject({
      isError: true,
      text: expect.stringContaining('Found 2 matches of old_string, on lines 1, 3'),
    })
    expect(await content('test/e.js')).toBe('x\ny\nx\n')
  })

  it('shows the nearest text when nothing matches', async () => {
    await writeFile(at('test/e.js'), 'first\n  it("creates an order", async () => {\n    const a = 1\n  })\n')
    const misspelt = await edit('test/e.js', 'it("creates an ordr", async () => {\n    const a = 2', 'x')
    expect(misspelt.text).toContain('NOT_FOUND')
    expect(misspelt.text).toContain('2\t  it("creates an order", async () => {\n3\t    const a = 1')
    const indented = await edit('test/e.js', 'it("creates  an order",  async () => {', 'x')
    expect(indented.text).toContain('the same but for white space')
    expect((await edit('test/e.js', 'SELECT * FROM zzz', 'x')).text).toContain('Nothing in the file resembles it')
  })

  it.each([
    ['identical strings', 'NOTHING_TO_CHANGE', ['test/e.js', 'first', 'first']],
    ['an empty old_string', 'EMPTY_OLD_STRING', ['test/e.js', '', 'x']],
    ['a missing file', 'NO_SUCH_FILE', ['test/none.js', 'a', 'b']],
    ['a directory', 'IS_DIRECTORY', ['test', 'a', 'b']],
    ['product code', 'OUTSIDE_WRITE_SCOPE', ['app.js', 'a', 'b']],
  ] as const)('refuses %s with %s', async (_, code, [file, old, next]) => {
    await writeFile(at('app.js'), 'a')
    const result = await edit(file, old, next)
    expect(result).toMatchObject({ isError: true, text: expect.stringContaining(code) })
  })

  it('refuses a file that somebody changed since it was read, and goes on after another read', async () => {
    await writeFile(at('test/e.js'), 'aaa')
    await project.call('Read', { file_path: 'test/e.js' })
    await writeFile(at('test/e.js'), 'aab')
    expect((await edit('test/e.js', 'aab', 'x')).text).toContain('MODIFIED_SINCE_READ')
    await project.call('Read', { file_path: 'test/e.js' })
    expect((await edit('test/e.js', 'aab', 'x')).isError).toBeUndefined()
    expect((await edit('test/e.js', 'x', 'y')).isError).toBeUndefined()
  })

  it('does not corrupt what is not UTF-8', async () => {
    const bytes = Buffer.from([0x63, 0x61, 0x66, 0xe9, 0x0a])
    await writeFile(at('test/latin1.js'), bytes)
    expect((await edit('test/latin1.js', 'caf', 'x')).text).toContain('NOT_UTF8')
    expect(await readFile(at('test/latin1.js'))).toEqual(bytes)
  })
})
