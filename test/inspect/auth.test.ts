import { expect, test } from 'vitest'
import { auth, endpoint, express, koa } from './project.ts'

const handler = '(req, res) => res.json({})'

test('a guard is known by what it does, not by its name', async () => {
  const map = await express(`
function gate(req, res, next) { if (!req.headers.authorization) return res.status(401).end(); next() }
function requireAuth(req, res, next) { next() }
app.get('/guarded', gate, ${handler})
app.get('/named', requireAuth, ${handler})`)
  expect(auth(map)).toEqual({ 'GET /guarded': 'required', 'GET /named': 'none' })
})

test('optional credentials are none', async () => {
  const map = await express(`
const jwt = require('jsonwebtoken')
const optional = (req, res, next) => {
  const token = (req.get('Authorization') || '').split(' ')[1]
  if (!token) return next()
  try { req.user = jwt.verify(token, process.env.SECRET) } catch (e) { return res.status(401).end() }
  next()
}
app.get('/feed', optional, ${handler})
app.get('/mine', optional, (req, res) => { if (!req.user) return res.sendStatus(401); res.json({}) })`)
  expect(auth(map)).toEqual({ 'GET /feed': 'none', 'GET /mine': 'required' })
})

test('use() guards what comes after it, under its path', async () => {
  const map = await express(`
const gate = (req, res, next) => (req.cookies.sid ? next() : next(Object.assign(new Error('no'), { status: 401 })))
app.get('/before', ${handler})
app.use('/private', gate)
app.get('/private/a', ${handler})
app.get('/public', ${handler})
const router = express.Router()
router.use(gate)
router.get('/b', ${handler})
app.use('/r', router)`)
  expect(auth(map)).toEqual({
    'GET /before': 'none',
    'GET /private/a': 'required',
    'GET /public': 'none',
    'GET /r/b': 'required',
  })
})

test('express-jwt, its exceptions and its optional form', async () => {
  const map = await express(`
const { expressjwt } = require('express-jwt')
const guard = { required: expressjwt({ secret: 's' }), optional: expressjwt({ secret: 's', credentialsRequired: false }) }
app.get('/a', guard.required, ${handler})
app.get('/b', guard.optional, ${handler})
app.use(expressjwt({ secret: 's' }).unless({ path: ['/login', /^\\/open/] }))
app.post('/login', ${handler})
app.get('/open/x', ${handler})
app.get('/c', ${handler})`)
  expect(auth(map)).toEqual({
    'GET /a': 'required',
    'GET /b': 'none',
    'POST /login': 'none',
    'GET /open/x': 'none',
    'GET /c': 'required',
  })
})

test('passport strategies that read the body are the login itself', async () => {
  const map = await express(`
const passport = require('passport')
app.post('/login', passport.authenticate('local'), ${handler})
app.get('/me', passport.authenticate('jwt', { session: false }), ${handler})
const byCallback = (req, res, next) =>
  passport.authenticate('jwt', (err, user) => { if (!user) return res.status(401).end(); req.user = user; next() })(req, res, next)
app.get('/you', byCallback, ${handler})`)
  expect(auth(map)).toEqual({ 'POST /login': 'none', 'GET /me': 'required', 'GET /you': 'required' })
})

test('a look-up by a missing credential finds nothing; a name alone decides only for what cannot be followed', async () => {
  const map = await express(`
const sessions = {}
const bySession = (req, res, next) => {
  try { req.body.owner = sessions[req.cookies.sid].user.id; next() } catch (e) { res.status(401).end() }
}
app.post('/a', bySession, ${handler})
app.use(require('lusca').xssProtection(true))
app.get('/b', ${handler})
app.get('/c', require('@acme/guards').requireAuth(), ${handler})`)
  expect(auth(map)).toEqual({ 'POST /a': 'required', 'GET /b': 'none', 'GET /c': 'required' })
})

test('roles named by guards and by checks', async () => {
  const map = await express(`
const hasRole = (...roles) => (req, res, next) => {
  if (!req.user) return res.status(401).end()
  if (!roles.includes(req.user.role)) return res.status(403).end()
  next()
}
app.delete('/a', hasRole('admin', 'owner'), ${handler})
app.delete('/b', (req, res) => { if (req.user.role !== 'editor') return res.status(403).end(); res.json({}) })`)
  expect(endpoint(map, 'DELETE /a')).toMatchObject({
    roles: ['admin', 'owner'],
    statuses: [200, 401, 403],
    auth: 'required',
  })
  expect(endpoint(map, 'DELETE /b').roles).toEqual(['editor'])
})

