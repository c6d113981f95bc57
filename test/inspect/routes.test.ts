import { expect, test } from 'vitest'
import { endpoint, express, inspect, koa, operations } from './project.ts'

test('follows routers mounted in other modules, and one mounted twice', async () => {
  const map = await express(
    `const items = require('./routes/items')
app.use('/api/v1', items)
app.use('/admin', express.Router().use('/things', items))`,
    {
      'routes/items.js': `const { Router } = require('express')
const router = Router()
router.route('/').get((req, res) => res.json([]))
  .post((req, res) => res.status(201).json({}))
router.get('/:id(\\\\d+)', (req, res) => res.json({}))
module.exports = router`,
    },
  )
  expect(operations(map)).toEqual([
    'GET /admin/things',
    'GET /admin/things/{id}',
    'GET /api/v1',
    'GET /api/v1/{id}',
    'POST /admin/things',
    'POST /api/v1',
  ])
  expect(endpoint(map, 'POST /api/v1').source).toBe('routes/items.js:4')
  expect(endpoint(map, 'GET /api/v1/{id}').params).toEqual([
    { name: 'id', required: true, schema: { type: 'integer' } },
  ])
})

test('follows routers handed into functions, made by functions, and routes declared in loops', async () => {
  const map = await express(
    `const PREFIX = '/api'
function register(router, name) { router.get(\`/\${name}/list\`, (req, res) => res.send('')) }
function makeRouter() { const r = express.Router({ mergeParams: true }); r.delete('/x', (req, res) => res.sendStatus(204)); return r }
const routes = [{ method: 'get', path: '/a' }, { method: 'put', path: '/b/:key' }]
routes.forEach((route) => app[route.method](PREFIX + route.path, (req, res) => res.end()))
register(app, 'dogs')
app.use('/users/:userId/posts', makeRouter())
require('./more')(app)
app.get(['/one', '/two'], (req, res) => res.end())
app.get('*', (req, res) => res.sendFile('index.html'))`,
    { 'more.js': "module.exports = (app) => { app.patch('/more/:id?', (req, res) => res.end()) }" },
  )
  expect(operations(map)).toEqual([
    'DELETE /users/{userId}/posts/x',
    'GET /api/a',
    'GET /dogs/list',
    'GET /one',
    'GET /two',
    'PATCH /more/{id}',
    'PUT /api/b/{key}',
  ])
  expect(endpoint(map, 'PATCH /more/{id}').params).toMatchObject([{ name: 'id', required: false }])
})

test('loads routes by the names of their files', async () => {
  const map = await express(
    `const fs = require('fs')
const path = require('path')
fs.readdirSync(path.join(__dirname, 'routes')).filter((f) => f.endsWith('.js')).forEach((file) => {
  app.use('/' + path.basename(file, '.js'), require('./routes/' + file))
})`,
    {
      'routes/cats.js': "const r = require('express').Router(); r.get('/', (q, s) => s.json([])); module.exports = r",
      'routes/dogs.js':
        "const r = require('express').Router(); r.get('/:id', (q, s) => s.json({})); module.exports = r",
    },
  )
  expect(operations(map)).toEqual(['GET /cats', 'GET /dogs/{id}'])
})

test('follows TypeScript classes, compiler paths and re-exports', async () => {
  const map = await inspect({
    'package.json': { scripts: { start: 'node dist/server.js', build: 'tsc' }, dependencies: { express: '4' } },
    'tsconfig.json': '{ "compilerOptions": { "baseUrl": ".", "paths": { "@app/*": ["src/*"] } } /* paths */ }',
    'src/server.ts': `import { App } from '@app/app'
import { UserController } from '@app/controllers'
new App([new UserController()]).listen()`,
    'src/app.ts': `import express, { type Application } from 'express'
interface Controller { path: string; router: any }
export class App {
  public app: Application
  constructor(controllers: Controller[]) {
    this.app = express()
    for (const controller of controllers) this.app.use('/api', controller.router)
  }
  listen(): void { this.app.listen(process.env.PORT ?? 4000) }
}`,
    'src/controllers/index.ts': "export * from './user.controller.js'",
    'src/controllers/user.controller.ts': `import { Router, Request, Response } from 'express'
export class UserController {
  public path = '/users'
  public router = Router()
  constructor(private readonly prefix: string = '') { this.routes() }
  private routes() { this.router.get(\`\${this.path}/:id\`, this.find.bind(this)) }
  private async find(req: Request, res: Response): Promise<void> { res.json({}) }
}`,
  })
  expect(operations(map)).toEqual(['GET /api/users/{id}'])
  expect(endpoint(map, 'GET /api/users/{id}').handler).toBe('src/controllers/user.controller.ts:7')
  expect(map.boot).toMatchObject({
    command: ['node', 'dist/server.js'],
    build: ['npm', 'run', 'build'],
    portVariable: 'PORT',
    defaultPort: 4000,
  })
})

test('follows Koa routers: prefixes, nested routes, exported middleware', async () => {
  const map = await koa(
    `const api = new Router({ prefix: '/api' })
const books = new Router()
books.prefix('/books')
books.get('/', (ctx) => { ctx.body = [] })
books.del('/:id', (ctx) => { ctx.status = 204 })
api.use(books.routes(), books.allowedMethods())
api.use('/shelves', require('./shelves'))
app.use(api.routes())`,
    {
      'shelves.js': `const Router = require('@koa/router')
const router = new Router()
router.get('list', '/', (ctx) => { ctx.body = [] })
module.exports = router.routes()`,
    },
  )
  expect(operations(map)).toEqual(['DELETE /api/books/{id}', 'GET /api/books', 'GET /api/shelves'])
})

test('keeps on with a file that cannot be parsed, and says so', async () => {
  const map = await express("app.get('/ok', (req, res) => res.end())\nrequire('./broken')", {
    'broken.js': 'const = = {',
  })
  expect(operations(map)).toEqual(['GET /ok'])
  expect(map.warnings.map(({ source }) => source)).toContain('broken.js:1')
})

test('says which paths cannot be read instead of inventing them', async () => {
  const map = await express("app.get(require('unknown').path, (req, res) => res.end())")
  expect(map.endpoints).toEqual([])
  expect(map.warnings).toMatchObject([{ source: 'app.js:3' }])
})

test('a folder without a manifest is no project', async () => {
  await expect(inspect({ 'index.js': '' })).rejects.toMatchObject({ code: 'NOT_A_PROJECT', kind: 'usage' })
  await expect(inspect({ 'package.json': {} })).rejects.toMatchObject({ code: 'NOT_A_PROJECT' })
})
