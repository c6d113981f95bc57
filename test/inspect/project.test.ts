import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { inspectProject } from '../../src/inspect/index.ts'
import { openWorkspace } from '../../src/workspace/workspace.ts'
import { auth, express, inspect } from './project.ts'

const SHOP = join(dirname(fileURLToPath(import.meta.url)), '../../examples/shop')

test('the sample shop, from store to conventions', async () => {
  const map = await inspectProject(await openWorkspace(SHOP))
  expect(map.stores).toMatchObject([
    {
      name: 'postgres',
      driver: 'pg',
      address: [{ name: 'DATABASE_URL', part: 'url' }],
      migrations: { kind: 'script', command: ['node', 'scripts/migrate.js'], dir: 'migrations' },
      handle: { file: 'src/db.js', export: 'pool', kind: 'pg' },
    },
  ])
  expect(map.boot).toMatchObject({
    command: ['node', 'src/server.js'],
    portVariable: 'PORT',
    defaultPort: 3000,
    app: { file: 'src/app.js', export: 'module.exports', kind: 'express' },
  })
  expect(map.variables.map(({ name, required, secret }) => [name, required, secret])).toEqual([
    ['DATABASE_URL', true, true],
    ['JWT_SECRET', true, true],
    ['PORT', false, false],
  ])
  expect(map.tests).toMatchObject({
    runner: 'jest',
    httpClient: 'supertest',
    dir: 'test/integration',
    suffix: '.test.js',
  })
  expect(map.sources).toContain('src/services/orders.js')
  expect(map.sources).not.toContain('scripts/migrate.js')
  expect(Object.values(auth(map)).filter((one) => one === 'required')).toHaveLength(12)
  expect(map.warnings).toEqual([])
})

test('knex configured by the config package: what the test mode yields', async () => {
  const map = await inspect({
    'package.json': {
      main: 'server.js',
      dependencies: { koa: '2', '@koa/router': '12', knex: '2', config: '3', sqlite3: '5' },
    },
    'config/default.yml': 'server:\n  port: 3000\ndb:\n  client: sqlite3\n',
    'config/custom-environment-variables.yml':
      'server:\n  port: PORT\ndb:\n  client: DB_CLIENT\n  connection: DB_CONNECTION\n',
    'knexfile.js': `const config = require('config')
const given = config.has('db.connection') && config.get('db.connection')
const base = { client: config.get('db.client'), connection: given || { filename: 'data/dev.sqlite3' }, migrations: { directory: 'db/migrations' } }
const all = { development: base, test: Object.assign({}, base, { connection: given || { filename: 'data/test.sqlite3' } }) }
module.exports = Object.assign(all, all[process.env.NODE_ENV])`,
    'db.js': "module.exports = require('knex')(require('./knexfile'))",
    'db/migrations/1.js': 'exports.up = () => {}',
    'app.js': `const Koa = require('koa'); const Router = require('@koa/router'); const db = require('./db')
const app = new Koa(); const router = new Router()
router.get('/', (ctx) => { ctx.body = db('x') })
module.exports = app.use(router.routes())`,
    'boot/env.js': '',
    'server.js': `require('./boot/env')
const app = require('./app')
require('http').createServer(app.callback()).listen(require('config').get('server.port'))`,
  })
  expect(map.stores).toMatchObject([
    {
      engine: 'sqlite',
      driver: 'knex',
      file: 'data/test.sqlite3',
      address: [
        { name: 'DB_CLIENT', part: 'client', default: 'sqlite3' },
        { name: 'DB_CONNECTION', part: 'file' },
      ],
      migrations: { kind: 'knex', command: ['node_modules/.bin/knex', 'migrate:latest'], dir: 'db/migrations' },
      handle: { file: 'db.js', export: 'module.exports', kind: 'knex' },
    },
  ])
  expect(map.boot).toMatchObject({
    app: { file: 'app.js' },
    before: ['boot/env.js'],
    portVariable: 'PORT',
    defaultPort: 3000,
  })
})

