import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { describe, expect, test } from 'vitest'
import {
  agent,
  createProject,
  dependencies,
  digest,
  expectNoStack,
  guests,
  home,
  main,
  notes,
  runFailing,
} from './projects.ts'

const server = (content: string) => ({ ...notes, 'server.js': content })

describe('what is not there', () => {
  test('no endpoint', async () => {
    const { exitCode, error } = await runFailing(
      createProject({ ...notes, 'app.js': 'module.exports = require("http").createServer()\n' }),
    )
    expect(exitCode).toBe(2)
    expect(error).toMatchObject({ code: 'NO_ENDPOINT', kind: 'usage' })
  })

  test('no endpoint that --only names', async () => {
    const { exitCode, error } = await runFailing(createProject(notes), ['--only', 'POST /nowhere'])
    expect(exitCode).toBe(2)
    expect(error).toMatchObject({
      code: 'NO_SUCH_ENDPOINT',
      value: 'POST /nowhere',
      next: expect.stringContaining('GET /notes'),
    })
  })

  test.each(['GET /notes/{id}', '/notes/**', 'get  /notes/*'])('but %s names one', async (only) => {
    const app = notes['app.js']?.replace("'/health'", "'/notes/:id'") ?? ''
    const { error } = await runFailing(createProject({ ...notes, 'app.js': app }), ['--only', only, '--max-turns', '3'])
    expect(error.code).toBe('OUT_OF_BUDGET')
  })

  test('dependencies that are not installed', async () => {
    const { exitCode, error } = await runFailing(createProject(notes, { installed: false }))
    expect(exitCode).toBe(3)
    expect(error).toMatchObject({
      code: 'DEPENDENCIES_MISSING',
      value: 'express',
      next: expect.stringContaining('npm ci'),
    })
  })

  test.each([
    [
      'a runner that nothing is written for',
      { test: 'mocha' },
      { mocha: '*' },
      2,
      'UNSUPPORTED_RUNNER',
      'jest and supertest',
    ],
    ['no test dependencies', {}, {}, 3, 'TEST_DEPENDENCIES_MISSING', 'npm install --save-dev jest@'],
    ['one that is not installed', {}, { jest: '*', supertest: '*' }, 3, 'TEST_DEPENDENCIES_MISSING', 'npm install`'],
  ])('%s, right after inspection', async (_, scripts, devDependencies, code, error, next) => {
    const manifest = { name: 'notes', main: 'server.js', scripts, dependencies: { express: '*' }, devDependencies }
    const root = createProject({ ...notes, 'package.json': JSON.stringify(manifest) }, { installed: false })
    mkdirSync(join(root, 'node_modules'))
    symlinkSync(join(dependencies, 'express'), join(root, 'node_modules/express'))
    const failed = await runFailing(root)
    expect([failed.exitCode, failed.error.code]).toEqual([code, error])
    expect(failed.error.next).toContain(next)
    expect(readFileSync(join(failed.outcome.runDir, 'journal.jsonl'), 'utf8')).not.toContain('StartEnvironment')
  })

  test('a service that nobody provides', async () => {
    const { exitCode, error } = await runFailing(createProject(guests), [], {
      env: { INTEGRATION_TEST_BUILDER_POSTGRES: '/nowhere' },
    })
    expect(exitCode).toBe(3)
    expect(error).toMatchObject({ code: 'SERVICE_UNAVAILABLE', message: expect.stringContaining('/nowhere') })
  })

  test('a folder for the run', async () => {
    const { exitCode, outcome, stdout } = await failEarly(createProject(notes), {
      INTEGRATION_TEST_BUILDER_HOME: join(main, 'none'),
    })
    expect(exitCode, stdout).toBe(3)
    expect(outcome.error.code).toBe('NO_RUN_FOLDER')
  })
})

async function failEarly(root: string, env: Record<string, string>) {
  const { exitCode, stdout } = await agent(['run', root, '--output-format', 'json'], { env })
  return { exitCode, stdout: String(stdout), outcome: JSON.parse(String(stdout)) }
}

describe('an application that does not start', () => {
  test.each([
    [
      'a variable',
      server(
        "const name = Buffer.from('QVBJX1JFR0lPTg==', 'base64').toString()\nif (!process.env[name]) throw new Error(name + ' is not set')\nrequire('./app').listen(3000)\n",
      ),
      'the variable API_REGION is missing',
    ],
    [
      'a dependency',
      server("require('left-' + 'pad')\nrequire('./app').listen(3000)\n"),
      'the dependency left-pad is not installed',
    ],
    [
      'a port',
      server("require('./app').listen(3000)\nrequire('http').createServer().listen(3000)\n"),
      'port 3000 is in use',
    ],
    [
      'a table',
      {
        ...guests,
        'migrations/001.sql': 'SELECT 1;\n',
        'server.js':
          "const { Pool } = require('pg')\nnew Pool({ connectionString: process.env.DATABASE_URL }).query('SELECT * FROM guests')\n  .then(() => require('./app').listen(3000), (error) => { console.error(error.message); process.exit(1) })\n",
      },
      'the table guests is missing',
    ],
  ])('for want of %s shows its output and the probable cause', async (_, files, cause) => {
    const { exitCode, error } = await runFailing(createProject(files))
    expect(exitCode).toBe(3)
    expect(error).toMatchObject({ code: 'APP_DOES_NOT_START', message: expect.stringContaining(cause) })
    expect(error.message).toContain('Its output:')
  })

  test('for a migration that fails shows what the database said', async () => {
    const { exitCode, error } = await runFailing(
      createProject({ ...guests, 'migrations/001.sql': 'CREATE TABLE oops (;\n' }),
    )
    expect(exitCode).toBe(3)
    expect(error).toMatchObject({ code: 'MIGRATION_FAILED', message: expect.stringContaining('syntax error') })
  })

  test('is told in text as well, with the code, the value and what to do', async () => {
    const root = createProject(
      server("if (!require('./app').licence) throw new Error('no licence')\nrequire('./app').listen(3000)\n"),
    )
    const { exitCode, stdout, stderr } = await agent(['run', root])
    expect(exitCode).toBe(3)
    for (const part of ['APP_DOES_NOT_START', 'no licence', 'node server.js', 'next ', 'report '])
      expect(stdout).toContain(part)
    expectNoStack(`${stdout}${stderr}`)
  })
})

