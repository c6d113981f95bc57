import { expect, test } from 'vitest'
import { endpoint, express, inspect, koa } from './project.ts'

test('joi through a validating middleware of the project', async () => {
  const map = await express(
    `const Joi = require('joi')
const validate = require('./validate')
const name = () => Joi.string().trim().max(50)
const body = Joi.object({
  name: name().required(),
  nick: name().allow('', null),
  size: Joi.number().integer().min(1).max(9).default(3),
  kind: Joi.string().valid('a', 'b').required(),
  tags: Joi.array().items(Joi.string().uuid()).min(1),
})
app.put('/x/:id', validate({ body, params: Joi.object({ id: Joi.number().integer().required() }), query: Joi.object({ page: Joi.number() }) }), (req, res) => res.json({}))`,
    {
      'validate.js': `module.exports = (schemas) => (req, res, next) => {
  for (const part of Object.keys(schemas)) {
    const { error, value } = schemas[part].validate(req[part])
    if (error) return res.status(422).json({})
    req[part] = value
  }
  next()
}`,
    },
  )
  expect(endpoint(map, 'PUT /x/{id}')).toMatchObject({
    statuses: [200, 422],
    params: [{ name: 'id', schema: { type: 'integer' } }],
    query: [{ name: 'page', required: false, schema: { type: 'number' } }],
    body: {
      provenance: 'schema',
      schema: {
        type: 'object',
        additionalProperties: false,
        required: ['name', 'kind'],
        properties: {
          name: { type: 'string', maxLength: 50, minLength: 1 },
          nick: { type: 'string', maxLength: 50, nullable: true },
          size: { type: 'integer', minimum: 1, maximum: 9, default: 3 },
          kind: { type: 'string', enum: ['a', 'b'] },
          tags: { type: 'array', minItems: 1, items: { type: 'string', format: 'uuid' } },
        },
      },
    },
  })
})

test('zod: required unless said otherwise, derived schemas', async () => {
  const map = await express(`
const { z } = require('zod')
const Base = z.object({ email: z.string().email(), age: z.number().int().positive().optional(), role: z.enum(['x', 'y']).default('x') })
app.post('/a', (req, res) => { const data = Base.parse(req.body); res.status(201).json(data) })
app.patch('/a', (req, res) => { const r = Base.omit({ role: true }).partial().safeParse(req.body); if (!r.success) return res.sendStatus(400); res.json(r.data) })
app.get('/a', (req, res) => { const { q } = z.object({ q: z.coerce.number().min(1).optional() }).parse(req.query); res.json(q) })`)
  expect(endpoint(map, 'POST /a').body?.schema).toEqual({
    type: 'object',
    required: ['email'],
    properties: {
      email: { type: 'string', format: 'email' },
      age: { type: 'integer', exclusiveMinimum: 0 },
      role: { type: 'string', enum: ['x', 'y'], default: 'x' },
    },
  })
  expect(endpoint(map, 'PATCH /a').body?.schema).toEqual({
    type: 'object',
    properties: { email: { type: 'string', format: 'email' }, age: { type: 'integer', exclusiveMinimum: 0 } },
  })
  expect(endpoint(map, 'GET /a').query).toEqual([
    { name: 'q', required: false, schema: { type: 'number', minimum: 1 } },
  ])
})

test('yup on an object the server adds to: what it adds is not asked of the client', async () => {
  const map = await koa(`
const yup = require('yup')
const stamps = yup.object().shape({ createdAt: yup.string().required().default(() => new Date().toISOString()) })
app.schemas = { note: yup.object().shape({
  id: yup.string().required(),
  title: yup.string().required().max(30),
  secret: yup.string().when('$strict', { is: true, then: yup.string().required().min(8) }),
}).concat(stamps) }
const router = new Router()
router.post('/notes', async (ctx) => {
  let { note = {} } = ctx.request.body
  note.id = require('uuid').v4()
  note = await ctx.app.schemas.note.validate(note, { context: { strict: true } })
  note.title = require('slug')(note.title)
  ctx.body = { note }
})
app.use(router.routes())`)
  expect(endpoint(map, 'POST /notes').body).toEqual({
    contentType: 'application/json',
    provenance: 'schema',
    schema: {
      type: 'object',
      required: ['note'],
      properties: {
        note: {
          type: 'object',
          required: ['title', 'secret'],
          properties: {
            title: { type: 'string', maxLength: 30, minLength: 1 },
            secret: { type: 'string', minLength: 8 },
            createdAt: { type: 'string', minLength: 1 },
          },
        },
      },
    },
  })
})

test('without a validator: what is read, through called functions, required where the code refuses without', async () => {
  const map = await express(
    `const users = require('./users')
app.post('/users', async (req, res, next) => {
  try { res.status(201).json(await users.create({ ...req.body.user, demo: false })) } catch (e) { next(e) }
})
app.get('/users', (req, res) => { const { limit = 10, sort } = req.query; res.json([Number(limit), sort]) })`,
    {
      'users.js': `class Problem extends Error { constructor(status) { super('no'); this.status = status } }
exports.create = async (input) => {
  const email = input.email?.trim()
  const { name, password } = input
  if (!email || !password) throw new Problem(422)
  return { email, name }
}`,
    },
  )
  expect(endpoint(map, 'POST /users')).toMatchObject({
    statuses: [201, 422],
    body: {
      provenance: 'usage',
      schema: {
        properties: {
          user: { properties: { email: { type: 'string' }, name: {}, password: {} }, required: ['email', 'password'] },
        },
        required: ['user'],
      },
    },
  })
  expect(endpoint(map, 'GET /users').query).toEqual([
    { name: 'limit', required: false, schema: { type: 'number' } },
    { name: 'sort', required: false, schema: {} },
  ])
})