test('hard-coded addresses, versions from compose files, brokers and outgoing requests', async () => {
  const map = await express(
    `const { Sequelize } = require('sequelize')
const amqp = require('amqplib')
const axios = require('axios')
const db = new Sequelize('shop', 'me', 'pw', { host: 'localhost', port: 54310, dialect: 'postgres', database: 'shop' })
db.sync()
app.post('/a', async (req, res) => {
  await axios.create().get(\`http://users.internal/user/\${req.body.id}\`)
  const channel = await (await amqp.connect(process.env.AMQP_URL || 'amqp://localhost')).createChannel()
  channel.sendToQueue('orders', Buffer.from(''))
  res.end()
})`,
    { 'docker-compose.yml': 'services:\n  db:\n    image: postgres:11\n  mq:\n    image: rabbitmq:3-management\n' },
  )
  expect(map.stores).toMatchObject([
    {
      engine: 'postgres',
      version: '11',
      driver: 'sequelize',
      literal: 'localhost:54310/shop',
      user: 'me',
      address: [],
      migrations: { kind: 'sync' },
    },
    {
      engine: 'rabbitmq',
      version: '3',
      driver: 'amqplib',
      address: [{ name: 'AMQP_URL', part: 'url', default: 'amqp://localhost' }],
    },
  ])
  expect(map.externals).toMatchObject([{ name: 'http://users.internal', kind: 'http' }])
  expect(map.queues).toMatchObject([{ name: 'orders', system: 'rabbitmq' }])
})

test('a URL put together from parts, and Prisma', async () => {
  const parts = await express(`
const { Pool } = require('pg')
const { DB_USER, DB_PASS, DB_HOST = 'localhost', DB_NAME } = process.env
exports.pool = new Pool({ connectionString: \`postgres://\${DB_USER}:\${DB_PASS}@\${DB_HOST}:5432/\${DB_NAME}\` })
app.get('/', (q, r) => r.end())`)
  expect(parts.stores[0]?.address).toEqual([
    { name: 'DB_USER', part: 'user' },
    { name: 'DB_PASS', part: 'password' },
    { name: 'DB_HOST', part: 'host', default: 'localhost' },
    { name: 'DB_NAME', part: 'database' },
  ])
  const prisma = await express("const db = require('./prisma'); app.get('/', (q, r) => r.json(db.user.findMany()))", {
    'package.json': { main: 'app.js', dependencies: { express: '4', '@prisma/client': '5' } },
    'prisma.js':
      "const { PrismaClient } = require('@prisma/client'); module.exports = global.prisma || new PrismaClient()",
    'prisma/schema.prisma': 'datasource db {\n  provider = "postgresql"\n  url = env("DATABASE_URL")\n}\n',
    'prisma/migrations/1_init/migration.sql': 'CREATE TABLE a();',
  })
  expect(prisma.stores).toMatchObject([
    {
      engine: 'postgres',
      driver: 'prisma',
      address: [{ name: 'DATABASE_URL', part: 'url' }],
      migrations: { kind: 'prisma', dir: 'prisma/migrations' },
      handle: { file: 'prisma.js', export: 'module.exports', kind: 'prisma' },
    },
  ])
})

test('an application that cannot be imported says why; one that makes itself is a factory', async () => {
  const listening = await express("app.get('/', (q, r) => r.end())\napp.listen(3000)")
  expect(listening.boot).toMatchObject({
    app: null,
    whyNoApp: expect.stringContaining('starts to listen (app.js:4)'),
    defaultPort: 3000,
  })
  const guarded = await express(
    "app.get('/', (q, r) => r.end())\nif (require.main === module) app.listen(process.env.PORT || 8080)",
  )
  expect(guarded.boot).toMatchObject({ app: { file: 'app.js', export: 'module.exports' }, defaultPort: 8080 })
  const factory = await inspect({
    'package.json': {
      type: 'module',
      scripts: { start: 'NODE_ENV=production nodemon server.js' },
      dependencies: { express: '4' },
    },
    'server.js': "import 'dotenv/config'\nimport { createApp } from './app.js'\ncreateApp().listen(3000)",
    'app.js':
      "import express from 'express'\nexport function createApp() { const app = express(); app.get('/x', (q, r) => r.end()); return app }",
  })
  expect(factory.boot).toMatchObject({
    command: ['node', 'server.js'],
    app: { file: 'app.js', export: 'createApp', kind: 'factory' },
    before: ['dotenv/config'],
  })
})

