import { describe, expect, it } from 'vitest'
import { broken, said } from './catalogue.ts'

describe('auth', () => {
  it('takes the check out of a route, a router and a chain', () => {
    expect(
      broken(
        'auth',
        "router.get('/a', requireAuth, handler)\nrouter.use(requireAuth)\napp.use('/b', auth.required, b)",
      ),
    ).toEqual([
      "router.get('/a', handler) router.use(requireAuth) app.use('/b', auth.required, b)",
      "router.get('/a', requireAuth, handler) undefined app.use('/b', auth.required, b)",
      "router.get('/a', requireAuth, handler) router.use(requireAuth) app.use('/b', b)",
    ])
    expect(broken('auth', "router.route('/').get([passport.authenticate('jwt'), validate], list)")).toEqual([
      "router.route('/').get([ validate], list)",
    ])
  })

  it('knows middleware by what it does, whatever it is called', () => {
    const code = {
      'src/gate.js':
        'module.exports = function gate(req, res, next) {\n  if (!req.user) return res.status(401).end()\n  next()\n}',
      'src/routes.js': "const gate = require('./gate')\nrouter.post('/a', gate, create)",
    }
    expect(said('auth', code)).toEqual([
      'the check that !req.user answers 401 is dropped',
      "the auth check gate is removed from POST '/a'",
    ])
  })

  it('leaves alone what lets everybody through, and routers that have auth in their name', () => {
    const code = {
      'src/auth.js': "const router = Router()\nrouter.post('/login', logIn)\nmodule.exports = router",
      'src/who.js': 'module.exports = koaJwt({ secret, passthrough: true })',
      'src/app.js':
        "const auth = require('./auth')\nconst jwt = require('./who')\napp.use('/auth', auth)\napp.use(jwt)\nrouter.get('/a', auth.optional, list)",
    }
    expect(said('auth', code)).toEqual([])
  })

  it('believes tokens and passwords', () => {
    expect(broken('auth', 'const payload = jwt.verify(token, secret)')).toEqual([
      "const payload = JSON.parse(Buffer.from(String(token).split('.')[1], 'base64url').toString())",
    ])
    expect(broken('auth', 'jwt.verify(token, secret, (error, payload) => use(payload))')).toEqual([
      "((error, payload) => use(payload))(null, JSON.parse(Buffer.from(String(token).split('.')[1], 'base64url').toString()))",
    ])
    expect(broken('auth', 'const same = await bcrypt.compare(given, hash)')).toEqual([
      'const same = await Promise.resolve(true)',
    ])
  })

  it('takes a wrong password for a matter of auth, whatever it is answered with', () => {
    const code =
      'async function logIn(req, res) {\n  const isMatch = await bcrypt.compare(a, b)\n  if (!isMatch) return res.status(400).end()\n}'
    expect(said('auth', code)).toHaveLength(2)
  })

  it('drops each reason to refuse a log-in on its own', () => {
    expect(
      broken(
        'auth',
        'async function logIn() {\n  if (!user || !(await matches(password, user.hash))) throw new HttpError(401)\n}',
      ),
    ).toEqual([
      'async function logIn() { if (false || !(await matches(password, user.hash))) throw new HttpError(401) }',
      'async function logIn() { if (!user || false) throw new HttpError(401) }',
    ])
  })
})

describe('ownership', () => {
  it('drops the comparison with the caller, however it refuses', () => {
    expect(
      broken(
        'ownership',
        'function f(req, res) {\n  if (order.userId !== req.user.id) return res.status(404).end()\n  go()\n}',
      ),
    ).toEqual(['function f(req, res) { if (false) return res.status(404).end() go() }'])
    expect(
      broken(
        'ownership',
        "async function f(ctx) {\n  ctx.assert(article.author.id === ctx.state.user.id, 422, 'no')\n}",
      ),
    ).toEqual(['async function f(ctx) { undefined }'])
    expect(
      broken(
        'ownership',
        'function f(req, res) {\n  if (note.owner.equals(req.user._id)) { remove() } else { res.status(403).end() }\n}',
      ),
    ).toEqual(['function f(req, res) { if (true) { remove() } else { res.status(403).end() } }'])
  })

  it('drops the call of a function that only checks, at each place that calls it', () => {
    const check =
      'function assertSeller(userId, product) {\n  if (product.sellerId !== userId) throw HttpError.forbidden()\n}\n'
    const code = `${check}async function update(userId, p) {\n  await assertSeller(userId, p)\n  return 1\n}\nasync function remove(userId, p) {\n  await assertSeller(userId, p)\n  return 2\n}`
    expect(said('ownership', code)).toEqual([
      'the check that product.sellerId !== userId answers 403 is dropped',
      'the check assertSeller(userId, p) is dropped',
      'the check assertSeller(userId, p) is dropped',
    ])
    expect(said('ownership', 'function f() {\n  assertAllKnown(items)\n  assertDownloaded(items)\n}')).toEqual([])
  })

  it('makes the condition on the owner true in SQL, whose parameters stay bound', () => {
    expect(
      broken('ownership', "db.query('SELECT * FROM orders WHERE id = $1 AND user_id = $2', [id, userId])"),
    ).toEqual(["db.query('SELECT * FROM orders WHERE id = $1 AND (user_id = $2 OR 1 = 1)', [id, userId])"])
  })

  it('takes a column named after an owner for a filter where something else is bound to it', () => {
    const code = "db.query('SELECT a, b FROM articles WHERE author_id = $1', [req.params.id])"
    expect(said('ownership', code)).toEqual([])
    expect(said('filter', code)).toEqual(['the condition author_id = $1 is dropped from the SELECT on articles'])
  })

  it('drops the owner from the conditions of builders', () => {
    expect(broken('ownership', "db('notes').where({ id, user_id: req.user.id }).del()")).toEqual([
      "db('notes').where({ id }).del()",
    ])
    expect(broken('ownership', 'Order.findOne({ where: { id, userId: req.user.id } })', ['sequelize'])).toEqual([
      'Order.findOne({ where: { id } })',
    ])
  })
})

describe('validation', () => {
  it('takes out validators, checks and single demands of schemas', () => {
    expect(said('validation', "router.post('/a', validate({ body: schema }), create)")).toEqual([
      "the validation validate is removed from POST '/a'",
    ])
    expect(
      broken(
        'validation',
        "const Joi = require('joi')\nconst body = Joi.object({ name: Joi.string().max(9).required() })",
      ),
    ).toEqual([
      "const Joi = require('joi') const body = Joi.object({ name: Joi.string().required() })",
      "const Joi = require('joi') const body = Joi.object({ name: Joi.string().max(9) })",
    ])
    expect(broken('validation', 'async function f() {\n  return await schema.validate(body, options)\n}')).toEqual([
      'async function f() { return body }',
    ])
  })

  it('leaves alone what cannot matter: required with a default, path parameters, a parameter that is always given', () => {
    expect(
      said(
        'validation',
        "const yup = require('yup')\nconst user = yup.object({ bio: yup.string().required().default('') })",
      ),
    ).toEqual([])
    expect(
      said('validation', "const Joi = require('joi')\nconst idParams = Joi.object({ id: Joi.number().required() })"),
    ).toEqual([])
    expect(said('validation', 'async function bySlug(slug, ctx, next) {\n  ctx.assert(slug, 404)\n}')).toEqual([])
  })
})
