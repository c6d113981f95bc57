import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Environment } from '../../src/contracts/environment.ts'
import { dataStore, fileGuestbook, get, guestbook, post, projectMap, start } from './projects.ts'

describe('what cannot be started', () => {
  it('names the install command when dependencies are missing', async () => {
    const map = projectMap({
      packageManager: 'pnpm',
      dependencies: { 'not-there': { range: '^4', installed: null, dev: false } },
    })
    await expect(start(map)).rejects.toMatchObject({
      code: 'DEPENDENCIES_MISSING',
      value: 'not-there',
      next: expect.stringContaining('pnpm install'),
    })
  })

  it('finds dependencies where Node would: hoisted to a workspace, or behind a link', async () => {
    const environment = await start(
      projectMap({ dependencies: { express: { range: '*', installed: null, dev: false } } }),
    )
    await environment.stop()
  })

  it('shows the output of a migration that fails', async () => {
    const migrations = {
      kind: 'script' as const,
      command: ['node', '-e', 'throw Error("no such column")'],
      source: 'x:1',
    }
    const map = { ...fileGuestbook, stores: [dataStore({ ...fileGuestbook.stores[0], migrations })] }
    await expect(start(map)).rejects.toMatchObject({
      code: 'MIGRATION_FAILED',
      message: expect.stringContaining('no such column'),
    })
  })

  it('refuses an address in the code that leads to another machine', async () => {
    const map = projectMap({ stores: [dataStore({ address: [], literal: 'db.prod.internal.net:5432/shop' })] })
    await expect(start(map)).rejects.toMatchObject({
      kind: 'safety',
      code: 'PRODUCTION_ADDRESS',
      value: 'db.prod.internal.net',
    })
  })

  it('refuses given values that lead to another machine or a live account', async () => {
    const url = 'postgres://u:secret@db.example-corp.net/app'
    await expect(start(guestbook, { DATABASE_URL: url })).rejects.toMatchObject({ code: 'PRODUCTION_ADDRESS' })
    const key = `sk_live_${'a1'.repeat(12)}`
    await expect(start(guestbook, { STRIPE_KEY: key })).rejects.toMatchObject({ code: 'LIVE_KEY', value: 'STRIPE_KEY' })
  })

  it('lists a service that nobody provides, and starts without it', async () => {
    const map = projectMap({ stores: [dataStore({ name: 'documents', engine: 'mongodb', migrations: null })] })
    const environment = await start(map)
    try {
      expect(environment.unavailable).toEqual([
        { name: 'documents', why: expect.stringContaining('mongodb'), unblock: expect.any(String) },
      ])
      expect(environment.stores).toEqual([])
    } finally {
      await environment.stop()
    }
  })

  it('gives up when asked to', async () => {
    const controller = new AbortController()
    const { startEnvironment } = await import('../../src/environment/index.ts')
    const migrations = { kind: 'script' as const, command: ['sleep', '60'], source: 'package.json:1' }
    const endless = { ...guestbook, stores: guestbook.stores.map((store) => ({ ...store, migrations })) }
    const starting = startEnvironment(endless, {
      signal: controller.signal,
      progress: (message) => message.includes('sleep 60') && controller.abort(new Error('enough')),
    })
    await expect(starting).rejects.toThrow('enough')
  })
})

