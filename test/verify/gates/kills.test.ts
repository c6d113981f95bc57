import { expect, it } from 'vitest'
import type { Finding } from '../../../src/contracts/observation.ts'
import type { RunResult } from '../../../src/contracts/suite.ts'
import type { Fault } from '../../../src/verify/faults/fault.ts'
import { createKillsGate } from '../../../src/verify/gates/kills.ts'
import { A, B, broken, endpoint, installed, type Place, type Told, verifyTold, withRed } from '../told.ts'

const source = `const app = require('express')()
app.get('/things/:id', requireAuth, async (req, res) => {
const { rows } = await pool.query('SELECT id, name FROM things WHERE id = $1', [req.params.id])
res.status(200).json(rows[0])
})
app.post('/things', requireAuth, async (req, res) => {
await pool.query('INSERT INTO things (name) VALUES ($1)', [req.body.name])
res.status(201).json({ name: req.body.name })
})
app.delete('/things/:id', requireAuth, async (req, res) => {
await pool.query('DELETE FROM things WHERE id = $1', [req.params.id])
res.status(204).end()
})
`
const sources = { 'app.js': source }
const ofKind =
  (...kinds: string[]) =>
  ({ kind }: Fault) =>
    kinds.includes(kind)

/** What becomes of a run of the application as it is now; `null`: it is noticed by nobody. */
type Notices = (now: string, usual: RunResult, place: Place) => RunResult | null
async function kills(
  notices: Notices,
  {
    wanted = () => true,
    told = {},
    ...more
  }: { wanted?: (fault: Fault) => boolean; told?: Told } & Parameters<typeof verifyTold>[2] = {},
) {
  const stay: Told['stay'] = (usual, place) => {
    const now = place.written.get('app.js') ?? source
    return now === source ? usual : (notices(now, usual, place) ?? usual)
  }
  const { verdict, why, evidence } = await verifyTold(
    'kills',
    { sources, stay, map: { dependencies: { express: installed, pg: installed }, endpoints }, ...told },
    { table: [createKillsGate({ wanted })], ...more },
  )
  return {
    says: `${verdict}: ${why}`,
    evidence,
    survivors: (evidence.survivors ?? []) as { id: string; fate: string; kind: string }[],
  }
}
const endpoints = [
  { ...endpoint('GET', '/things/{id}'), handler: 'app.js:2' },
  { ...endpoint('POST', '/things'), handler: 'app.js:6' },
  { ...endpoint('DELETE', '/things/{id}'), handler: 'app.js:10' },
]
const everything: Notices = (_, usual) => withRed(usual, ['one'])
const nothing: Notices = () => null
/** Of what is changed: the first line, and what stands there now. */
function change(now: string) {
  const lines = now.split('\n')
  const at = source.split('\n').findIndex((line, index) => line !== lines[index])
  return { line: at + 1, text: lines[at] ?? '' }
}
type Which = (changed: { line: number; text: string }) => boolean
const unless =
  (which: Which, otherwise: (usual: RunResult) => RunResult | null = () => null): Notices =>
  (now, usual) =>
    which(change(now)) ? otherwise(usual) : withRed(usual, ['one'])
const guardOf =
  (...lines: number[]): Which =>
  ({ line }) =>
    lines.includes(line)
const writeOn =
  (on: number): Which =>
  ({ line, text }) =>
    line === on && text.includes('undefined')

it('holds where everything is noticed, one fault at a time, and takes each out again', async () => {
  const seen = new Set<string>()
  const { says, evidence } = await kills((now, usual) => {
    seen.add(now)
    return everything(now, usual, {} as Place)
  })
  expect(says).toMatch(/^pass: (\d+) of \1 seeded faults detected \(100 % of those in covered code\)/)
  expect(seen.size).toBe(evidence.sampled)
  for (const text of seen) expect(Math.abs(text.length - source.length)).toBeLessThan(90)
  expect(evidence.kinds).toContainEqual(expect.objectContaining({ kind: 'auth', sites: 3, sampled: 3, detected: 3 }))
})

it('fails where one auth check can go unseen, however much else is noticed', async () => {
  const { says, survivors } = await kills(unless(guardOf(2)))
  expect(says).toMatch(/^fail: .*1 of auth, ownership or writes among the rest, e\.g\. app\.js:2: the auth check/)
  expect(survivors[0]).toMatchObject({ kind: 'auth', fate: 'survived' })
})

it.each<[string, (usual: RunResult) => RunResult]>([
  ['crashed', (usual) => ({ ...withRed(usual, ['one']), requests: [] })],
  ['crashed', (usual) => broken(usual)],
  ['timed out', (usual) => withRed(usual, ['one'], 'thrown: "Exceeded timeout of 5000 ms for a test."')],
  ['timed out', (usual) => ({ ...usual, tests: [], exitCode: null, timedOut: true })],
])('does not take for noticed what %s', async (fate, becomes) => {
  const { says, survivors } = await kills(unless(guardOf(2), becomes))
  expect(says).toMatch(/^fail: 14 of 15 seeded faults.*1 of auth/)
  expect(survivors).toEqual([expect.objectContaining({ kind: 'auth', fate })])
})

