import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RunOutcome, runResultSchema } from '../../src/contracts/result.ts'

// The main job on the sample application as a user does it: real install, real PostgreSQL, real Jest.

const repository = fileURLToPath(new URL('../..', import.meta.url))
const main = join(repository, 'dist/cli/main.js')
const work = mkdtempSync(join(tmpdir(), 'e2e-shop-'))
const shop = join(work, 'shop')
const env = { INTEGRATION_TEST_BUILDER_HOME: join(work, 'home'), INTEGRATION_TEST_BUILDER_POSTGRES: 'embedded' }
const agent = (...args: string[]) => execa(process.execPath, [main, ...args], { cwd: work, env, reject: false })

let outcome: RunOutcome
let exitCode: number | undefined

beforeAll(async () => {
  cpSync(join(repository, 'examples/shop'), shop, { recursive: true, filter: (path) => !path.includes('node_modules') })
  await execa('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: shop })
  await execa(
    'sh',
    ['-c', 'git init -q && git add -A && git -c user.name=t -c user.email=t@example.com commit -qm x'],
    {
      cwd: shop,
    },
  )
  const result = await agent('run', shop, '--output-format', 'json')
  exitCode = result.exitCode
  outcome = runResultSchema.parse(JSON.parse(result.stdout))
}, 900_000)

afterAll(() => rmSync(work, { recursive: true, force: true }))

interface Truth {
  endpoints: { method: string; path: string; auth: boolean; statuses: number[] }[]
}
const truth = JSON.parse(readFileSync(join(repository, 'examples/shop/truth.json'), 'utf8')) as Truth

test('the suite is verified by every gate', () => {
  expect(outcome.gates.filter(({ verdict }) => verdict !== 'pass')).toEqual([])
  expect(outcome).toMatchObject({ status: 'verified', error: null, findings: [] })
  expect(exitCode).toBe(0)
})

test('a real PostgreSQL of the embedded package served it', () => {
  expect(outcome.services).toEqual([expect.objectContaining({ provider: 'embedded', fidelity: 'real' })])
})

test('every endpoint is seen with every status its truth file lists', () => {
  const missing = truth.endpoints.flatMap(({ method, path, statuses }) => {
    const covered = outcome.endpoints.find((endpoint) => endpoint.method === method && endpoint.path === path)?.covered
    return statuses.filter((status) => !covered?.includes(status)).map((status) => `${method} ${path} ${status}`)
  })
  expect(missing).toEqual([])
})

test('endpoints and what they require are as the truth file has them', () => {
  const found = outcome.endpoints.map(({ method, path, auth }) => `${method} ${path} ${auth}`)
  const wanted = truth.endpoints.map(({ method, path, auth }) => `${method} ${path} ${auth ? 'required' : 'none'}`)
  expect(found.sort()).toEqual(wanted.sort())
})

test('the suite takes at most 60 lines an endpoint, helpers included', () => {
  const code = Object.entries(outcome.details.lines).filter(([path]) => path.endsWith('.js'))
  const lines = code.reduce((sum, [, count]) => sum + count, 0)
  expect(lines / outcome.endpoints.length).toBeLessThanOrEqual(60)
})

test('only the files of the suite were added to the project', async () => {
  const { stdout } = await execa('git', ['status', '--porcelain', '--untracked-files=all'], { cwd: shop })
  const changed = stdout.split('\n').map((line) => line.slice(3))
  expect(changed.sort()).toEqual([...(outcome.suite?.files ?? [])].sort())
})

test('the plain command passes by hand through agent services up', async () => {
  const [command = '', ...args] = outcome.suite?.command.split(' ') ?? []
  const result = await agent('services', 'up', shop, '--', command, ...args)
  expect(result.exitCode, result.stderr).toBe(0)
}, 300_000)

test('the report can be printed again', async () => {
  const { stdout } = await agent('report', outcome.run)
  expect(stdout).toContain('verified')
  expect(stdout).toContain(outcome.suite?.command)
})
