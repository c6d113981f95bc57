import { expect, test } from 'vitest'
import { express, inspect } from './project.ts'

test('an exit after a failure does not keep a test from importing the application', async () => {
  const map = await express(`const pool = new (require('pg').Pool)({ connectionString: process.env.DATABASE_URL })
;(async () => { try { await pool.query('select 1') } catch (e) { console.error(e); process.exit(1) } })()
pool.connect().catch((e) => process.exit(1))
pool.on('error', () => process.exit(-1))
if (!process.env.SECRET) process.exit(1)
app.get('/x', (req, res) => res.json({}))`)
  expect(map.boot?.app).toMatchObject({ file: 'app.js', export: 'module.exports' })
})

test('an exit that surely happens does', async () => {
  const map = await express(`app.get('/x', (req, res) => res.json({}))\nprocess.exit(0)`)
  expect(map.boot).toMatchObject({ app: null, whyNoApp: expect.stringContaining('exits') })
})

test('one module that makes the application and listens is said to', async () => {
  const map = await inspect({
    'package.json': { main: 'index.js', dependencies: { express: '4' } },
    'index.js': `const app = require('express')()\napp.get('/x', (req, res) => res.json({}))\napp.listen(3000)\n`,
  })
  expect(map.boot?.app).toBeNull()
  expect(map.boot?.whyNoApp).toMatch(/index\.js starts to listen/)
})

test('a connection that the entry awaits is not there for who imports the application alone', async () => {
  const files = {
    'package.json': { scripts: { start: 'node server.js' }, dependencies: { express: '4', typeorm: '0.3' } },
    'source.js': `const { DataSource } = require('typeorm')
module.exports = new DataSource({ type: 'postgres', url: process.env.DATABASE_URL, migrations: ['migrations/*.js'] })`,
    'migrations/1-users.js': 'module.exports = class Users1 {}',
    'app.js': `const app = require('express')()
app.get('/x', async (req, res) => res.json(await require('./source').query('select 1')))
module.exports = app`,
    'server.js': `const app = require('./app')
require('./source').initialize().then(() => app.listen(process.env.PORT))`,
  }
  const map = await inspect(files)
  expect(map.boot).toMatchObject({ app: null, whyNoApp: expect.stringContaining('server.js') })
  expect(map.stores[0]?.migrations?.command).toEqual(['node_modules/.bin/typeorm', 'migration:run', '-d', 'source.js'])
})

test("a watcher's arguments are not the runner's", async () => {
  const map = await inspect({
    'package.json': {
      scripts: { dev: 'ts-node-dev --ignore-watch node_modules --cls --rs -r tsconfig-paths/register src/server.ts' },
      dependencies: { express: '4', 'ts-node-dev': '2' },
    },
    'src/server.ts': `import express from 'express'
const app = express()
app.get('/x', (req, res) => res.json({}))
app.listen(process.env.PORT)`,
  })
  expect(map.boot?.command).toEqual([
    'node_modules/.bin/ts-node',
    '--transpile-only',
    '-r',
    'tsconfig-paths/register',
    'src/server.ts',
  ])
})

test('of several servers in one package, the one in the folder that was named', async () => {
  const server = (path: string) => `const app = require('express')()
app.get('${path}', (req, res) => res.json({}))
app.listen(process.env.PORT)`
  const files = {
    'package.json': { scripts: { start: 'node shop/server.js' }, dependencies: { express: '4' } },
    'shop/server.js': server('/shop'),
    'admin/index.js': server('/admin'),
  }
  const all = await inspect(files)
  const one = await inspect(files, 'admin')
  expect(all.endpoints.map(({ path }) => path)).toEqual(['/shop'])
  expect(one.endpoints.map(({ path }) => path)).toEqual(['/admin'])
  expect(one.boot?.command).toEqual(['node', 'admin/index.js'])
  expect(one.sources).toEqual(['admin/index.js'])
})