test('variables: defaults, demands, example files; never a value', async () => {
  const map = await express(
    `const port = Number(process.env.PORT || 3000)
const mode = process.env.APP_MODE ?? 'plain'
if (!process.env.STRIPE_SECRET_KEY) { console.error('missing'); process.exit(1) }
app.get('/', (q, r) => r.json([port, mode]))`,
    { '.env.example': '# comment\nMAIL_TOKEN=abc123\nexport FEATURE=on\n' },
  )
  expect(map.variables).toEqual([
    { name: 'APP_MODE', source: 'app.js:4', default: 'plain', required: false, secret: false, purpose: 'other' },
    { name: 'FEATURE', source: '.env.example:3', required: false, secret: false, purpose: 'other' },
    { name: 'MAIL_TOKEN', source: '.env.example:2', required: false, secret: true, purpose: 'secret' },
    { name: 'PORT', source: 'app.js:3', default: '3000', required: false, secret: false, purpose: 'port' },
    { name: 'STRIPE_SECRET_KEY', source: 'app.js:5', required: true, secret: true, purpose: 'secret' },
  ])
  expect(JSON.stringify(map)).not.toContain('abc123')
})

test('new tests go where the runner looks', async () => {
  const at = async (jest: object, files: Record<string, string> = {}) =>
    (
      await express('', {
        'package.json': { dependencies: { express: '4' }, devDependencies: { jest: '29' }, jest },
        ...files,
      })
    ).tests.dir
  expect(await at({})).toBe('tests/integration')
  expect(await at({ roots: ['<rootDir>/src'] })).toBe('src/tests/integration')
  expect(await at({ testMatch: ['**/__tests__/**/*.js'] })).toBe('src/__tests__/integration')
  expect(await at({ testMatch: ['<rootDir>/src/**/*(*.)@(spec|test).[jt]s?(x)'] })).toBe('src/tests/integration')
  expect(await at({}, { 'spec/unit/a.spec.js': '' })).toBe('spec/integration')
})

test('new tests have a folder to themselves, which the next run finds again', async () => {
  const at = async (...paths: string[]) => {
    const manifest = JSON.stringify({ files: generated.map((path) => ({ path, sha256: '' })) })
    const files = Object.fromEntries([...paths, ...generated].map((path) => [path, '']))
    return (await express('', { ...files, '.integration-tests/manifest.json': manifest })).tests.dir
  }
  let generated: string[] = []
  expect(await at('test/unit/a.test.js')).toBe('test/integration')
  expect(await at('test/integration/users/a.test.js')).toBe('test/integration/api')
  expect(await at('test/integration/api/a.test.js')).toBe('test/integration/http')
  expect(await at('packages/a/tests/integration/a.test.js', 'tests/b.test.js')).toBe('packages/a/tests/integration/api')
  generated = ['test/integration/users.test.js', 'test/integration/support/app.js']
  expect(await at()).toBe('test/integration')
  expect(await at('test/integration/mine.test.js')).toBe('test/integration')
  generated = ['test/integration/api/users.test.js']
  expect(await at('test/integration/mine.test.js')).toBe('test/integration/api')
})

test('what is hoisted to a workspace above, or linked from elsewhere, is installed', async () => {
  const root = await mkdtemp(join(tmpdir(), 'hoisted-'))
  const put = async (path: string, content: object) => {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), JSON.stringify(content))
  }
  await put('node_modules/express/package.json', { version: '4.18.2' })
  await put('elsewhere/pg/package.json', { version: '8.1.0' })
  await put('packages/api/node_modules/express/package.json', { version: '5.0.1' })
  await put('node_modules/jest/package.json', { version: '29.7.0' })
  await put('node_modules/supertest/package.json', { version: '7.1.0' })
  await put('package.json', { workspaces: ['packages/*'], devDependencies: { supertest: '^7.0.0', typescript: '5' } })
  await symlink('../../../elsewhere/pg', join(root, 'packages/api/node_modules/pg'))
  await put('packages/api/package.json', {
    name: 'api',
    scripts: { test: 'jest' },
    dependencies: { express: '*', pg: '*', absent: '*', '../../elsewhere/pg': '*' },
    devDependencies: { jest: '*' },
  })
  await writeFile(join(root, 'packages/api/app.js'), "require('express')().listen(3000)\n")
  const { dependencies, tests } = await inspectProject(await openWorkspace(join(root, 'packages/api')))
  const installed = Object.fromEntries(Object.entries(dependencies).map(([name, entry]) => [name, entry.installed]))
  const own = { express: '5.0.1', pg: '8.1.0', absent: null, jest: '29.7.0', '../../elsewhere/pg': null }
  expect(installed).toEqual({ ...own, supertest: '7.1.0' })
  expect(dependencies.supertest).toEqual({ range: '^7.0.0', installed: '7.1.0', dev: true })
  expect(tests.runnerVersion).toBe('29.7.0')
  await rm(root, { recursive: true })
})
