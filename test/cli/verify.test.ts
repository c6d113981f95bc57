import { execFileSync } from 'node:child_process'
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type RunOutcome, runResultSchema } from '../../src/contracts/result.ts'
import { agent, createProject, digest, expectNothingLeft, guests } from './projects.ts'

const FIXTURES = join(import.meta.dirname, '../fixtures')

type Edits = Record<string, (content: string) => string>

/** A project with a suite that somebody wrote by hand, committed; `edits` are made before that. */
function projectOf(fixture: 'tasks' | 'ledger', edits: Edits = {}): string {
  const root = createProject({})
  cpSync(join(FIXTURES, fixture), root, { recursive: true })
  for (const [path, edit] of Object.entries(edits)) {
    const before = readFileSync(join(root, path), 'utf8')
    const after = edit(before)
    if (after === before) throw new Error(`${path} is as it was`)
    writeFileSync(join(root, path), after)
  }
  writeFileSync(join(root, '.gitignore'), 'node_modules\n')
  commit(root)
  return root
}

function commit(root: string): void {
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.com', ...args], { cwd: root, stdio: 'pipe' })
  git('init', '-q')
  git('add', '-A')
  git('commit', '-q', '-m', 'all', '--allow-empty')
}

async function verify(root: string, args: string[] = [], env: Record<string, string> = {}) {
  const running = agent(['verify', root, '--json', ...args], { env })
  const { exitCode, stdout, stderr } = await running
  await expectNothingLeft(running.pid, root)
  let outcome: RunOutcome
  try {
    outcome = runResultSchema.parse(JSON.parse(String(stdout)))
  } catch (error) {
    throw new Error(`${error}\n${stdout}\n${stderr}`)
  }
  const gate = (name: string) => {
    const found = outcome.gates.find((one) => one.name === name)
    if (!found) throw new Error(`no gate ${name} in ${stdout}`)
    return found
  }
  return { exitCode, outcome, gate, stderr: String(stderr) }
}

/** Of the ledger's: every test that cannot connect takes its time. */
const oneTest = ['--command', "npx jest -t 'opens an account'"]

const replacing = (search: string, replacement: string) => (content: string) => content.replace(search, replacement)

describe('a good suite that somebody wrote', () => {
  test.each([
    [
      'in steps over a store in memory, with unit tests beside it',
      'tasks',
      { integration: 2, others: ['test/unit/due.test.js'], sequences: 1, clocks: 1, faultInjecting: 0 },
    ],
    [
      'with everything handed in and each test rolled back',
      'ledger',
      { integration: 1, others: [], sequences: 0, clocks: 0, faultInjecting: 2 },
    ],
  ] as const)('%s breaks no gate', { timeout: 900_000 }, async (_, fixture, named) => {
    const root = projectOf(fixture)
    const before = digest(root)
    const { exitCode, outcome, gate } = await verify(root)
    const wrong = outcome.gates.filter(({ verdict }) => verdict === 'fail' || verdict === 'blocked')
    expect(wrong.map(({ name, why }) => `${name}: ${why}`)).toEqual([])
    expect([exitCode, outcome.status, outcome.suite?.command]).toEqual([0, 'verified', 'npm test'])
    expect(outcome.verification).toMatchObject({ foreign: true, others: named.others })
    expect(outcome.verification?.integration).toHaveLength(named.integration)
    // Named, not held against it.
    expect(gate('shuffled').evidence.sequences).toHaveLength(named.sequences)
    expect(gate('real').evidence.clocks).toHaveLength(named.clocks)
    expect(gate('real').evidence.faultInjecting).toHaveLength(named.faultInjecting)
    expect(digest(root)).toEqual(before)
  })
})

