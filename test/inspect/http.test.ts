import { expect, test } from 'vitest'
import { auth, endpoint, inspect, operations } from './project.ts'

/** A project on Node's own server: `server.js` and what is beside it. */
function plain(server: string, files: Record<string, string> = {}) {
  return inspect({ 'package.json': { name: 'sample', main: 'server.js' }, 'server.js': server, ...files })
}

test('comparisons, switches and patterns over method and path', async () => {
  const map = await plain(`const http = require('http')
const cats = new Map()
const json = (res, status, data) => { res.writeHead(status, { 'Content-Type': 'application/json' }); res.end(JSON.stringify(data)) }
const server = http.createServer((req, res) => {
  const { pathname, searchParams } = new URL(req.url, 'http://localhost')
  if (pathname === '/health') return json(res, 200, {})
  if (pathname === '/cats') {
    switch (req.method) {
      case 'GET': return json(res, 200, [...cats.values()].slice(0, Number(searchParams.get('limit'))))
      case 'POST': {
        if (!req.headers.authorization) return json(res, 401, {})
        let body = ''
        req.on('data', (chunk) => { body += chunk })
        req.on('end', () => {
          const { name } = JSON.parse(body)
          if (!name) return json(res, 400, {})
          json(res, 201, { name })
        })
        return
      }
      default: return json(res, 405, {})
    }
  }
  const match = pathname.match(/^\\/cats\\/(\\d+)$/)
  if (match && req.method === 'DELETE') { cats.delete(match[1]); res.statusCode = 204; return res.end() }
  json(res, 404, { error: 'unknown' })
})
server.listen(process.env.PORT || 3000)
`)
  expect(auth(map)).toEqual({
    'DELETE /cats/{id}': 'none',
    'GET /cats': 'none',
    'GET /health': 'none',
    'POST /cats': 'required',
  })
  const create = endpoint(map, 'POST /cats')
  expect(create.body).toMatchObject({ schema: { properties: { name: {} }, required: ['name'] } })
  expect(create.statuses).toEqual([201, 400, 401])
  expect(create.source).toBe('server.js:7')
  expect(endpoint(map, 'DELETE /cats/{id}').source).toBe('server.js:24')
  expect(endpoint(map, 'GET /cats').query.map(({ name }) => name)).toEqual(['limit'])
  expect(map.boot).toMatchObject({ portVariable: 'PORT', app: null })
})

test('tables of routes, routers of the project, handlers in other modules', async () => {
  const map = await plain(
    `import { createServer } from 'node:http'
import { Router } from './router.js'
import { list, one } from './users.js'
const router = new Router()
router.get('/api/users', list)
router.get('/api/users/:id', one)
router.add('PUT', '/api/users/:id', one)
const table = { '/version': (req, res) => res.end('1') }
export const server = createServer(async (req, res) => {
  if (req.url in table) return table[req.url](req, res)
  const found = router.find(req.method, req.url)
  if (!found) { res.statusCode = 404; return res.end() }
  await found(req, res)
})`,
    {
      'router.js': `export class Router {
  routes = []
  add(method, path, handler) {
    const pattern = new RegExp('^' + path.replace(/:\\w+/g, '([^/]+)') + '$')
    this.routes.push({ method, pattern, handler })
  }
  get(path, handler) { this.add('GET', path, handler) }
  find(method, url) { return this.routes.find((route) => route.method === method && route.pattern.test(url))?.handler }
}`,
      'users.js': `export const list = (req, res) => { res.write('[]'); res.end() }
export const one = (req, res) => { res.end('{}') }`,
    },
  )
  expect(operations(map)).toEqual(['GET /api/users', 'GET /api/users/{id}', 'GET /version', 'PUT /api/users/{id}'])
  expect(endpoint(map, 'PUT /api/users/{id}').source).toBe('server.js:7')
  expect(map.boot?.app).toEqual({ file: 'server.js', export: 'server', kind: 'http' })
})

test('a server over an application of a framework adds nothing', async () => {
  const map = await plain(`const app = require('express')()
app.get('/only', (req, res) => res.end())
require('http').createServer((req, res) => app(req, res)).listen(3000)`)
  expect(operations(map)).toEqual(['GET /only'])
})

test('a name that the router does not know is no route, whatever stands behind it', async () => {
  const map = await plain(`const http = require('http')
const people = ([id], req, res) => {
  if (id && !/^[0-9a-f-]{36}$/.test(id)) { res.statusCode = 400; return res.end() }
  if (req.method === 'GET') return res.end(id ? 'one' : 'all')
  if (req.method === 'DELETE' && id) { res.statusCode = 204; return res.end(remove(id)) }
  res.statusCode = 405
  res.end('unsupported')
}
const routes = new Map()
routes.set('people', people)
const remove = (id) => { console.log('production'); return '' }
http.createServer((req, res) => {
  const [, name, ...rest] = req.url.split('/')
  if (!routes.has(name)) { res.statusCode = 404; return res.end('production' === name ? 'x' : 'y') }
  routes.get(name)(rest, req, res)
}).listen(3000)`)
  expect(operations(map)).toEqual(['DELETE /people/{id}', 'GET /people', 'GET /people/{id}'])
})

test('an answer for everything makes no route of what is merely mentioned', async () => {
  const map = await plain(`const http = require('http')
const folder = '/var/data'
http.createServer((req, res) => {
  if (req.url === '/ping') return res.end('pong')
  res.end('home of ' + folder)
}).listen(3000)`)
  expect(operations(map)).toEqual(['GET /ping'])
})
