import { expect, test } from 'vitest'
import { auth, endpoint, inspect, operations } from './project.ts'

const manifest = { name: 'sample', main: 'app.js', dependencies: { fastify: '^5.0.0' } }

/** A Fastify project whose `app.js` has the body given. */
function fastify(body: string, files: Record<string, string | object> = {}) {
  return inspect({
    'package.json': manifest,
    'app.js': `const app = require('fastify')()\n${body}\nmodule.exports = app\n`,
    ...files,
  })
}

test('follows plugins under their prefixes, shared ones and those that others bring', async () => {
  const map = await fastify(
    `const fp = require('fastify-plugin')
app.register(fp(async (app) => { app.decorate('answer', (request, reply) => reply.send('ok')) }))
app.register(async (api, options) => {
  api.get('/', async () => [])
  api.route({ method: ['PUT', 'PATCH'], url: '/:id', handler: async (request, reply) => reply.code(204).send() })
  api.register(require('./nested'), { prefix: '/nested' })
}, { prefix: '/api' })
app.get('/late', app.answer)`,
    {
      'nested.js':
        "module.exports = function (app, options, done) { app.delete('/x/:key', handler); done()\nasync function handler() {} }",
    },
  )
  expect(operations(map)).toEqual([
    'DELETE /api/nested/x/{key}',
    'GET /api',
    'GET /late',
    'PATCH /api/{id}',
    'PUT /api/{id}',
  ])
  expect(endpoint(map, 'PUT /api/{id}').statuses).toEqual([204])
  expect(map.boot?.app).toEqual({ file: 'app.js', export: 'module.exports', kind: 'fastify' })
})

test('loads folders as autoload does: prefixes of folder names, hooks beside the routes, ignored files', async () => {
  const map = await inspect({
    'package.json': { type: 'module', main: 'server.ts', dependencies: { fastify: '5', '@fastify/autoload': '6' } },
    'server.ts': `import Fastify from 'fastify'
import autoload from '@fastify/autoload'
import { join } from 'node:path'
const app = Fastify()
await app.register(autoload, { dir: join(import.meta.dirname, 'routes'), autoHooks: true, cascadeHooks: true, routeParams: true, ignorePattern: /^skipped/, matchFilter: (path) => !path.includes('filtered'), options: { prefix: '/v1' } })
await app.listen({ port: 3000 })`,
    'routes/home.ts': "export default async (app) => { app.get('/', async () => 'home') }",
    'routes/skipped.ts': "export default async (app) => { app.get('/skipped', async () => '') }",
    'routes/filtered.ts': "export default async (app) => { app.get('/filtered', async () => '') }",
    'routes/cats/index.ts': "export default async (app) => { app.get('/', async () => []) }",
    'routes/cats/helper.ts': "export default async (app) => { app.get('/helper', async () => '') }",
    'routes/cats/autohooks.ts':
      "export default async (app) => { app.addHook('onRequest', async (request, reply) => { if (!request.session.user) return reply.unauthorized() }) }",
    'routes/cats/_id/index.ts': "export default async (app) => { app.get('/toys', async () => []) }",
    'routes/dogs/list.ts':
      "export const autoPrefix = '/hounds'\nexport default async (app) => { app.get('/', async () => []) }",
  })
  expect(auth(map)).toEqual({
    'GET /v1': 'none',
    'GET /v1/cats': 'required',
    'GET /v1/cats/{id}/toys': 'required',
    'GET /v1/hounds': 'none',
  })
})

test('hooks guard their own context and what is inside it, whatever the order', async () => {
  const map = await fastify(`
app.get('/open', async () => 'ok')
app.register(async (closed) => {
  closed.get('/before', async () => 'ok')
  closed.addHook('onRequest', (request, reply, done) => {
    if (!request.headers.authorization) return done(Object.assign(new Error('no'), { statusCode: 401 }))
    done()
  })
  closed.register(async (inner) => { inner.get('/inner', async () => 'ok') })
})
app.register(async (other) => { other.get('/other', async () => 'ok') })`)
  expect(auth(map)).toEqual({
    'GET /before': 'required',
    'GET /inner': 'required',
    'GET /open': 'none',
    'GET /other': 'none',
  })
})

