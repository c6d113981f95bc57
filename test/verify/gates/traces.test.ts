import { describe, expect, it, vi } from 'vitest'
import type { EgressAttempt } from '../../../src/contracts/sandbox.ts'
import { A, B, broken, type Place, type Told, verifyTold, withRed } from '../told.ts'

const attempt = (target: string, count = 1, via: EgressAttempt['via'] = 'tcp') => ({ target, via, count })

/** The same without waiting for the clock. */
async function hurried<T>(work: () => Promise<T>): Promise<T> {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
  try {
    let over = false
    const result = work().finally(() => {
      over = true
    })
    while (!over) await vi.advanceTimersByTimeAsync(200)
    return await result
  } finally {
    vi.useRealTimers()
  }
}

describe('clean', () => {
  const clean = async (told: Told, foreign = false) => {
    const { verdict, why, evidence } = await hurried(() => verifyTold('clean', told, { foreign }))
    return { says: `${verdict}: ${why}`, evidence }
  }
  /** Leaves a row in its nth run in the place. */
  const leaving =
    (nth: number, table = 'things'): Told['run'] =>
    (usual, place) => {
      if (place.runs === nth) place.rows[table] = [...(place.rows[table] ?? []), { id: 100 + nth }]
      return usual
    }

  it('holds where all is as before', async () => {
    const { says, evidence } = await clean({})
    expect(says).toMatch(/^pass: Same rows/)
    expect(evidence).toMatchObject({
      atStart: { memory: { things: { rows: 1 } } },
      failing: { madeToFail: 3, failed: 3 },
      interrupted: { at: 'rows changed', exitedBy: 'signal' },
      runAfterInterrupt: { passed: 3 },
    })
  })

  it.each([
    [1, 'After two passing runs it leaves rows memory.things (1 row inserted'],
    [2, 'After two passing runs it leaves rows'],
    [3, 'After failing tests it leaves rows'],
    [4, 'After an interrupted run and the next full one it leaves rows'],
  ])('fails on a row that its run %i leaves', async (nth, says) => {
    expect((await clean({ run: leaving(nth) })).says).toContain(`fail: ${says}`)
  })

  it('lets records stay that others keep on purpose, and not in a suite of ours', async () => {
    const adding = { rows: { audit_log: [{ id: 7 }] }, run: leaving(1, 'audit_log') }
    expect((await clean(adding)).says).toMatch(/^fail: .*audit_log/)
    expect((await clean(adding, true)).says).toMatch(/^pass/)
    const taking: Told['run'] = (usual, place) => {
      place.rows.audit_log = []
      return usual
    }
    expect((await clean({ ...adding, run: taking }, true)).says).toMatch(/^fail: .*1 row deleted/)
    expect((await clean({ run: leaving(1) }, true)).says).toMatch(/^fail: .*things/)
  })

  it.each([
    ['a table', (place: Place) => void Object.assign(place.rows, { extra: [] }), {}, 'table memory.extra (created)'],
    ['a file', () => {}, { files: { 'left.txt': { size: 1, mtimeMs: 1 } } }, 'file left.txt (created)'],
    ['a temporary file', () => {}, { temporary: ['/tmp/left.txt'] }, 'temporary file /tmp/left.txt'],
    ['a port', () => {}, { ports: [{ port: 4567, pid: 9 }] }, 'port 4567'],
    ['a process', () => {}, { processes: [{ pid: 9, argv: ['node', 'x'] }] }, 'process 9 (node x)'],
  ])('fails on %s left behind', async (_, leave, left, says) => {
    const told: Told = {
      run(usual, place) {
        leave(place)
        return usual
      },
      state: ({ runs }) => (runs > 0 ? left : {}),
    }
    expect((await clean(told)).says).toContain(`fail: After two passing runs it leaves ${says}`)
  })

  it('fails on what is alive after Ctrl-C, and does not mind rows then', async () => {
    const alive: Told['state'] = ({ rows }) =>
      rows.things?.some(({ id }) => id === 100) ? { ports: [{ port: 4567, pid: 9 }] } : {}
    expect((await clean({ state: alive })).says).toContain('fail: After Ctrl-C it leaves port 4567')
  })

  it('fails on a suite that goes on after Ctrl-C', async () => {
    expect((await clean({ interrupted: 'goes on' })).says).toContain('fail: It does not end within 10 s')
  })

  it('fails when the run after an interrupted one is red', async () => {
    const says = (await clean({ run: (usual, { runs }) => (runs === 4 ? withRed(usual, ['one']) : usual) })).says
    expect(says).toContain('fail: After an interrupted run the next one is red')
  })

  it('is blocked where it could not be interrupted, nothing could be made to fail, or it never passes', async () => {
    expect((await clean({ interrupted: 'is through before' })).says).toMatch(/^blocked: The suite ends too quickly/)
    expect((await clean({ source: false })).says).toMatch(/^blocked: .*cannot be read/)
    expect((await clean({ content: { [A]: '', [B]: '' } })).says).toMatch(/^blocked: No test with a body/)
    const lenient: Told['run'] = (usual, { runs }) => (runs === 3 ? broken(usual) : usual)
    expect((await clean({ run: lenient })).says).toMatch(/^blocked: The tests made to fail did not/)
    const red: Told['run'] = (usual, { runs }) => (runs < 3 ? withRed(usual, ['one']) : usual)
    expect((await clean({ run: red })).says).toMatch(/^blocked: It leaves nothing when it is red/)
  })
})