describe('an application', () => {
  let root: string
  let environment: Environment

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'app-'))
    await writeFile(join(root, '.env'), 'API_URL=https://api.example-corp.net/v1?key=1\nPAYMENT_TOKEN=abc\n')
    await writeFile(join(root, '.env.example'), 'GREETING=hi\nAPI_URL=https://api.example-corp.net\n')
    environment = await start(
      projectMap({
        root,
        variables: [
          { name: 'GREETING', source: 'x:1', required: true, secret: false, purpose: 'other' },
          { name: 'API_URL', source: 'x:1', required: true, secret: false, purpose: 'http' },
          { name: 'PAYMENT_TOKEN', source: 'x:1', required: true, secret: true, purpose: 'secret' },
        ],
      }),
    )
  })
  afterAll(async () => {
    await environment?.stop()
    await rm(root, { recursive: true, force: true })
  })

  async function startScript(script: string, defaultPort: number | null = null, options = {}) {
    const boot = { command: ['node', '-e', script], source: 'x:1', build: null, portVariable: null, defaultPort }
    const { bootApp } = await import('../../src/environment/boot.ts')
    return bootApp({
      map: projectMap({ root, boot: { ...boot, app: null, before: [] } }),
      sandbox: environment.sandbox,
      variables: environment.variables,
      port: 3000,
      running: 0,
      signal: new AbortController().signal,
      progress: () => undefined,
      timeoutMs: 20_000,
      ...options,
    })
  }

  it('gets no value that leads out, and the report says what was replaced', () => {
    expect(environment.variables).toMatchObject({
      GREETING: 'hi',
      API_URL: 'http://127.0.0.1:9',
      PAYMENT_TOKEN: expect.stringMatching(/^test-secret-payment-token-/),
    })
    expect(environment.replaced).toEqual([
      { name: 'API_URL', was: 'api.example-corp.net', source: '.env' },
      { name: 'PAYMENT_TOKEN', was: '…', source: '.env' },
    ])
    expect(JSON.stringify(environment.replaced)).not.toContain('abc')
  })

  it('cannot read the real .env', async () => {
    const { stdout } = await environment.run({ argv: ['cat', '.env'] })
    expect(stdout).toBe('')
  })

  it.each([
    ['throw Error("Missing required environment variable API_TOKEN")', 'the variable API_TOKEN is missing'],
    ['require("left-pad")', 'the dependency left-pad is not installed'],
    ['require("./dist/main.js")', 'the file ./dist/main.js is not there'],
    [
      'throw Error("Cannot find module /a/node_modules/bcrypt/lib/bcrypt_lib.node")',
      'the compiled part of the dependency bcrypt',
    ],
    ['let let = 1', 'SyntaxError'],
    ['require("net").connect(5432, "127.0.0.1")', 'reaches for 127.0.0.1:5432'],
    ['throw Error(`relation "users" does not exist`)', 'the table users is missing'],
  ])('that fails with %s is told why', async (script, cause) => {
    await expect(startScript(script)).rejects.toMatchObject({
      code: 'APP_DOES_NOT_START',
      message: expect.stringContaining(cause),
    })
  })

  it('that never listens is given up after its time', async () => {
    const starting = startScript('console.log("thinking"); setInterval(() => {}, 1000)', 3000, { timeoutMs: 400 })
    await expect(starting).rejects.toMatchObject({ message: expect.stringMatching(/does not answer[\s\S]*thinking/) })
    expect((await environment.sandbox.state()).processes.filter(({ argv }) => argv[0] === 'node')).toEqual([])
  })

  it('that listens only outside test mode is started in development mode', async () => {
    const app = await startScript(
      'if (process.env.NODE_ENV !== "test") require("http").createServer((q, s) => s.end(process.env.NODE_ENV)).listen(3100)',
    )
    expect((await app.request(get('/'))).text).toBe('development')
    await app.stop()
  })

  it('gets variables of one start, such as modules to load first', async () => {
    await environment.sandbox.writeFile('hook.cjs', 'global.hooked = "yes"')
    const script = 'require("http").createServer((q, s) => s.end(global.hooked)).listen(3101)'
    const app = await startScript(script, null, { env: { NODE_OPTIONS: `--require ${join(root, 'hook.cjs')}` } })
    expect((await app.request(get('/'))).text).toBe('yes')
    await app.stop()
  })

  it('that dies is not mistaken for one that is slow', async () => {
    const app = await startScript(
      'require("http").createServer((q, s) => q.url === "/die" ? (console.error("ouch"), process.exit(3)) : q.url === "/" && s.end()).listen(3102)',
    )
    await expect(app.request({ ...get('/hang'), timeoutMs: 100 })).rejects.toMatchObject({ code: 'NO_ANSWER' })
    await expect(app.request(post('/die'))).rejects.toMatchObject({
      code: 'APP_DIED',
      message: expect.stringContaining('ouch'),
      value: '3',
    })
    expect(app.exit).toEqual({ exitCode: 3, signal: null })
    await app.stop()
  })
})