test('decorators, tokens and combined checks are followed', async () => {
  const map = await fastify(`
app.register(require('@fastify/jwt'), { secret: process.env.JWT_SECRET })
app.decorate('authenticate', async (request, reply) => {
  try { await request.jwtVerify() } catch (error) { reply.send(error) }
})
app.decorateRequest('needs', function (role) { if (!this.user.roles.includes(role)) throw Object.assign(new Error('no'), { statusCode: 403 }) })
app.get('/a', { onRequest: [app.authenticate] }, async () => 'ok')
app.get('/b', { preHandler: app.auth([app.authenticate, async () => {}]) }, async () => 'ok')
app.get('/c', { preHandler: app.auth([app.authenticate, app.basicAuth]) }, async () => 'ok')
app.get('/d', { onRequest: app.authenticate, preHandler: (request) => request.needs('admin') }, async () => 'ok')
const createError = require('@fastify/error')
const NoToken = createError('NO_TOKEN', 'No token', 401)
app.get('/g', { onRequest: async (request, reply) => { try { if (!request.headers.authorization) throw new NoToken() } catch (error) { reply.send(error) } } }, async () => 'ok')
app.register(require('some-guards'))
app.get('/f', { preHandler: app.guard.scope('x') }, async () => 'ok')
app.get('/e', async (request, reply) => { reply.notFound() })`)
  expect(auth(map)).toEqual({
    'GET /a': 'required',
    'GET /b': 'none',
    'GET /c': 'required',
    'GET /d': 'required',
    'GET /e': 'none',
    'GET /f': 'required',
    'GET /g': 'required',
  })
  expect(endpoint(map, 'GET /d')).toMatchObject({ roles: ['admin'], statuses: [200, 401, 403] })
  expect(endpoint(map, 'GET /e').statuses).toEqual([404])
  expect(map.auth).toMatchObject([{ kind: 'bearer', secretVariable: 'JWT_SECRET' }])
})

test('schemas: plain, referred to, of TypeBox', async () => {
  const map = await fastify(`
const { Type } = require('@sinclair/typebox')
app.addSchema({ $id: 'cat', type: 'object', required: ['name'], properties: { name: { type: 'string', minLength: 2 }, age: { type: ['integer', 'null'] } } })
app.post('/plain', { schema: { body: { $ref: 'cat#' }, querystring: { type: 'object', required: ['page'], properties: { page: { type: 'integer', default: 1 } } } } }, async (request, reply) => reply.code(201).send(request.body))
app.put('/boxed/:id', { schema: {
  params: Type.Object({ id: Type.Integer({ minimum: 1 }) }),
  body: Type.Object({ kind: Type.Union([Type.Literal('a'), Type.Literal('b')]), tags: Type.Optional(Type.Array(Type.String(), { maxItems: 3 })), size: Type.Integer({ default: 1 }) }),
  response: { 200: Type.Any(), 404: Type.Any() },
} }, async (request) => request.body)`)
  const plain = endpoint(map, 'POST /plain')
  expect(plain.body).toEqual({
    contentType: 'application/json',
    provenance: 'schema',
    schema: {
      type: 'object',
      required: ['name'],
      properties: { name: { type: 'string', minLength: 2 }, age: { type: 'integer', nullable: true } },
    },
  })
  expect(plain.query).toEqual([{ name: 'page', required: false, schema: { type: 'integer', default: 1 } }])
  expect(plain.statuses).toEqual([201, 400])
  const boxed = endpoint(map, 'PUT /boxed/{id}')
  expect(boxed.params).toEqual([{ name: 'id', required: true, schema: { type: 'integer', minimum: 1 } }])
  expect(boxed.body?.schema).toEqual({
    type: 'object',
    required: ['kind'],
    properties: {
      kind: { type: 'string', enum: ['a', 'b'] },
      tags: { type: 'array', items: { type: 'string' }, maxItems: 3 },
      size: { type: 'integer', default: 1 },
    },
  })
  expect(boxed.statuses).toEqual([200, 400, 404])
})

test('what the command of the framework serves', async () => {
  const map = await inspect({
    'package.json': {
      scripts: { start: 'fastify start -l info src/app.js' },
      dependencies: { fastify: '5', 'fastify-cli': '7' },
    },
    'src/app.js': "module.exports = async function (app, options) { app.get('/root', async () => ({})) }",
  })
  expect(operations(map)).toEqual(['GET /root'])
  expect(map.boot?.command).toEqual(['node_modules/.bin/fastify', 'start', '-l', 'info', 'src/app.js'])
})

test('routes made of a tree of files, however deep', async () => {
  const map = await inspect({
    'package.json': { type: 'module', main: 'server.js', dependencies: { fastify: '5' } },
    'server.js': `import fastify from 'fastify'
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
const app = fastify()
async function collect(folder, prefix) {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const at = path.join(folder, entry.name)
    if (entry.isDirectory()) await collect(at, prefix + '/' + entry.name.replace(/^\\[(.+)\\]$/, ':$1'))
    else {
      const { GET } = await import(pathToFileURL(at).href)
      app.route({ method: 'GET', url: prefix + '/' + path.parse(entry.name).name, handler: GET })
    }
  }
}
await collect(path.join(import.meta.dirname, 'routes'), '')
await app.listen({ port: 3000 })`,
    'routes/a/b/[id]/c/d/leaf.js': 'export const GET = async () => 1',
  })
  expect(operations(map)).toEqual(['GET /a/b/{id}/c/d/leaf'])
})