describe('isolated', () => {
  const isolated = (told: Told) => verifyTold('isolated', told)
  /** Of the tests in the first environment, of the application alone in another one. */
  const attempts = (ofTests: EgressAttempt[], ofApplication: EgressAttempt[]): Told => ({
    attempts: ({ environment }) => (environment === 1 ? ofTests : ofApplication),
  })

  it('fails on what the application alone does not try, or not as often', async () => {
    expect((await isolated({})).verdict).toBe('pass')
    const other = await isolated(attempts([attempt('a.example.com')], [attempt('b.example.com')]))
    expect([other.verdict, other.why]).toEqual(['fail', expect.stringContaining('a.example.com (tcp, 1×)')])
    // Each of two files loads the application.
    expect((await isolated(attempts([attempt('a.example.com', 2)], [attempt('a.example.com')]))).verdict).toBe('pass')
    expect((await isolated(attempts([attempt('a.example.com', 3)], [attempt('a.example.com')]))).verdict).toBe('fail')
  })

  it('excuses nothing where the application does not start alone', async () => {
    const told = { ...attempts([attempt('a.example.com')], [attempt('a.example.com')]), map: { boot: null } }
    expect((await isolated(told)).verdict).toBe('fail')
  })

  it('fails on a red run, and is blocked where nothing is closed off', async () => {
    expect((await isolated({ run: (usual) => withRed(usual, ['one']) })).verdict).toBe('fail')
    expect((await isolated({ network: 'none' })).verdict).toBe('blocked')
  })
})

describe('guarded', () => {
  const url = (name: string, value: string) => ({
    name,
    engine: 'postgres',
    driver: 'pg',
    source: 'db.js:1',
    address: [{ name, part: 'url' as const, default: value }],
    migrations: null,
    seeds: null,
    handle: null,
  })
  const stores = [url('DATABASE_URL', 'postgres://localhost/a'), url('LOG_URL', 'postgres://localhost/b')]
  /** How the suite takes an address; it says which one. */
  const guarded = async (take: NonNullable<Told['run']>, more: Told = {}, foreign = false) => {
    const run: Told['run'] = (usual, place, options) => (options.env ? take(usual, place, options) : usual)
    const { verdict, why, evidence } = await verifyTold('guarded', { map: { stores }, run, ...more }, { foreign })
    return { says: `${verdict}: ${why}`, evidence }
  }
  const refuse: NonNullable<Told['run']> = (usual) => broken(usual, 'will not run against prod-db.example.com')

  it('tries one variable after the other, and holds when each is refused', async () => {
    const tried: string[] = []
    const { says, evidence } = await guarded((usual, place, options) => {
      tried.push(...Object.keys(options.env ?? {}))
      return refuse(usual, place, options)
    })
    expect(says).toBe('pass: Refused all 2 production addresses without one connection attempt.')
    expect(tried).toEqual(['DATABASE_URL', 'LOG_URL'])
    expect(evidence.trials).toEqual([
      expect.objectContaining({ variables: 'DATABASE_URL=postgres://prod-db.example.com/a', refused: true }),
      expect.objectContaining({ variables: 'LOG_URL=postgres://prod-db.example.com/b', refused: true }),
    ])
  })

  it('fails when it tries to connect, passes, goes on with some tests, or does not end', async () => {
    const attempts = () => [attempt('prod-db.example.com:5432')]
    expect((await guarded(refuse, { attempts })).says).toMatch(/^fail: .*tried to reach prod-db/)
    expect((await guarded((usual) => usual)).says).toMatch(/^fail: .*it exits 0/)
    expect((await guarded((usual) => ({ ...usual, tests: [] }))).says).toMatch(/^fail: .*it exits 0/)
    expect((await guarded((usual) => withRed(usual, ['one', 'two']))).says).toMatch(/^fail: .*1 tests still passed/)
    const hung = await guarded((usual) => ({ ...broken(usual), exitCode: null, timedOut: true }))
    expect(hung.says).toMatch(/^fail: .*did not end/)
    const { says, evidence } = await guarded((usual, place, options) =>
      options.env?.LOG_URL ? usual : refuse(usual, place, options),
    )
    expect(says).toMatch(/^fail: With LOG_URL/)
    expect(evidence.trials).toEqual([
      expect.objectContaining({ refused: true }),
      expect.objectContaining({ refused: false }),
    ])
  })

  it('does not apply to somebody’s own suite that reads no address; one of ours has to refuse it', async () => {
    expect((await guarded((usual) => usual, {}, true)).says).toMatch(/^not_applicable: The suite reads no address/)
    const one = await guarded(
      (usual, place, options) => (options.env?.LOG_URL ? usual : refuse(usual, place, options)),
      {},
      true,
    )
    expect(one.says).toBe('pass: Refused the production address without one connection attempt.')
  })

  it('takes an error that does not name the address for a refusal only where there is none without it', async () => {
    expect((await guarded((usual) => broken(usual, 'not here'))).says).toMatch(/^pass/)
    const dead: Told['run'] = (usual, { environment }) => (environment > 1 ? broken(usual, 'no such database') : usual)
    expect((await guarded((usual) => broken(usual, 'no such database'), { run: dead })).says).toMatch(
      /^blocked: .*without it too/,
    )
  })

  it('is blocked where attempts cannot be seen, and by a red suite', async () => {
    expect((await guarded(refuse, { network: 'none' })).says).toMatch(/^blocked/)
    expect((await guarded(refuse, { run: (usual) => withRed(usual, ['one', 'two', 'three']) })).says).toMatch(
      /^blocked: The suite is red anyway/,
    )
  })
})