it('counts what no test runs among all, and never tries it', async () => {
  const lines = { [A]: [1, 2, 3, 4], [B]: [1, 2, 3, 4] }
  const few = await kills(everything, { wanted: ofKind('status', 'filter'), told: { lines } })
  expect(few.says).toMatch(/^fail: 2 of 5 seeded faults detected \(100 % of those in covered code\)\.$/)
  expect(few.survivors.map(({ fate }) => fate)).toEqual(['uncovered', 'uncovered', 'uncovered'])
  const write = await kills(everything, {
    wanted: ofKind('write', 'status', 'filter'),
    told: { lines: { [A]: [1, 2, 3, 4, 11, 12] } },
  })
  expect(write.says).toMatch(/^fail: .*1 of auth, ownership or writes.*INSERT into things/)
})

it.each([
  [2, 'fail'],
  [3, 'pass'],
])('with %i of four noticed: %s', async (noticed, verdict) => {
  const { says } = await kills(
    unless(({ line }) => ![3, 4, 8, 12].slice(0, noticed).includes(line)),
    {
      wanted: ({ kind, line }) => kind === 'status' || (kind === 'filter' && line === 3),
    },
  )
  expect(says).toMatch(new RegExp(`^${verdict}: ${noticed} of 4`))
})

it('excuses the fault that a waiver names, and no other', async () => {
  const blind = unless((changed) => guardOf(2)(changed) || writeOn(7)(changed) || writeOn(11)(changed))
  const first = await kills(blind, { wanted: ofKind('auth', 'write', 'status', 'filter') })
  expect(first.says).toMatch(/^fail: .*3 of auth/)
  const [one, two, three] = first.survivors
  const waivers = (...ids: (string | undefined)[]) =>
    ids.map((about) => ({ gate: 'kills', about: about ?? '', reason: 'known' }))
  const given = { wanted: ofKind('auth', 'write', 'status', 'filter') }
  expect((await kills(blind, { ...given, waivers: waivers(one?.id) })).says).toMatch(/^fail: .*2 of auth/)
  const all = waivers(one?.id, two?.id, three?.id)
  expect((await kills(blind, { ...given, waivers: all })).says).toMatch(/^pass/)
  const elsewhere = all.map((waiver) => ({ ...waiver, gate: 'strong' }))
  expect((await kills(blind, { ...given, waivers: elsewhere })).says).toMatch(/^fail: .*3 of auth/)
})

it('leaves out the fault that was dismissed, and no other; without any left it says so', async () => {
  const first = await kills(nothing, { wanted: ofKind('auth') })
  const dismissed = first.survivors.map(({ id }) => ({ fault: id, reason: 'no difference' }))
  const one = await kills(nothing, { wanted: ofKind('auth'), dismissed: dismissed.slice(1) })
  expect([one.says, one.evidence]).toEqual([
    expect.stringMatching(/^fail: 0 of 1/),
    expect.objectContaining({ sites: 1, dismissed: dismissed.slice(1) }),
  ])
  const none = await kills(nothing, { wanted: ofKind('auth'), dismissed })
  expect([none.says, none.evidence.dismissed]).toEqual([
    'not_applicable: Each of the 3 seeded faults was dismissed.',
    dismissed,
  ])
})

it('excuses what an open bug hides: writes to its table in its handler, never a check of who is calling', async () => {
  const finding = {
    id: 'F1',
    kind: 'ineffective_delete',
    endpoint: 'DELETE /things/{id}',
    table: 'things',
  } as Finding
  const write = await kills(unless(writeOn(11)), { findings: [finding] })
  expect(write.says).toMatch(/^pass/)
  expect(write.survivors).toEqual([expect.objectContaining({ kind: 'write', bug: 'F1' })])
  const auth = await kills(unless(guardOf(10)), { findings: [finding] })
  expect(auth.says).toMatch(/^fail: .*1 of auth/)
  const other = await kills(unless(writeOn(7)), { findings: [finding] })
  expect(other.says).toMatch(/^fail: .*INSERT into things/)
})

it('is blocked by a suite that is red, or red once it ran before, in any of its files', async () => {
  const red = await kills(everything, { told: { run: (usual) => withRed(usual, ['one']) } })
  expect(red.says).toMatch(/^blocked: The suite is red before any fault/)
  for (const name of ['one', 'three']) {
    const again = await kills(everything, {
      told: { stay: (usual, _, { untilRed }) => (untilRed ? withRed(usual, [name]) : usual) },
    })
    expect(again.says).toMatch(/^blocked: It is red on a fresh database without any fault/)
  }
})

it('is blocked where nobody tells which test runs what, or faults are not known for the language', async () => {
  expect((await kills(everything, { told: { lines: {} } })).says).toMatch(/^blocked: The runner does not tell/)
  const python = { 'app.py': 'def get(): pass\n' }
  expect((await kills(everything, { told: { sources: python } })).says).toMatch(/^blocked: .*none of the 1 sources/)
  expect((await kills(everything, { told: { sources: {} } })).says).toMatch(/^blocked: .*none of the 0 sources/)
  const bare = { 'app.js': 'module.exports = 1\n' }
  expect((await kills(everything, { told: { sources: bare } })).says).toMatch(/^not_applicable: No place/)
})
