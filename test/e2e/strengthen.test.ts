import { expect, test } from 'vitest'
import { runResultSchema } from '../../src/contracts/result.ts'
import { agent, createProject, notes } from '../cli/projects.ts'

const FIELDS = ['sender', 'recipient', 'street', 'city', 'zip', 'country', 'email', 'phone', 'contents', 'service']

/** More rules at one endpoint than a suite shows by default. */
const quotes = {
  ...notes,
  'app.js': `const express = require('express')
const app = express()
app.use(express.json())
app.post('/quotes', (req, res) => {
  const { ${FIELDS.join(', ')} } = req.body
${FIELDS.map((name) => `  if (!${name}) return res.status(400).json({ error: '${name} is required' })`).join('\n')}
  res.json({ price: 12 })
})
module.exports = app
`,
}

test('where too many faults go unnoticed, more cases are looked for until they are noticed, and the report tells what it bought', async () => {
  const root = createProject(quotes)
  const { stdout } = await agent(['run', root, '--output-format', 'json'])
  const outcome = runResultSchema.parse(JSON.parse(String(stdout)))
  expect(outcome.status).toBe('verified')
  const [round, ...more] = outcome.details.strengthening
  expect(more).toEqual([])
  expect(round).toMatchObject({ explored: ['POST /quotes'] })
  expect(round?.noticed.length).toBeGreaterThan(0)
  expect(round?.noticed.length).toBe(round?.faults)
  const kills = outcome.gates.find(({ name }) => name === 'kills')
  expect(kills).toMatchObject({ verdict: 'pass', evidence: { survivors: [] } })

  const text = String((await agent(['report', outcome.run])).stdout)
  expect(text).toMatch(
    /^strength +round 1: \d+ cases more at POST \/quotes noticed (\d+) of \1 faults; \d of them stay$/m,
  )
}, 300_000)
