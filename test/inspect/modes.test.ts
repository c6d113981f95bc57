import { expect, test } from 'vitest'
import { express, inspect } from './project.ts'

const knexfile = (modes: string[]) =>
  `module.exports = {\n${modes
    .map((mode) => `  ${mode}: { client: 'pg', connection: process.env.${mode.toUpperCase()}_URL },`)
    .join('\n')}\n}\n`

const database = `const db = require('knex')(require('./knexfile')[process.env.NODE_ENV || 'development'])
app.get('/x', async (req, res) => res.json(await db('x')))`

test.each([
  [['development', 'test', 'production'], undefined, 'TEST_URL'],
  [['development', 'production'], 'development', 'DEVELOPMENT_URL'],
  [['development', 'testing', 'production'], 'testing', 'TESTING_URL'],
])('a database configured for %j', async (modes, mode, variable) => {
  const map = await express(database, { 'knexfile.js': knexfile(modes) })
  expect(map.mode).toBe(mode)
  expect(map.stores[0]?.address).toEqual([{ name: variable, part: 'url' }])
})

test("the mode of the project's own test script", async () => {
  const map = await inspect({
    'package.json': { main: 'app.js', scripts: { test: 'cross-env NODE_ENV=ci jest' }, dependencies: { express: '4' } },
    'app.js': `const app = require('express')()
if (process.env.NODE_ENV === 'ci') app.get('/only-ci', (req, res) => res.json({}))
module.exports = app`,
  })
  expect(map.mode).toBe('ci')
  expect(map.endpoints).toHaveLength(1)
})

test('a server that variables decide is preferred to a database in memory', async () => {
  const map = await express(`const { DataSource } = require('typeorm')
const options = () => process.env.NODE_ENV === 'test'
  ? { type: 'sqlite', database: ':memory:', synchronize: true }
  : { type: 'postgres', url: process.env.DATABASE_URL }
const source = new DataSource(options())
app.get('/x', async (req, res) => res.json(await source.query('select 1')))`)
  expect(map.mode).toBe('development')
  expect(map.stores).toMatchObject([{ engine: 'postgres', address: [{ name: 'DATABASE_URL' }] }])
})

test.each([
  [
    'env-var',
    `const env = require('env-var'); const url = env.get('DATABASE_URL').required().asUrlString()
const port = env.get('PORT').default('3000').asPortNumber()`,
  ],
  [
    'envalid',
    `const { cleanEnv, str, port: number } = require('envalid')
const { DATABASE_URL: url, PORT: port } = cleanEnv(process.env, { DATABASE_URL: str(), PORT: number({ default: 3000 }) })`,
  ],
])('variables read through %s', async (_, read) => {
  const map = await express(`${read}
const pool = new (require('pg').Pool)({ connectionString: url })
app.get('/x', async (req, res) => res.json(await pool.query('select 1')))
if (require.main === module) app.listen(port)`)
  expect(map.stores[0]?.address).toEqual([{ name: 'DATABASE_URL', part: 'url' }])
  expect(map.boot).toMatchObject({ portVariable: 'PORT', defaultPort: 3000 })
  expect(map.variables.find(({ name }) => name === 'DATABASE_URL')?.required).toBe(true)
})

test('how long a secret lasts is none', async () => {
  const map = await express(`const jwt = require('jsonwebtoken')
app.post('/login', (req, res) => res.json(jwt.sign({}, process.env.ACCESS_TOKEN_SECRET, { expiresIn: process.env.ACCESS_TOKEN_EXPIRES_IN })))`)
  expect(map.variables).toMatchObject([
    { name: 'ACCESS_TOKEN_EXPIRES_IN', secret: false, purpose: 'other' },
    { name: 'ACCESS_TOKEN_SECRET', secret: true, purpose: 'secret' },
  ])
})
