import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startPostgres } from './postgres.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const app = path.join(root, 'test/fixtures/skill-app')
const documents = ['SKILL.md', ...readdirSync(path.join(root, 'examples')).filter((name) => name.endsWith('.md'))].map(
  (name) => (name === 'SKILL.md' ? name : `examples/${name}`),
)

/** The lines between `#region name` and `#endregion name`, their common indent removed. */
function region(file: string, name: string): string {
  const lines = readFileSync(path.join(root, file), 'utf8').split('\n')
  const from = lines.findIndex((line) => line.trim() === `// #region ${name}`)
  const to = lines.findIndex((line) => line.trim() === `// #endregion ${name}`)
  if (from === -1 || to === -1) throw new Error(`${file} has no region ${name}`)
  const body = lines.slice(from + 1, to)
  const indent = Math.min(...body.filter((line) => line.trim()).map((line) => line.search(/\S/)))
  return body.map((line) => line.slice(indent)).join('\n')
}

describe.each(documents)('%s', (document) => {
  const text = readFileSync(path.join(root, document), 'utf8')
  const blocks = [...text.matchAll(/(?:<!-- from: (\S+)#(\S+) -->\n)?```(js|ts)\n([\s\S]*?)\n```/g)]

  it('shows only code that is taken from a test', () => {
    for (const [, file, name, , code] of blocks) {
      expect(file, `a block without a source:\n${code}`).toBeDefined()
      expect(code).toBe(region(file as string, name as string))
    }
    if (document !== 'SKILL.md') expect(blocks.length).toBeGreaterThan(3)
  })
})

describe('the tests that examples are taken from', () => {
  let database: Awaited<ReturnType<typeof startPostgres>>
  beforeAll(async () => {
    database = await startPostgres('invoices_test')
    await promisify(execFile)(process.execPath, ['src/migrate.js'], { cwd: app, env: environment() })
  })
  afterAll(() => database?.stop())

  const environment = () => ({ PATH: process.env.PATH, DATABASE_URL: database.url })
  const jest = (...args: string[]) =>
    promisify(execFile)(process.execPath, [path.join(root, 'node_modules/jest/bin/jest.js'), '--json', ...args], {
      cwd: app,
      env: environment(),
    }).catch((error) => error)

  it('pass, and pass again shuffled on the same database', async () => {
    const first = JSON.parse((await jest()).stdout)
    expect(first.testResults.map((result: { message: string }) => result.message).join('')).toBe('')
    expect(first).toMatchObject({ success: true, numFailedTests: 0, numTotalTests: 25 })
    expect(JSON.parse((await jest('--randomize', '--seed=7')).stdout)).toMatchObject({ success: true })
  })

  it('refuse a database that is not theirs', async () => {
    const env = { ...environment(), DATABASE_URL: 'postgres://prod-db.example.com/invoices' }
    const guard = `require('./test/integration/support/guard').requireTestDatabase(process.env.DATABASE_URL)`
    const refused = await promisify(execFile)(process.execPath, ['-e', guard], { cwd: app, env }).catch(
      (error) => error,
    )
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain('points at prod-db.example.com')
  })
})
