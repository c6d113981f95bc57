import { afterEach, describe, expect, it } from 'vitest'
import { replacing } from './notes-environment.ts'
import { removeProject, SUPPORT, TEST_FILE, verifyOne } from './verify-notes.ts'

afterEach(removeProject)

type Residue = { kind: string; name: string; detail: string }[]

describe('clean', () => {
  it('fails on rows, tables, files, processes and ports left behind, and on what a stranger lost', async () => {
    const mess = `
    require('node:fs').writeFileSync('/tmp/left.txt', 'x')
    require('node:fs').writeFileSync('left.txt', 'x')
    const listen = 'require("http").createServer().listen(4567)'
    require('node:child_process').spawn(process.execPath, ['-e', listen], { detached: true, stdio: 'ignore' }).unref()
  `
    const { verdict, why, evidence } = await verifyOne('clean', {
      [TEST_FILE]: (content) =>
        replacing(
          "it('removes the note', async () => {",
          `it('removes the note', async () => {${mess}`,
        )(replacing('const title = uniqueTitle()', "const title = 'forgotten'")(content)),
      [SUPPORT]: (content) =>
        replacing(
          '!note.title.startsWith(OWN)',
          "note.title === 'forgotten'",
        )(replacing("readFileSync(pathname, 'utf8'))", "readFileSync(pathname, 'utf8'))\n  data.audit = []")(content)),
    })
    expect([verdict, why]).toEqual([
      'fail',
      expect.stringContaining('After two passing runs it leaves rows notes.notes (2 rows inserted'),
    ])
    const residue = evidence.afterRun as Residue
    expect(residue.map(({ kind, name }) => (kind === 'process' ? kind : `${kind} ${name}`)).sort()).toEqual([
      'file left.txt',
      'port 4567',
      'process',
      'rows notes.notes',
      'rows notes.notes',
      'table notes.audit',
      'temporary file /tmp/left.txt',
    ])
    expect(residue.map(({ detail }) => detail)).toContainEqual(expect.stringContaining('1 row deleted'))
  })

  it('fails when only a failing test leaves something', async () => {
    const { verdict, why } = await verifyOne('clean', {
      [TEST_FILE]: (content) =>
        replacing(
          'const title = uniqueTitle()',
          "const title = 'removed at the end'",
        )(
          replacing(
            '.body).toEqual(body)\n',
            ".body).toEqual(body)\n    await call(server, 'DELETE', '/notes/' + body.id)\n",
          )(content),
        ),
    })
    expect([verdict, why]).toEqual(['fail', expect.stringContaining('After failing tests it leaves rows')])
  })

  it('fails when a process survives Ctrl-C', async () => {
    const helper = `
    if (!global.helper) {
      const wait = 'process.on("SIGINT", () => {}); setInterval(() => {}, 1000)'
      global.helper = require('node:child_process').spawn(process.execPath, ['-e', wait], { detached: true, stdio: 'ignore' })
    }
  `
    const { verdict, why } = await verifyOne('clean', {
      [TEST_FILE]: (content) =>
        content
          .replace('beforeAll(async () => {', `beforeAll(async () => {${helper}`)
          .replace('afterAll(() =>', 'afterAll(() => { global.helper.kill() })\nafterAll(() =>'),
    })
    expect([verdict, why]).toEqual(['fail', expect.stringContaining('After Ctrl-C it leaves process')])
  })

  it('fails when the next run does not remove what an interrupted one left', async () => {
    const { verdict, why } = await verifyOne('clean', {
      [SUPPORT]: replacing("const OWN = 'itest-'", "const OWN = 'itest-' + process.pid"),
    })
    expect([verdict, why]).toEqual([
      'fail',
      expect.stringContaining('After an interrupted run and the next full one it leaves rows'),
    ])
  })
})