test('a login that answers 401 to a wrong password is open to anybody', async () => {
  const map = await express(`
const users = require('./users')
app.post('/login', async (req, res) => {
  const user = await users.find(req.body.email)
  if (!user || user.password !== req.body.password) return res.status(401).end()
  res.json({ token: 'x' })
})`)
  expect(auth(map)).toEqual({ 'POST /login': 'none' })
})

test('Koa guards: ctx.assert, ctx.throw, a state that another middleware fills', async () => {
  const map = await koa(`
const jwt = require('koa-jwt')
const router = new Router()
app.use(jwt({ secret: 's', passthrough: true }))
const gate = (ctx, next) => { ctx.assert(ctx.state.user, 401); return next() }
router.get('/a', gate, (ctx) => { ctx.body = {} })
router.get('/b', (ctx) => { ctx.body = {} })
router.get('/c', async (ctx) => { if (!ctx.get('x-api-key')) ctx.throw(403, 'no'); ctx.body = {} })
app.use(router.routes())`)
  expect(auth(map)).toEqual({ 'GET /a': 'required', 'GET /b': 'none', 'GET /c': 'required' })
})

test('tells how callers prove who they are', async () => {
  const map = await express(`
const jwt = require('jsonwebtoken')
app.use((req, res, next) => {
  const [scheme, token] = (req.headers.authorization || '').split(' ')
  if (scheme !== 'Token' && scheme !== 'Bearer') return res.sendStatus(401)
  req.user = jwt.verify(token, process.env.JWT_SECRET || 'dev')
  next()
})
app.get('/x', ${handler})`)
  expect(map.auth).toMatchObject([
    { kind: 'bearer', header: 'authorization', prefixes: ['Bearer', 'Token'], secretVariable: 'JWT_SECRET' },
  ])
  expect(auth(map)).toEqual({ 'GET /x': 'required' })
})

test('a route that takes credentials from the body to log in is open, and says which', async () => {
  const map = await express(`
const passport = require('passport')
const { Strategy: Local } = require('passport-local')
passport.use(new Local({ usernameField: 'email' }, (email, password, done) => done(null, false)))
passport.use('jwt', new (require('passport-jwt').Strategy)({}, (payload, done) => done(null, false)))
app.post('/login', passport.authenticate('local'), (req, res) => { if (!req.user) return res.sendStatus(401); res.json({}) })
app.post('/login-by-hand', (req, res, next) => passport.authenticate('local', (error, user) => {
  if (!user) return res.sendStatus(401)
  res.json(user)
})(req, res, next))
app.get('/me', passport.authenticate('jwt', { session: false }), ${handler})
app.get('/me-by-hand', (req, res, next) => passport.authenticate('jwt', (error, user) => {
  if (!user) return res.sendStatus(401)
  res.json(user)
})(req, res, next))`)
  expect(auth(map)).toEqual({
    'POST /login': 'none',
    'POST /login-by-hand': 'none',
    'GET /me': 'required',
    'GET /me-by-hand': 'required',
  })
  for (const operation of ['POST /login', 'POST /login-by-hand'])
    expect(endpoint(map, operation).body?.schema.required).toEqual(['email', 'password'])
})

test('keys in headers, compared with one or looked for among several', async () => {
  const map = await express(`
const keys = (process.env.API_KEYS || '').split(',')
const one = (req, res, next) => (req.get('X-API-Key') === process.env.API_KEY ? next() : res.sendStatus(401))
const among = (req, res, next) => (keys.includes(req.headers['x-api-key']) ? next() : res.sendStatus(401))
const either = (req, res, next) => (req.query.api_key || req.headers['x-api-key'] ? next() : res.sendStatus(401))
const admin = (req, res, next) => (req.headers['x-admin-key'] !== process.env.ADMIN_KEY ? res.sendStatus(403) : next())
app.get('/one', one, ${handler})
app.get('/among', among, ${handler})
app.get('/either', either, ${handler})
app.get('/admin', admin, ${handler})
app.post('/once', (req, res) => (req.headers['idempotency-key'] ? res.json({}) : res.sendStatus(409)))`)
  expect(auth(map)).toEqual({
    'GET /one': 'required',
    'GET /among': 'required',
    'GET /either': 'required',
    'GET /admin': 'required',
    'POST /once': 'none',
  })
  expect(map.auth.map(({ kind, header }) => `${kind} ${header}`)).toEqual(['api-key x-api-key', 'api-key x-admin-key'])
})

test('a message that begins with the word is no scheme', async () => {
  const map = await express(`
const gate = (req, res, next) => {
  const [scheme, token] = (req.headers.authorization || '').split(' ')
  if (scheme !== 'Bearer') return res.status(401).json({ error: 'Token invalid or expired' })
  next()
}
app.get('/x', gate, ${handler})`)
  expect(map.auth[0]?.prefixes).toEqual(['Bearer'])
})
