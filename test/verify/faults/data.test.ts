import { describe, expect, it } from 'vitest'
import { broken, faultsIn, said } from './catalogue.ts'

describe('writes', () => {
  it('leaves out a statement whose answer nobody reads', () => {
    expect(
      broken('write', "async function f(id) {\n  await pool.query('DELETE FROM notes WHERE id = $1', [id])\n}"),
    ).toEqual(['async function f(id) { await undefined }'])
    expect(
      broken('write', "async function f() {\n  await Promise.all([db('a').insert(x), db('b').where({ id }).del()])\n}"),
    ).toEqual([
      "async function f() { await Promise.all([undefined, db('b').where({ id }).del()]) }",
      "async function f() { await Promise.all([db('a').insert(x), undefined]) }",
    ])
  })

  it('rolls back what has to be answered, and takes it away where the connection is not known', () => {
    const [lost] = broken(
      'write',
      "const { rows } = await pool.query('INSERT INTO notes (a) VALUES ($1) RETURNING id', [a])",
    )
    expect(lost).toMatch(/client\.query\('BEGIN'\).*'ROLLBACK'.*\)\(pool, 'INSERT INTO notes/)
    const [removed] = broken(
      'write',
      "const { rows } = await db.query('INSERT INTO notes (a) VALUES ($1) RETURNING *', [a])",
    )
    expect(removed).toContain("await db.query('DELETE FROM notes WHERE id = $1', [row.id])")
  })

  it('knows the writes of Prisma, Sequelize and TypeORM, and of plain code', () => {
    expect(said('write', 'const user = await prisma.user.create({ data })', ['@prisma/client'])).toEqual([
      'prisma.user.create(…) is answered but not kept',
    ])
    expect(broken('write', 'const user = await User.create(body)', ['sequelize'])).toEqual([
      'const user = await Promise.resolve(User.build(body))',
    ])
    expect(broken('write', 'const user = await userRepository.save(body)', ['typeorm'])).toEqual([
      'const user = await Promise.resolve(body)',
    ])
    expect(broken('write', 'const notes = new Map()\nfunction add(n) {\n  notes.set(n.id, n)\n}')).toEqual([
      'const notes = new Map() function add(n) { undefined }',
    ])
    expect(
      said('write', "router.delete('/a', remove)\nconst app = await NestFactory.create(M)", ['sequelize']),
    ).toEqual([])
  })

  it('loses one column of an UPDATE, its parameter still bound', () => {
    expect(broken('value_lost', "pool.query('UPDATE a SET b = $2, c = $3 WHERE id = $1')")).toEqual([
      "pool.query('UPDATE a SET b = CASE WHEN 1 = 1 THEN b ELSE $2 END, c = $3 WHERE id = $1')",
      "pool.query('UPDATE a SET b = $2, c = CASE WHEN 1 = 1 THEN c ELSE $3 END WHERE id = $1')",
    ])
  })

  it('makes inserts twice, and not what may be repeated or is forgiven', () => {
    expect(broken('duplicate', "async function f() {\n  await db('a').insert(x)\n}")).toEqual([
      "async function f() { await db('a').insert(x); await db('a').insert(x) }",
    ])
    expect(said('duplicate', "pool.query('UPDATE a SET n = n + 1 WHERE id = $1', [id])")).toHaveLength(1)
    expect(said('duplicate', "pool.query('UPDATE a SET n = 1 WHERE id = $1', [id])")).toEqual([])
    expect(
      said(
        'duplicate',
        "async function f() {\n  try {\n    await db('a').insert(x)\n  } catch (error) {\n    log(error)\n  }\n}",
      ),
    ).toEqual([])
  })
})

describe('reading', () => {
  it('drops single conditions, at any depth, and none where rows are only locked', () => {
    expect(
      said(
        'filter',
        "q('SELECT a, (SELECT count(*) FROM c WHERE c.a_id = a.id) AS n FROM a WHERE (x = $1 OR y = $1) AND z BETWEEN $2 AND $3')",
      ),
    ).toEqual([
      'the condition c.a_id = a.id is dropped from the SELECT on c',
      'the condition (x = $1 OR y = $1) is dropped from the SELECT on c',
      'the condition z BETWEEN $2 AND $3 is dropped from the SELECT on c',
    ])
    expect(said('filter', "q('SELECT a, b FROM a WHERE id = ANY($1) FOR UPDATE')")).toEqual([])
    expect(broken('filter', "db('a').where('b', b).andWhere('c', '>', 1)")).toEqual([
      "db('a').andWhere('c', '>', 1)",
      "db('a').where('b', b)",
    ])
  })

  it('sorts the other way round and pages off by one', () => {
    expect(broken('order', "q('SELECT a FROM b WHERE c = 1 ORDER BY d DESC, e LIMIT 3')")).toEqual([
      "q('SELECT a FROM b WHERE c = 1 ORDER BY d ASC, e LIMIT 3')",
    ])
    expect(broken('order', "prisma.a.findMany({ orderBy: { at: 'desc' } })")).toEqual([
      "prisma.a.findMany({ orderBy: { at: 'asc' } })",
    ])
    expect(broken('paging', 'const from = (page - 1) * size')).toEqual(['const from = (page) * size'])
    expect(broken('paging', "q('SELECT a FROM b LIMIT $1 OFFSET $2')")).toEqual([
      "q('SELECT a FROM b LIMIT $1 + 1 OFFSET $2')",
      "q('SELECT a FROM b LIMIT $1 OFFSET $2 + 1')",
    ])
    expect(broken('paging', "db('a').limit(limit).offset(from)")).toEqual([
      "db('a').limit(Number(limit) + 1).offset(from)",
      "db('a').limit(limit).offset(Number(from) + 1)",
    ])
  })

  it('shows what is not to be shown', () => {
    expect(broken('field_leaked', "const a = _.omit(user, ['password'])")).toEqual(['const a = ({ ...user })'])
    expect(
      broken('field_leaked', "q('INSERT INTO users (email, password_hash) VALUES ($1, $2) RETURNING id, email')"),
    ).toEqual(["q('INSERT INTO users (email, password_hash) VALUES ($1, $2) RETURNING id, email, password_hash')"])
  })
})

describe('answers', () => {
  it('takes fields out and gives them other names, in answers and in what is selected', () => {
    expect(broken('field_dropped', 'res.json({ userId, total: 1 })')).toEqual([
      'res.json({ total: 1 })',
      'res.json({ userId })',
    ])
    expect(broken('field_renamed', 'res.json({ userId, total: 1 })')).toEqual([
      'res.json({ user_id: userId, total: 1 })',
      'res.json({ userId, totalValue: 1 })',
    ])
    expect(broken('field_renamed', 'q(\'SELECT id, made_at AS "madeAt" FROM a\')')).toEqual([
      'q(\'SELECT id, made_at AS "made_at" FROM a\')',
    ])
    expect(said('field_dropped', "app.use(express.json({ limit: '50kb' }))")).toEqual([])
  })

  it('leaves alone what only logs and traces are told', () => {
    const brief = 'function brief(user) {\n  return { id: user.id }\n}\n'
    expect(said('field_dropped', `${brief}apm.setUserContext(brief(user))\nthis.logger.info(brief(user))`)).toEqual([])
    expect(said('field_dropped', `${brief}apm.setUserContext(brief(user))\nres.json(brief(user))`)).toHaveLength(1)
    expect(said('field_dropped', `${brief}module.exports = { brief }`)).toHaveLength(1)
  })

  it('leaves alone the status of a constant that nothing mentions', () => {
    const constants = 'exports.GONE = { status: 410 }\nmodule.exports.NOT_FOUND = { status: 404 }\n'
    expect(said('status', `${constants}throw refuse(GONE)`)).toHaveLength(1)
    expect(said('status', `${constants}throw refuse(errors.GONE, errors.NOT_FOUND)`)).toHaveLength(2)
  })

  it('changes statuses where they are sent, and not where they are compared or never happen', () => {
    expect(broken('status', 'res.status(201).end()')).toEqual(['res.status(200).end()'])
    expect(said('status', 'if (error.status >= 400 && error.status !== 404) log(error)')).toEqual([])
    expect(
      said('status', 'class Unused extends Error {\n  constructor() {\n    super()\n    this.status = 404\n  }\n}'),
    ).toEqual([])
  })

  it('changes defaults of requests, and not those of the machine', () => {
    expect(broken('default', 'const limit = Number(req.query.limit) || 20')).toEqual([
      'const limit = Number(req.query.limit) || 1',
    ])
    expect(broken('default', 'const limit = Number(req.query.limit) || DEFAULT_LIMIT')).toEqual([
      'const limit = Number(req.query.limit) || 1',
    ])
    expect(said('default', "const port = process.env.PORT || 3000\nconst { NODE_ENV = 'test' } = process.env")).toEqual(
      [],
    )
  })

  it('swallows errors, and opens no transaction', () => {
    expect(broken('error', 'try {\n  a()\n} catch (error) {\n  next(error)\n}')).toEqual([
      'try { a() } catch (error) { next() }',
    ])
    expect(
      broken('transaction', "async function f() {\n  await client.query('BEGIN')\n  await client.query('COMMIT')\n}"),
    ).toEqual([
      "async function f() { await undefined await client.query('COMMIT') }",
      "async function f() { await client.query('BEGIN') await client.query('ROLLBACK') }",
    ])
    expect(broken('transaction', 'knex.transaction(async (trx) => go(trx))')).toEqual([
      '(async (trx) => go(trx))(knex)',
    ])
  })
})

describe('a fault', () => {
  const code = "router.delete('/:id', requireAuth, (req, res) => {\n  res.status(204).end()\n})"
  const ids = (text: string) => faultsIn(text).map(({ id }) => id)

  it('keeps its id when its code moves, and has one of its own beside an equal one', () => {
    expect(ids(`// one more line\n\n${code}`)).toEqual(ids(code))
    expect(ids(code.replace('204', '202'))).not.toEqual(ids(code))
    const twice = ids(`${code}\n${code}`)
    expect(new Set(twice).size).toBe(twice.length)
    expect(twice).toEqual(expect.arrayContaining(ids(code)))
  })

  it('names file, line and statement, counted from 1, whatever characters come before', () => {
    const [fault] = faultsIn(`// ä💥\n${code}`).filter(({ kind }) => kind === 'status')
    expect(fault).toMatchObject({ file: 'src/app.js', line: 3, statement: 3, near: null })
  })

  it('is not put into code that sets up or describes', () => {
    expect(faultsIn({ 'db/migrations/1.js': code, 'knexfile.js': code, 'src/a.test.js': code })).toEqual([])
  })

  it('of a constant is near the functions that use it, over two files', () => {
    const faults = faultsIn({
      'src/schemas.js':
        "const Joi = require('joi')\nconst name = Joi.string().max(9)\nconst body = Joi.object({ name })\nmodule.exports = { body }",
      'src/routes.js':
        "const { body } = require('./schemas')\nrouter.post('/a', check(body), (req, res) => {\n  res.end()\n})",
    })
    expect(faults.find(({ what }) => what.startsWith('max(9)'))?.near).toEqual([
      { file: 'src/routes.js', from: 3, to: 4 },
    ])
  })
})
