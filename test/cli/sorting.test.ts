import { expect, test } from 'vitest'
import { runResultSchema } from '../../src/contracts/result.ts'
import { agent, createProject, notes } from './projects.ts'

/** Behaves while it is explored, and no longer once tests load it. */
const twoFaced = {
  ...notes,
  'app.js': `const express = require('express')
const app = express()
const inTests = process.env.JEST_WORKER_ID !== undefined
let reads = 0
app.get('/tags', (req, res) => {
  reads += 1
  if (inTests && reads > 1) return res.status(429).json({ error: 'too many' })
  res.json({ tags: ['a'], only: req.query.only || null })
})
app.get('/broken', (req, res) => (inTests ? res.status(500).json({ error: 'x' }) : res.json({ ok: true })))
app.get('/cached', (req, res) =>
  inTests ? res.status(500).json({ error: 'connect ECONNREFUSED 127.0.0.1:6379' }) : res.json({ ok: true }),
)
app.get('/health', (req, res) => res.json({ ok: true }))
module.exports = app
`,
}

test('each failing test is sorted with what tells it; the product’s is a finding, and none is bent to pass', async () => {
  const root = createProject(twoFaced)
  // Drafted and run, drafted without those that failed and run again, but not proved.
  const { stdout } = await agent(['run', root, '--output-format', 'json', '--max-turns', '7'])
  const outcome = runResultSchema.parse(JSON.parse(String(stdout)))
  const blames = Object.fromEntries(outcome.details.failures.map(({ case: id, blame }) => [id?.split(' ')[1], blame]))
  expect(blames).toMatchObject({ '/broken': 'product', '/cached': 'environment' })
  expect(outcome.error?.code).toBe('OUT_OF_BUDGET')
  expect(outcome.findings).toMatchObject([
    { kind: 'server_error', endpoint: 'GET /broken', reproduce: expect.stringContaining('$BASE_URL/broken') },
  ])
  const failure = outcome.details.failures.find(({ blame }) => blame === 'product')
  expect(failure?.evidence).toMatchObject({ alone: 'fails alike', answers: ['GET /broken 500'] })
  expect(outcome.details.dropped).toContainEqual({
    case: failure?.case,
    why: `its test failed (product): ${failure?.why}`,
  })
  // Nothing of the first draft is run again.
  expect(outcome.suite?.tests).toBe(Object.keys(outcome.details.lines).filter((path) => path.includes('.test.')).length)
  expect(outcome.endpoints.find(({ path }) => path === '/broken')?.covered).toEqual([])

  const text = String((await agent(['report', outcome.run])).stdout)
  expect(text).toMatch(/^failed +2 tests on the way: product 1, environment 1 \(why: in report\.json\)$/m)
})
