import { join } from 'node:path'
import { execa } from 'execa'
import { expect, test } from 'vitest'
import { runResultSchema } from '../../src/contracts/result.ts'
import { agent, createProject, guests, runFailing } from './projects.ts'

const KEY = `sk_live_${'4eC39HqLyjWDarjt'}T1zdp7dc`
const PASSWORD = 'hunter2-of-production'
const TOKEN = 'tok-3f9a7c51d2e8'

/** Tries to give everything away: where it is read, on its output, and in its answers. */
const chatty = {
  ...guests,
  '.env': `DATABASE_URL=postgres://app:${PASSWORD}@prod-db.example.com/app\nSTRIPE_KEY=${KEY}\n`,
  'server.js': `const env = JSON.stringify(process.env)
let file = ''
try { file = require('fs').readFileSync('.env', 'utf8') } catch {}
console.log(env, file)
require('./app').listen(process.env.PORT || 3000)
if (process.env.STRIPE_KEY === undefined || process.env.SESSION_TOKEN === undefined) throw new Error(env + file)
throw new Error('leaks: ' + env + file)
`,
}

test('live keys and passwords of environment and .env reach no child, no log, no report and no journal', async () => {
  const root = createProject(chatty)
  const { error, outcome, stderr } = await runFailing(root, [], {
    env: { STRIPE_KEY: KEY, SESSION_TOKEN: TOKEN, PGPASSWORD: PASSWORD },
  })
  expect(error.code).toBe('APP_DOES_NOT_START')
  const { exitCode } = await execa('grep', ['-rlE', `${KEY}|${PASSWORD}|${TOKEN}`, outcome.runDir], { reject: false })
  expect(exitCode, 'grep finds nothing').toBe(1)
  expect(`${JSON.stringify(outcome)}${stderr}`).not.toMatch(new RegExp(`${KEY}|${PASSWORD}|${TOKEN}`))
})

test('an address of production in .env is replaced and listed by its host alone', async () => {
  const { 'server.js': _, ...rest } = chatty
  const root = createProject({ ...rest, 'server.js': guests['server.js'] ?? '' })
  const { exitCode, stdout } = await agent(['run', root, '--max-turns', '2'])
  expect(exitCode).toBe(4)
  expect(stdout).toContain('replaced   DATABASE_URL (prod-db.example.com in .env); never used')
  expect(stdout).not.toContain(PASSWORD)
})

/** The application knows the values by itself, so that hiding files and variables from it is no help. */
const knowing = (body: string) => ({
  ...guests,
  '.env': `SMTP_PASSWORD=${PASSWORD}\n`,
  'package.json': guests['package.json']?.replace(',"pg":"*"', '') ?? '',
  'migrations/001.sql': '',
  'app.js': `const app = require('express')()
const password = '${PASSWORD}'
const token = '${TOKEN}'
const encoded = Buffer.from('user:' + token).toString('base64')
${body}
module.exports = app
`,
})
const GIVEN_AWAY = `${PASSWORD}|${TOKEN}|${encodeURIComponent(PASSWORD)}|dG9rLTNmOWE3YzUxZDJlO`

test('a secret that the application prints by itself when it fails is taken out of every text', async () => {
  const root = createProject(knowing("app.get('/x', (q, s) => s.end())\nthrow new Error([password, token, encoded])"))
  for (const format of ['json', 'text', 'stream-json']) {
    const { exitCode, stdout, stderr } = await agent(['run', root, '--output-format', format], {
      env: { SESSION_TOKEN: TOKEN },
    })
    expect(exitCode).toBe(3)
    expect(stdout).toContain('Error: ‹secret›,‹secret›,')
    expect(`${stdout}${stderr}`).not.toMatch(new RegExp(GIVEN_AWAY))
  }
})

test('a secret in answers and findings reaches neither journal, reports nor output', async () => {
  const root = createProject(
    knowing(
      "app.get('/x', (q, s) => { console.error(new Error('lost ' + token)); s.status(500).json({ password, token }) })",
    ),
  )
  const { stdout, stderr } = await agent(['run', root, '--output-format', 'json', '--max-turns', '3'], {
    env: { SESSION_TOKEN: TOKEN },
  })
  const outcome = runResultSchema.parse(JSON.parse(String(stdout)))
  expect(JSON.stringify(outcome.findings)).toContain('lost ‹secret›')
  expect(`${stdout}${stderr}`).not.toMatch(new RegExp(GIVEN_AWAY))
  const reports = Object.values(outcome.reports).filter((path) => path !== null)
  const { exitCode } = await execa('grep', ['-lE', GIVEN_AWAY, join(outcome.runDir, 'journal.jsonl'), ...reports], {
    reject: false,
  })
  expect(exitCode, 'grep finds nothing').toBe(1)
})
