import { expect, test } from 'vitest'
import { auth, endpoint, inspect, operations } from './project.ts'

/** A Hono project whose `app.ts` has the body given. */
function hono(body: string, files: Record<string, string | object> = {}) {
  return inspect({
    'package.json': { name: 'sample', type: 'module', main: 'app.ts', dependencies: { hono: '^4.0.0' } },
    'app.ts': `import { Hono } from 'hono'\nconst app = new Hono()\n${body}\nexport default app\n`,
    ...files,
  })
}

test('follows base paths, mounted applications and chained routes', async () => {
  const map = await hono(
    `import books from './books'
import { page } from '@hono/some-page'
app.openAPIRegistry.register('x')
app.get('/docs', page({ url: '/x' }))
app.get('/', (c) => c.text('home'))
app.basePath('/api').get('/health', (c) => c.json({})).route('/books', books)
app.on(['PUT', 'PATCH'], '/posts/:id{[0-9]+}', (c) => c.body(null, 204))
app.get('*', (c) => c.notFound())`,
    {
      'books.ts': `import { Hono } from 'hono'
export default new Hono().get('/', (c) => c.json([])).post((c) => c.json({}, 201)).get('/:isbn', (c) => c.req.query('full') ? c.json({}) : c.notFound())`,
    },
  )
  expect(operations(map)).toEqual([
    'GET /',
    'GET /api/books',
    'GET /api/books/{isbn}',
    'GET /api/health',
    'GET /docs',
    'PATCH /posts/{id}',
    'POST /api/books',
    'PUT /posts/{id}',
  ])
  expect(endpoint(map, 'PUT /posts/{id}')).toMatchObject({
    params: [{ name: 'id', required: true, schema: { type: 'integer' } }],
    statuses: [204],
  })
  expect(endpoint(map, 'GET /api/books/{isbn}').statuses).toEqual([200, 404])
})

test('middleware guards by its pattern, from where it stands', async () => {
  const map = await hono(`
import { bearerAuth } from 'hono/bearer-auth'
import { jwt } from 'hono/jwt'
import { cors } from 'hono/cors'
import { except } from 'hono/combine'
import { createMiddleware } from 'hono/factory'
import { HTTPException } from 'hono/http-exception'
const session = createMiddleware(async (c, next) => {
  const user = c.get('user')
  if (!user) throw new HTTPException(401)
  await next()
})
app.use(cors())
app.get('/admin/early', (c) => c.text(''))
app.use('/admin/*', bearerAuth({ token: 't' }))
app.use('/exact', jwt({ secret: 's' }))
app.get('/admin/late', (c) => c.text(''))
app.get('/exact', (c) => c.text(''))
app.get('/exact/under', (c) => c.text(''))
app.post('/mine', session, (c) => c.json({}, 201))
app.post('/v1/*', async (c, next) => { if (!c.req.raw.headers.get('X-Api-Key')) return c.json({}, 401); await next() })
app.post('/v1/public', async (c) => { const form = await c.req.formData(); return c.json({ id: form.get('id') }, 201) })
app.use('/v1/*', except('/v1/public', session))
app.get('/v1/public', (c) => c.text(''))
app.get('/v1/private', (c) => c.text(''))`)
  expect(auth(map)).toEqual({
    'GET /admin/early': 'none',
    'GET /admin/late': 'required',
    'GET /exact': 'required',
    'GET /exact/under': 'none',
    'GET /v1/private': 'required',
    'GET /v1/public': 'none',
    'POST /mine': 'required',
    'POST /v1/public': 'required',
  })
  expect(endpoint(map, 'POST /v1/public').body?.schema.properties).toEqual({ id: {} })
})

test('routes described for OpenAPI: their own place, schemas and answers', async () => {
  const map = await inspect({
    'package.json': { type: 'module', main: 'app.ts', dependencies: { '@hono/zod-openapi': '1', hono: '4' } },
    'app.ts': `import { OpenAPIHono } from '@hono/zod-openapi'
import * as routes from './routes'
const app = new OpenAPIHono()
app.openapi(routes.update, (c) => c.json(c.req.valid('json'), 200))
app.doc('/doc', {})
export default app`,
    'routes.ts': `import { createRoute, z } from '@hono/zod-openapi'
const Params = z.object({ id: z.coerce.number() })

export const update = createRoute({
  method: 'patch',
  path: '/items/{id}',
  request: { params: Params, body: { content: { 'application/json': { schema: z.object({ name: z.string().min(1), done: z.boolean().optional() }) } } } },
  responses: { 200: { description: '' }, 404: { description: '' } },
})`,
  })
  expect(operations(map)).toEqual(['GET /doc', 'PATCH /items/{id}'])
  expect(endpoint(map, 'PATCH /items/{id}')).toMatchObject({
    source: 'routes.ts:4',
    params: [{ name: 'id', required: true, schema: { type: 'number' } }],
    statuses: [200, 400, 404],
    body: {
      provenance: 'schema',
      schema: { required: ['name'], properties: { name: { type: 'string', minLength: 1 }, done: { type: 'boolean' } } },
    },
  })
})

test('validators in front of handlers, and schemas made of tables', async () => {
  const map = await hono(`
import { zValidator } from '@hono/zod-validator'
import { z } from 'zod'
import { integer, pgTable, serial, text, varchar } from 'drizzle-orm/pg-core'
import { createInsertSchema } from 'drizzle-zod'
const cats = pgTable('cats', { id: serial().primaryKey(), name: varchar({ length: 20 }).notNull(), age: integer(), kind: text({ enum: ['a', 'b'] }).notNull().default('a') })
app.get('/search', zValidator('query', z.object({ q: z.string(), page: z.coerce.number().optional() })), (c) => c.json([]))
app.post('/cats', zValidator('json', createInsertSchema(cats, { name: (field) => field.min(2) }).omit({ id: true })), (c) => c.json(c.req.valid('json'), 201))`)
  expect(endpoint(map, 'GET /search').query).toEqual([
    { name: 'q', required: true, schema: { type: 'string' } },
    { name: 'page', required: false, schema: { type: 'number' } },
  ])
  expect(endpoint(map, 'POST /cats')).toMatchObject({
    statuses: [201, 400],
    body: {
      schema: {
        type: 'object',
        required: ['name'],
        properties: {
          name: { type: 'string', minLength: 2, maxLength: 20 },
          age: { type: 'integer', nullable: true },
          kind: { type: 'string', enum: ['a', 'b'] },
        },
      },
    },
  })
})