test('without a validator: what the code refuses by length, by size and by a list', async () => {
  const map = await express(`const LEAST = 6
const COLOURS = ['red', 'blue']
app.post('/users', (req, res) => {
  const { password, age, colour, nick, tags, note, stock } = req.body
  if (!password || password.length < LEAST) return res.status(400).json({ error: 'password' })
  if (age !== undefined && (age < 18 || 120 < age)) return res.status(400).json({ error: 'age' })
  if (!COLOURS.includes(colour)) return res.status(400).json({ error: 'colour' })
  if (nick && nick.length > 20) return res.status(400).json({ error: 'nick' })
  if (!Array.isArray(tags) || tags.length === 0 || tags.length > 3) return res.status(400).json({ error: 'tags' })
  if (note.length > 99) console.log('a long one')
  if (stock > 0) { res.status(201).json({}) } else { res.status(422).json({ error: 'stock' }) }
})`)
  const { properties } = endpoint(map, 'POST /users').body?.schema ?? {}
  expect(properties).toEqual({
    password: { type: 'string', minLength: 6 },
    age: { type: 'number', minimum: 18, maximum: 120 },
    colour: { enum: ['red', 'blue'] },
    nick: { type: 'string', maxLength: 20 },
    tags: { type: 'array', items: {}, maxItems: 3 },
    note: {},
    stock: {},
  })
})

test('celebrate, express-validator and uploads', async () => {
  const map = await express(`
const { celebrate, Joi } = require('celebrate')
const { body } = require('express-validator')
const upload = require('multer')({ dest: 'x' })
app.post('/a', celebrate({ body: Joi.object({ n: Joi.number().required() }) }), (req, res) => res.json({}))
app.post('/b', [body('email').isEmail(), body('age').optional().isInt({ min: 18 })], (req, res) => res.json({}))
app.post('/c', upload.single('photo'), (req, res) => res.json({ file: req.file.path, title: req.body.title }))`)
  expect(endpoint(map, 'POST /a').body?.schema).toMatchObject({
    required: ['n'],
    properties: { n: { type: 'number' } },
  })
  expect(endpoint(map, 'POST /b').body?.schema).toMatchObject({
    required: ['email'],
    properties: { email: { format: 'email' }, age: { type: 'integer', minimum: 18 } },
  })
  expect(endpoint(map, 'POST /c').body).toMatchObject({
    contentType: 'multipart/form-data',
    schema: { properties: { photo: { type: 'string', format: 'binary' }, title: {} } },
  })
})

test('statuses of error classes, named errors and helpers, never 500', async () => {
  const map = await express(`
const createError = require('http-errors')
const { StatusCodes } = require('http-status-codes')
class Missing extends Error { get statusCode() { return 404 } }
const find = (id) => { if (id === 'x') throw new Missing(); return {} }
app.get('/a/:id', (req, res, next) => {
  if (req.params.id === 'y') return next(createError(409))
  if (req.query.z) throw new createError.UnprocessableEntity()
  try { res.status(StatusCodes.ACCEPTED).json(find(req.params.id)) } catch (e) { next(e) }
  if (req.query.w) res.status(500).end()
})`)
  expect(endpoint(map, 'GET /a/{id}').statuses).toEqual([202, 404, 409, 422])
})

test('ajv and plain JSON schemas', async () => {
  const map = await inspect({
    'package.json': { main: 'app.js', dependencies: { express: '4', ajv: '8' } },
    'app.js': `import express from 'express'
import Ajv from 'ajv'
const check = new Ajv().compile({ type: 'object', required: ['a'], properties: { a: { type: 'integer', minimum: 2 } } })
const app = express()
app.post('/a', (req, res) => { if (!check(req.body)) return res.sendStatus(400); res.end() })
export default app`,
  })
  expect(endpoint(map, 'POST /a')).toMatchObject({
    statuses: [200, 400],
    body: { schema: { type: 'object', required: ['a'], properties: { a: { type: 'integer', minimum: 2 } } } },
  })
})

test('a body that is handed on whole has no fields that anybody could name', async () => {
  const map = await koa(`const db = require('knex')({ client: 'pg', connection: process.env.URL })
const router = new Router()
router.post('/movies', async (ctx) => { ctx.body = await db('movies').insert(ctx.request.body).returning('*') })
app.use(router.routes())`)
  expect(endpoint(map, 'POST /movies').body).toBeNull()
})

test('a validator of what is sent back says nothing of what is sent', async () => {
  const map = await express(`const { z } = require('zod')
const repository = require('typeorm').getRepository('Thing')
const sent = z.object({ name: z.string() })
const stored = sent.extend({ id: z.number() })
app.post('/things', async (req, res) => {
  const data = sent.parse(req.body)
  const thing = repository.create(data)
  res.json(stored.parse(thing))
})`)
  expect(Object.keys(endpoint(map, 'POST /things').body?.schema.properties ?? {})).toEqual(['name'])
})