describe('portable', () => {
  const summary = (passed: number) => `Test Suites: 2 passed, 2 total\nTests:       ${passed} passed, ${passed} total\n`
  const portable = async (told: Told) => {
    const { verdict, why, evidence } = await verifyTold('portable', told)
    return { says: `${verdict}: ${why}`, evidence }
  }

  it('runs the command in a clone of what git tracks, and holds when it exits 0', async () => {
    const trees: (string | null)[] = []
    const { says } = await portable({
      command(place) {
        trees.push(place.tree)
        return { stderr: summary(3) }
      },
    })
    expect(says).toBe('pass: `npx told` exits 0 in a fresh clone without our hooks.')
    expect(trees).toEqual([expect.stringMatching(/clone$/)])
  })

  it('fails when the command does not exit 0, does not end, or tries to reach something', async () => {
    expect((await portable({ command: () => ({ exitCode: 1 }) })).says).toMatch(/^fail: .*exits 1/)
    expect((await portable({ command: () => ({ exitCode: 0, timedOut: true }) })).says).toMatch(/^fail: .*did not end/)
    const attempts: Told['attempts'] = ({ tree }) => (tree ? [attempt('a.example.com')] : [])
    expect((await portable({ attempts })).says).toMatch(/^fail: .*tried to reach a\.example\.com/)
    expect((await portable({ attempts: () => [attempt('a.example.com')] })).says).toMatch(/^pass/)
  })

  it('fails when fewer tests pass there than where it was written, though the command exits 0', async () => {
    expect((await portable({ command: () => ({ stderr: summary(2) }) })).says).toMatch(/^fail: .*only 2 of 3/)
    expect((await portable({ command: () => ({ stdout: 'No tests found, exiting with code 0' }) })).says).toMatch(
      /^fail: .*only 0 of 3/,
    )
    expect((await portable({ command: () => ({ stderr: summary(2) + summary(1) }) })).says).toMatch(/^pass/)
    const vitest = (passed: number) => ` Test Files  1 passed (1)\n      Tests  ${passed} passed | 1 skipped (3)\n`
    expect((await portable({ command: () => ({ stdout: vitest(2) }) })).says).toMatch(/^fail: .*only 2 of 3/)
    expect((await portable({ command: () => ({ stdout: vitest(3) }) })).says).toMatch(/^pass/)
  })

  it('is blocked by a suite that is red where it was written, and by a repository that git does not read', async () => {
    expect((await portable({ run: (usual) => withRed(usual, ['one']) })).says).toMatch(/^blocked/)
    const { says } = await portable({ sources: { '.git/HEAD': 'neither a reference nor a commit' } })
    expect(says).toMatch(/^blocked: .*git does not read it/)
  })
})
