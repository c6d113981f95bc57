import { execa } from 'execa'
import { expect, test } from 'vitest'
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
