import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { draftJestSuite } from '../../../../src/suites/jest/draft.ts'
import { articlesInput } from './fixtures/articles.ts'
import { shopInput } from './fixtures/shop.ts'
import { contentOf, withMap } from './fixtures/suite.ts'

describe('the files around the tests', () => {
  test('set the mode that the application ran in, where Jest would choose another', async () => {
    const { environment } = shopInput
    const variables = { ...environment.variables, NODE_ENV: 'development', PGUSER: 'someone' }
    const invented = [{ name: 'PGUSER', value: 'someone', why: 'no user is named' }]
    const suite = await draftJestSuite({ ...shopInput, environment: { ...environment, variables, invented } })
    const text = contentOf(suite, 'test/integration/support/environment.js')

    expect(text).toContain("process.env.NODE_ENV = 'development';")
    expect(text).toContain("PGUSER: 'test'")
  })

  test('what the entry loads first comes from the project, or from a package', async () => {
    const input = withMap(shopInput, (map) => {
      map.dependencies.dotenv = { range: '*', installed: '16.0.0', dev: false }
      if (map.boot) map.boot.before = ['src/lib/first.js', 'dotenv/config']
    })
    const suite = await draftJestSuite(input)
    const text = contentOf(suite, 'test/integration/support/app.js')

    expect(text).toContain("require('../../../src/lib/first');\nrequire('dotenv/config');")
  })

  test.each([
    ['loads what is there', "require('../src/lib/db')", false],
    ['loads what is not there', "require('../server/knex')", true],
  ])('a set-up file of the project that %s', async (_, text, isBroken) => {
    const there: Record<string, string> = {
      'jest.config.js':
        "module.exports = {\n  // setupFiles: ['<rootDir>/none.js'],\n  setupFilesAfterEnv: ['<rootDir>/config/setup.js'],\n}",
      'config/setup.js': text,
      'src/lib/db.js': '',
    }
    const input = withMap(shopInput, (map) => {
      map.tests.configFile = 'jest.config.js'
    })
    const suite = await draftJestSuite({ ...input, existing: async (path) => there[path] ?? null })
    const config = suite.files.find(({ kind }) => kind === 'config')

    expect(suite.command.includes('--config=jest.integration.config.cjs')).toBe(isBroken)
    expect(config?.content.includes("...require('./jest.config.js')") ?? false).toBe(isBroken)
  })

  test('compose publishes the ports that the addresses name, with a marker and health checks', async () => {
    const suite = await draftJestSuite(shopInput)
    const { services } = parse(contentOf(suite, 'docker-compose.test.yml'))

    expect(suite.env.DATABASE_URL).toBe('postgres://test:test@localhost:54329/test')
    expect(services.postgres).toMatchObject({
      command: expect.stringContaining('integration_tests.marker=on'),
      ports: ['127.0.0.1:54329:5432'],
      tmpfs: ['/var/lib/postgresql/data'],
      healthcheck: { test: ['CMD-SHELL', expect.stringContaining('pg_isready')] },
    })
  })

  test('a secret that is random per run does not reach the files', async () => {
    const { files, env } = await draftJestSuite(shopInput)

    expect(JSON.stringify([files, env])).not.toContain('random-per-run')
  })

  test('the manifest has the digest of every file and the command', async () => {
    const suite = await draftJestSuite(shopInput)
    const manifest = JSON.parse(contentOf(suite, '.integration-tests/manifest.json'))

    expect(manifest).toMatchObject({ schema: 1, command: 'npx jest test/integration' })
    for (const { path, sha256 } of manifest.files)
      expect(createHash('sha256').update(contentOf(suite, path)).digest('hex')).toBe(sha256)
  })

  test("somebody's file is left alone, ours is written again", async () => {
    const before = await draftJestSuite(shopInput)
    const edited = ['test/integration/orders.test.js', 'docker-compose.test.yml']
    const existing = async (path: string) => {
      const content = before.files.find((file) => file.path === path)?.content ?? null
      return edited.includes(path) ? `${content}// mine\n` : content
    }
    const paths = (await draftJestSuite({ ...shopInput, existing })).files.map(({ path }) => path)

    expect(paths).not.toContain('test/integration/orders.test.js')
    expect(paths).toContain('test/integration/orders-2.test.js')
    expect(paths).toContain('docker-compose-2.test.yml')
    expect(paths).toContain('test/integration/products.test.js')
  })

  test('one database file means one process', async () => {
    const { argv } = await draftJestSuite(articlesInput)

    expect(argv).toEqual(['npx', 'jest', 'tests/integration', '--runInBand'])
  })

  test('a project without Jest is told what to install, in a range that loads', async () => {
    const bare = withMap(shopInput, (map) => {
      map.dependencies = { pg: map.dependencies.pg as NonNullable<typeof map.dependencies.pg> }
      map.packageManager = 'pnpm'
    })
    const old = withMap(articlesInput, (map) => {
      delete map.dependencies.supertest
    })

    expect((await draftJestSuite(bare)).missing.map(({ install }) => install)).toEqual([
      'pnpm add --save-dev jest@^29.7.0',
      'pnpm add --save-dev supertest@^7.1.0',
    ])
    expect((await draftJestSuite(old)).missing).toMatchObject([{ name: 'supertest', range: '~6.1.6' }])
  })
})

test('a server that cannot be imported is started on a free port and stopped', async () => {
  const suite = await draftJestSuite(
    withMap(shopInput, ({ boot }) => {
      if (boot) boot.app = null
    }),
  )

  expect(suite.argv).toContain('--runInBand')
  expect(contentOf(suite, 'test/integration/support/app.js')).toContain("spawn('node', ['src/server.js']")
  expect(contentOf(suite, 'test/integration/support/index.js')).toContain('afterAll(shut);')
})

describe('the guard', () => {
  let folder = ''

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'draft-guard-'))
    const { files } = await draftJestSuite(shopInput)
    for (const { path, content } of files) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), content)
    }
  })

  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  const load = (env: Record<string, string>) =>
    spawnSync(process.execPath, ['test/integration/support/environment.js'], {
      cwd: folder,
      env: { PATH: process.env.PATH ?? '', ...env },
      encoding: 'utf8',
    })

  test.each([
    ['a foreign host', 'postgres://test:test@prod-db.example.com/test'],
    ['a bare foreign host', 'prod-db.example.com'],
    ['a foreign host behind a local one', 'postgres://test:test@localhost/test?host=prod-db.example.com'],
    ['several hosts', 'postgres://test:test@localhost,prod-db.example.com/test'],
  ])('refuses %s', (_, address) => {
    const { status, stderr } = load({ DATABASE_URL: address })

    expect(status).not.toBe(0)
    expect(stderr).toMatch(/points at|Invalid URL/)
  })

  test('refuses production', () => {
    expect(load({ NODE_ENV: 'production' }).status).not.toBe(0)
  })

  test.each(['postgres://a:b@127.0.0.1:1/x', 'postgres://a:b@[::1]/x', 'postgres://a:b@postgres:5432/x'])(
    'lets %s pass',
    (address) => {
      expect(load({ DATABASE_URL: address })).toMatchObject({ status: 0, stderr: '' })
    },
  )

  test('an address that is not set is the one of the compose file', () => {
    expect(load({}).status).toBe(0)
  })
})