describe('a suite with a flaw', () => {
  test('is red: told by its failing test, until that is accepted; from then on only new ones count', async () => {
    const file = 'test/api/life-of-a-task.test.js'
    const root = projectOf('tasks', {
      [file]: replacing("toRefuse(409, 'done already')", "toRefuse(410, 'done already')"),
    })
    const gates = ['--gates', 'runs', '--command', 'npx jest test/api']
    const red = await verify(root, gates)
    expect([red.exitCode, red.outcome.status]).toEqual([1, 'unverified'])
    expect(red.gate('runs').judged).toMatchObject({
      blocks: true,
      counts: true,
      fresh: [`${file} > the life of a task > is done once`],
    })
    expect(red.outcome.details.failures).toMatchObject([
      { file, test: 'the life of a task > is done once', case: null, evidence: { alone: 'fails alike' } },
    ])

    const accepting = await verify(root, [...gates, '--baseline'])
    expect(accepting.exitCode).toBe(0)
    expect(readFileSync(join(root, '.integration-tests/baseline.json'), 'utf8')).toContain('is done once')

    const other = join(root, 'test/api/tasks.test.js')
    writeFileSync(other, readFileSync(other, 'utf8').replace('daysLeft: 3 })', 'daysLeft: 4 })'))
    const more = await verify(root, gates)
    expect([more.exitCode, more.outcome.verification?.baseline?.accepted]).toEqual([1, 1])
    expect(more.gate('runs').judged?.known).toEqual([`${file} > the life of a task > is done once`])
    expect(more.gate('runs').judged?.fresh).toEqual(['test/api/tasks.test.js > a due date > is told in days'])
  })

  test('keeps others from running', async () => {
    const root = projectOf('tasks', {
      'test/api/tasks.test.js': replacing("it('refuses what", "it.only('refuses what"),
    })
    const { exitCode, gate } = await verify(root, ['--gates', 'runs'])
    expect([exitCode, gate('runs').why]).toEqual([1, expect.stringContaining('focused')])
  })

  test('passes only once: the second run decides, what it leaves behind is told, and is waived where it decides', async () => {
    const root = projectOf('ledger', { '__tests__/world.js': replacing("query('ROLLBACK')", "query('COMMIT')") })
    const { exitCode, gate } = await verify(root, ['--gates', 'runs,twice,clean'])
    expect(exitCode).toBe(1)
    expect(gate('runs').verdict).toBe('fail')
    expect(gate('clean')).toMatchObject({ verdict: 'fail', judged: { blocks: false, kind: 'fact', counts: false } })
    expect(gate('clean').judged?.fresh).toContain('rows postgres.accounts')

    const waiver = { gate: 'clean', about: 'accounts', reason: 'the next deployment wipes it', owner: 'ann' }
    writeFileSync(join(root, 'integration-tests.config.json'), JSON.stringify({ waivers: [waiver] }))
    const waived = await verify(root, ['--gates', 'clean', '--fail-on', 'clean'])
    expect([waived.exitCode, waived.gate('clean').judged]).toEqual([
      0,
      expect.objectContaining({ blocks: true, counts: false, waived: [waiver.reason] }),
    ])
  })

  test('goes to production when it is told to: house style', async () => {
    const root = projectOf('ledger', { '__tests__/database.js': replacing('if (!ALLOWED', 'if (false && !ALLOWED') })
    const { exitCode, gate } = await verify(root, ['--gates', 'guarded', ...oneTest])
    expect(exitCode).toBe(0)
    expect(gate('guarded')).toMatchObject({ verdict: 'fail', judged: { kind: 'house style', counts: false } })
  })

  test('says less than before, while the application changed beside it', async () => {
    const root = projectOf('tasks')
    const edit = (path: string, search: string, replacement: string) =>
      writeFileSync(join(root, path), replacing(search, replacement)(readFileSync(join(root, path), 'utf8')))
    edit('src/due.js', 'negative when', 'below zero when')
    const before = await verify(root, ['--gates', 'scoped', '--base', 'HEAD'])
    expect(before.gate('scoped')).toMatchObject({ verdict: 'pass', evidence: { outside: ['src/due.js'] } })
    edit('test/unit/due.test.js', 'toBe(-2)', 'toBeLessThan(0)')
    const after = await verify(root, ['--gates', 'scoped', '--base', 'HEAD', '--fail-on', 'scoped'])
    expect([after.exitCode, after.gate('scoped').why]).toEqual([1, expect.stringContaining('toBe(-2)')])
  })
})

describe('what cannot be verified', () => {
  const failing = async (root: string, args: string[] = [], env: Record<string, string> = {}) => {
    const { exitCode, outcome } = await verify(root, args, env)
    expect(outcome.error?.next).toMatch(/\w{3}/)
    return [exitCode, outcome.error?.code]
  }

  test('a project without tests', async () => {
    expect(await failing(createProject(guests))).toEqual([2, 'NO_SUITE'])
  })

  test('options that make no sense', async () => {
    const root = createProject(guests)
    expect(await failing(root, ['--gates', 'pretty'])).toEqual([2, 'BAD_OPTION'])
    expect(await failing(root, ['--gates', 'runs', '--fail-on', 'clean'])).toEqual([2, 'BAD_OPTION'])
    expect(await failing(root, ['--base', 'no-such-ref'])).toEqual([2, 'NO_SUCH_REF'])
    expect(await failing(root, ['--command', 'make test'])).toEqual([2, 'UNSUPPORTED_COMMAND'])
  })

  test('a suite that is red for want of a service: that is the environment’s fault', async () => {
    const env = { INTEGRATION_TEST_BUILDER_POSTGRES: '/nowhere' }
    expect(await failing(projectOf('ledger'), ['--gates', 'runs', ...oneTest], env)).toEqual([3, 'SERVICE_UNAVAILABLE'])
  })

  test('a suite whose own set-up needs what is not here', async () => {
    const setup = "require('node:child_process').execSync('no-such-engine up', { stdio: 'inherit' })\n  databaseUrl()"
    const root = projectOf('ledger', { '__tests__/global-setup.js': replacing('  databaseUrl()', setup) })
    const { exitCode, outcome } = await verify(root, ['--gates', 'runs'])
    expect([exitCode, outcome.error?.code]).toEqual([3, 'SUITE_DOES_NOT_START'])
    expect(outcome.error?.message).toContain('no-such-engine')
  })
})

test('values that the config names reach the suite', async () => {
  const root = projectOf('tasks', {
    'test/unit/due.test.js': (content) => `${content}it('knows', () => expect(process.env.BOARD).toBe('blue'))\n`,
  })
  writeFileSync(join(root, 'integration-tests.config.json'), '{ "variables": { "BOARD": "blue" } }')
  const { outcome } = await verify(root, ['--gates', 'runs', '--command', 'npx jest test/unit'])
  expect(outcome).toMatchObject({ status: 'verified', verification: { requests: 0 } })
})

test('text names the time first, the gates that decide, and the rest apart', async () => {
  const root = projectOf('tasks')
  const { exitCode, stdout, stderr } = await agent([
    'verify',
    root,
    '--command',
    'npx jest test/api',
    '--gates',
    'runs,twice,fast',
  ])
  expect(exitCode).toBe(0)
  expect(String(stderr)).toMatch(
    /\d+ tests in 2 files, 2 of them integration tests.*expected: .*runs \d+ s, twice \d+ s/,
  )
  expect(String(stdout)).toMatch(/pass +gate runs: /)
  expect(String(stdout)).toMatch(/also holds gates fast/)
  expect(String(stdout)).toMatch(/verified +in .* s: runs, twice hold/)
})
