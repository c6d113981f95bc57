#!/usr/bin/env node
// How long inspection takes and how much memory, on projects of growing size: node bench/inspect.mjs [endpoints…]
// Prints a line a size; needs `npm run build`. Exit code 1 when 1,000 endpoints take more than 5 s or 500 MB.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const SIZES = process.argv.slice(2).map(Number)
const LIMITS = { endpoints: 1000, seconds: 5, megabytes: 500 }

/** A layered project: ten files for five endpoints, with validation, a guard, queries and helpers. */
function write(root, endpoints) {
  const put = (path, text) => {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  const count = Math.round(endpoints / 5)
  put(
    'package.json',
    JSON.stringify({ name: 'big', main: 'src/app.js', dependencies: { express: '4', joi: '17', pg: '8' } }),
  )
  put(
    'src/db.js',
    "const { Pool } = require('pg')\nmodule.exports = new Pool({ connectionString: process.env.DATABASE_URL })\n",
  )
  put(
    'src/guard.js',
    "const jwt = require('jsonwebtoken')\nmodule.exports = (req, res, next) => {\n  const token = (req.headers.authorization || '').split(' ')[1]\n  if (!token) return res.status(401).json({ error: 'no token' })\n  req.user = jwt.verify(token, process.env.SECRET)\n  next()\n}\n",
  )
  const mounts = []
  for (let i = 0; i < count; i++) {
    const dir = `src/r${i}`
    mounts.push(`app.use('/r${i}', require('./r${i}/routes'))`)
    put(
      `${dir}/routes.js`,
      `const { Router } = require('express')
const guard = require('../guard')
const c = require('./controller')
const router = Router()
router.get('/', c.list)
router.get('/:id', c.one)
router.post('/', guard, c.create)
router.put('/:id', guard, c.update)
router.delete('/:id', guard, c.remove)
module.exports = router
`,
    )
    put(
      `${dir}/controller.js`,
      `const service = require('./service')
const { body, patch } = require('./schema')
const handle = (work) => async (req, res, next) => { try { await work(req, res) } catch (error) { next(error) } }
exports.list = handle(async (req, res) => { res.json(await service.list(Number(req.query.page) || 1)) })
exports.one = handle(async (req, res) => {
  const row = await service.find(req.params.id)
  if (!row) return res.status(404).json({ error: 'unknown' })
  res.json(row)
})
exports.create = handle(async (req, res) => {
  const { error, value } = body.validate(req.body)
  if (error) return res.status(422).json({ error: error.message })
  res.status(201).json(await service.create(value, req.user))
})
exports.update = handle(async (req, res) => {
  const { error, value } = patch.validate(req.body)
  if (error) return res.status(422).json({ error: error.message })
  res.json(await service.update(req.params.id, value))
})
exports.remove = handle(async (req, res) => { await service.remove(req.params.id); res.sendStatus(204) })
`,
    )
    put(
      `${dir}/service.js`,
      `const rows = require('./rows')
const { format } = require('./format')
const { slug } = require('./slug')
exports.list = async (page) => (await rows.page(page)).map(format)
exports.find = async (id) => { const row = await rows.find(id); return row ? format(row) : null }
exports.create = async (value, user) => format(await rows.insert({ ...value, slug: slug(value.name), owner: user.id }))
exports.update = async (id, value) => format(await rows.update(id, value))
exports.remove = (id) => rows.remove(id)
`,
    )
    put(
      `${dir}/rows.js`,
      `const db = require('../db')
exports.page = async (page) => (await db.query('select * from r${i} limit 20 offset $1', [(page - 1) * 20])).rows
exports.find = async (id) => (await db.query('select * from r${i} where id = $1', [id])).rows[0]
exports.insert = async (row) => (await db.query('insert into r${i} (name, slug) values ($1, $2) returning *', [row.name, row.slug])).rows[0]
exports.update = async (id, row) => (await db.query('update r${i} set name = $2 where id = $1 returning *', [id, row.name])).rows[0]
exports.remove = (id) => db.query('delete from r${i} where id = $1', [id])
`,
    )
    put(
      `${dir}/schema.js`,
      `const Joi = require('joi')
exports.body = Joi.object({ name: Joi.string().min(1).max(80).required(), size: Joi.number().integer().min(0), kind: Joi.string().valid('a', 'b') })
exports.patch = Joi.object({ name: Joi.string().min(1).max(80), size: Joi.number().integer().min(0) }).min(1)
`,
    )
    put(`${dir}/format.js`, 'exports.format = (row) => ({ id: row.id, name: row.name, at: row.created_at })\n')
    put(`${dir}/slug.js`, "exports.slug = (text) => text.toLowerCase().trim().replace(/[^a-z]+/g, '-')\n")
    for (const part of ['events', 'report', 'types'])
      put(
        `${dir}/${part}.js`,
        `${Array.from({ length: 20 }, (_, n) => `exports.f${n} = (a, b) => { if (a > b) return a * ${n}; return [a, b].map((x) => x + ${n}) }`).join('\n')}\n`,
      )
  }
  put(
    'src/app.js',
    `const express = require('express')\nconst app = express()\napp.use(express.json())\n${mounts.join('\n')}\nmodule.exports = app\n`,
  )
}

const MEASURE = `
import { inspectProject } from ${JSON.stringify(join(import.meta.dirname, '../dist/inspect/index.js'))}
import { openWorkspace } from ${JSON.stringify(join(import.meta.dirname, '../dist/workspace/workspace.js'))}
const begun = process.cpuUsage()
const start = performance.now()
const map = await inspectProject(await openWorkspace(process.argv[1]))
const seconds = (performance.now() - start) / 1000
console.log(JSON.stringify({ endpoints: map.endpoints.length, guarded: map.endpoints.filter(({ auth }) => auth === 'required').length, seconds, cpu: (process.cpuUsage(begun).user + process.cpuUsage(begun).system) / 1e6, megabytes: process.resourceUsage().maxRSS / 1024 }))
`

let failed = false
console.log('endpoints  files  seconds  processor  ms/endpoint  MB')
for (const endpoints of SIZES.length > 0 ? SIZES : [125, 250, 500, 1000, 2000]) {
  const root = mkdtempSync(join(tmpdir(), 'bench-inspect-'))
  try {
    write(root, endpoints)
    const out = execFileSync(process.execPath, ['--input-type=module', '-e', MEASURE, root], { encoding: 'utf8' })
    const seen = JSON.parse(out)
    const line = [
      seen.endpoints,
      endpoints * 2,
      seen.seconds.toFixed(2),
      seen.cpu.toFixed(2),
      ((seen.cpu * 1000) / endpoints).toFixed(2),
      Math.round(seen.megabytes),
    ]
    console.log(line.map((cell, i) => String(cell).padStart([9, 5, 7, 9, 11, 4][i])).join('  '))
    if (seen.endpoints !== endpoints || seen.guarded !== endpoints * 0.6) failed = true
    if (endpoints === LIMITS.endpoints && (seen.seconds > LIMITS.seconds || seen.megabytes > LIMITS.megabytes))
      failed = true
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}
process.exitCode = failed ? 1 : 0