describe('what is refused', () => {
  test('an address in the code that leads to another machine', async () => {
    const code = guests['app.js']?.replace('process.env.DATABASE_URL', "'postgres://app:pw@db.prod.acme-corp.net/app'")
    const { exitCode, error, outcome } = await runFailing(createProject({ ...guests, 'app.js': code ?? '' }))
    expect(exitCode).toBe(6)
    expect(outcome.status).toBe('refused')
    expect(error).toMatchObject({ code: 'PRODUCTION_ADDRESS', kind: 'safety', value: 'db.prod.acme-corp.net' })
  })

  test('a test folder that is a link out of the project: nothing is written where it leads', async () => {
    const root = createProject(notes)
    const elsewhere = createProject({ 'keep.txt': 'mine' }, { installed: false })
    symlinkSync(elsewhere, join(root, 'tests'))
    const { exitCode, error } = await runFailing(root)
    expect(exitCode).toBe(6)
    expect(error).toMatchObject({ code: 'OUTSIDE_WORKSPACE', value: expect.stringContaining('tests/') })
    expect(Object.keys(digest(elsewhere))).toEqual(['keep.txt'])
  })

  test('a read-only project, before anything is started', async () => {
    const root = createProject(notes)
    const script = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && cd / && exec "$@"'
    const { exitCode, stdout } = await execa(
      'unshare',
      [
        '--user',
        '--map-root-user',
        '--mount',
        'sh',
        '-c',
        script,
        root,
        process.execPath,
        main,
        'run',
        root,
        '--output-format',
        'json',
      ],
      { reject: false, env: { INTEGRATION_TEST_BUILDER_HOME: home } },
    )
    expect(exitCode, stdout).toBe(3)
    expect(JSON.parse(stdout).error).toMatchObject({ code: 'PROJECT_READ_ONLY', value: root })
  })
})

describe('what does no harm', () => {
  test('a file that cannot be parsed is a warning, and the rest is found', async () => {
    const root = createProject({
      ...notes,
      'routes/broken.js': 'router.get("/x", (((\n',
      'app.js': `${notes['app.js']}try { require('./routes/broken') } catch {}\n`,
    })
    const { exitCode, stdout } = await agent(['inspect', root, '--json'])
    const map = JSON.parse(String(stdout))
    expect(exitCode).toBe(0)
    expect(map.endpoints.map(({ path }: { path: string }) => path)).toEqual(['/notes', '/health'])
    expect(map.warnings).toContainEqual(
      expect.objectContaining({ source: expect.stringContaining('routes/broken.js') }),
    )
  })

  test('links to files outside, and files that cannot be read, are passed over', async () => {
    const root = createProject(notes)
    mkdirSync(join(root, 'lib'))
    symlinkSync('/etc/passwd', join(root, 'lib/passwd.js'))
    symlinkSync('/nowhere', join(root, 'lib/dangling.js'))
    symlinkSync(root, join(root, 'lib/loop'))
    writeFileSync(join(root, 'lib/closed.js'), 'closed')
    chmodSync(join(root, 'lib/closed.js'), 0)
    const { exitCode, stdout } = await agent(['inspect', root, '--json'])
    expect(exitCode).toBe(0)
    expect(JSON.parse(String(stdout)).endpoints).toHaveLength(2)
    expect(stdout).not.toContain('root:x:')
  })

  test.each(['with spaces', 'größe-日本', "it's $HOME"])('a project called %s starts like any other', async (name) => {
    const root = createProject(notes, { at: name })
    const { exitCode, error } = await runFailing(root, ['--max-turns', '3'])
    expect([exitCode, error.code]).toEqual([4, 'OUT_OF_BUDGET'])
  })

  test('a relative path, a slash at the end and a link to the project all mean the project', async () => {
    const root = createProject(notes)
    symlinkSync(root, `${root}-link`)
    for (const [path, cwd] of [
      ['.', root],
      ['./app/', join(root, '..')],
      [`${root}-link`, '/'],
    ] as const) {
      const { stdout } = await agent(['inspect', path, '--json'], { cwd })
      expect(JSON.parse(String(stdout)).root).toBe(root)
    }
  })
})

describe('hand-written tests that are already there', () => {
  test('are left alone by what is drafted, and the patch applies beside them', async () => {
    const mine = "test('mine', () => {})\n"
    const root = createProject({
      ...notes,
      'tests/integration/notes.test.js': mine,
      'tests/integration/health.test.js': mine,
    })
    const { exitCode, outcome } = await runFailing(root, ['--max-turns', '4'])
    expect(exitCode).toBe(4)
    expect(outcome.details).toMatchObject({ landed: false, patch: expect.stringContaining('suite.patch') })
    expect(outcome.suite?.files).not.toContain('tests/integration/notes.test.js')
    await execa('git', ['apply', String(outcome.details.patch)], { cwd: root })
    expect(readFileSync(join(root, 'tests/integration/notes.test.js'), 'utf8')).toBe(mine)
    for (const file of outcome.suite?.files ?? []) expect(digest(root)).toHaveProperty([file])
  })
})
