import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { expect, test } from 'vitest'
import { type RunOutcome, runResultSchema } from '../../src/contracts/result.ts'
import { agent, createProject, expectNoStack, notes } from './projects.ts'

/** Fails where it should refuse, and at one endpoint always. */
const careless = {
  ...notes,
  'app.js': `const express = require('express')
const app = express()
app.use(express.json())
app.post('/notes', (req, res) => res.status(201).json({ text: req.body.text.trim() }))
app.get('/total', (req, res) => res.status(500).json({ error: 'not counted' }))
app.get('/health', (req, res) => res.json({ ok: true }))
module.exports = app
`,
}

const CONFIG = 'integration-tests.config.json'
const EXPLORE_ONLY = ['--max-turns', '3']
/** Drafted and run, but not proved. */
const UNPROVED = ['--max-turns', '5']

async function runOn(root: string, ...args: string[]): Promise<RunOutcome> {
  const { stdout } = await agent(['run', root, '--output-format', 'json', ...args])
  return runResultSchema.parse(JSON.parse(String(stdout)))
}

const findingAt = ({ findings }: RunOutcome, endpoint: string) => {
  const found = findings.find((finding) => finding.endpoint === endpoint)
  if (!found) throw new Error(`no finding at ${endpoint}`)
  return found
}

const suiteText = ({ details }: RunOutcome) => readFileSync(details.patch ?? '', 'utf8')

test('what is accepted is asserted from then on, what is open or rejected never is', async () => {
  const root = createProject(careless)
  const before = await runOn(root, ...EXPLORE_ONLY)
  const [total, creation] = [findingAt(before, 'GET /total'), findingAt(before, 'POST /notes')]
  expect([total.decision, creation.decision]).toEqual([null, null])

  const listed = await agent(['finding', 'list', root])
  expect(listed.exitCode).toBe(0)
  expect(listed.stdout).toContain(`open       ${total.id} server error at GET /total`)
  expect(listed.stdout).toContain(`2 findings (2 open) in run ${before.run}`)

  const accepting = ['finding', 'accept', total.id, root, '--reason', 'Counting is switched off.', '--owner', 'kim']
  expect(await agent(accepting)).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('is intended (kim)') })
  const rejecting = ['finding', 'reject', creation.id, root, '--reason', 'Ticket 12.', '--owner', 'lee']
  expect(await agent(rejecting)).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('known bug (lee)') })
  expect(JSON.parse(readFileSync(join(root, CONFIG), 'utf8')).findings).toHaveLength(2)

  // The ids hold wherever the code moves to.
  writeFileSync(join(root, 'app.js'), `\n\n// moved\n${careless['app.js']}`)
  const after = await runOn(root, ...UNPROVED)
  expect(after.error?.code).toBe('OUT_OF_BUDGET')
  expect(after.details.failures.filter((failure) => failure.file.includes('total'))).toEqual([])
  expect(findingAt(after, 'GET /total')).toMatchObject({
    id: total.id,
    decision: { verdict: 'accepted', reason: 'Counting is switched off.', owner: 'kim' },
  })
  expect(findingAt(after, 'POST /notes')).toMatchObject({ id: creation.id, decision: { verdict: 'rejected' } })
  expect(after.endpoints.find(({ path }) => path === '/total')?.covered).toEqual([500])
  expect(after.endpoints.find(({ path }) => path === '/notes')?.covered).not.toContain(500)
  expect(suiteText(after)).toMatch(/(it|test)\('[A-Z]+ \S+ answers 500'/)
  expect(after.waivers).toEqual([
    { what: expect.stringContaining(total.id), reason: 'Counting is switched off.', owner: 'kim' },
  ])
})

test('a decision on what no longer shows is named', async () => {
  const root = createProject({
    ...careless,
    [CONFIG]: JSON.stringify({
      findings: [{ id: 'F0badcafe', verdict: 'accepted', about: 'GET /old: Answers 500', reason: 'r', owner: 'kim' }],
    }),
  })
  await runOn(root, ...EXPLORE_ONLY)
  const { stdout } = await agent(['finding', 'list', root])
  expect(stdout).toContain('not seen in it, though accepted: F0badcafe GET /old: Answers 500')
})

test('a finding is shown with the request that shows it; a decision needs one, a reason and a readable config', async () => {
  const root = createProject(careless)
  const unexplored = await agent(['finding', 'list', root])
  expect([unexplored.exitCode, unexplored.stderr]).toEqual([2, expect.stringContaining('NOT_EXPLORED')])
  const { findings } = await runOn(root, ...EXPLORE_ONLY)
  const [id = ''] = findings.map((finding) => finding.id)
  const shown = await agent(['finding', 'show', id, root])
  expect(shown.stdout).toContain(findings[0]?.reproduce)
  const json = await agent(['finding', 'show', id, root, '--json'])
  expect(JSON.parse(String(json.stdout))).toEqual(findings[0])

  for (const [args, words] of [
    [['accept', 'F00000000', root, '--reason', 'x', '--owner', 'kim'], id],
    [['accept', id, root, '--owner', 'kim'], '--reason'],
    [['accept', id, root, '--reason', ' ', '--owner', 'kim'], '--reason is missing'],
    [['show', 'F00000000', root], 'NO_SUCH_FINDING'],
  ] as const) {
    const { exitCode, stderr } = await agent(['finding', ...args])
    expect([exitCode, stderr], args.join(' ')).toEqual([2, expect.stringContaining(words)])
    expectNoStack(String(stderr))
  }
  expect(existsSync(join(root, CONFIG))).toBe(false)

  writeFileSync(join(root, CONFIG), '{"findings":[{"id":"F1"}]}')
  for (const args of [
    ['finding', 'accept', id, root, '--reason', 'x', '--owner', 'kim'],
    ['run', root],
  ]) {
    const { exitCode, stdout, stderr } = await agent(args)
    expect([exitCode, `${stdout}${stderr}`]).toEqual([2, expect.stringContaining('CONFIG_INVALID')])
  }
})

test('a bug that is expected to fail goes red when it is mended, and when it fails for another reason', async () => {
  const root = createProject(careless)
  const before = await runOn(root, ...EXPLORE_ONLY)
  const [{ id }, creation] = [findingAt(before, 'GET /total'), findingAt(before, 'POST /notes')]
  const decision = ['--reason', 'Ticket 12.', '--owner', 'lee', '--expect-failure']
  for (const rejected of [id, creation.id])
    expect((await agent(['finding', 'reject', rejected, root, ...decision])).exitCode).toBe(0)
  const { findings, waivers, details } = await runOn(root, ...UNPROVED)
  expect(waivers).toEqual([])
  await execa('git', ['apply', details.patch ?? ''], { cwd: root })
  expect(findings.find((finding) => finding.id === id)?.decision?.verdict).toBe('rejected')
  // Each field that showed it has its test.
  const held = readFileSync(join(root, 'tests/integration/notes.test.js'), 'utf8')
  expect(held.match(new RegExp(`known bug ${creation.id}: answers 500 when text is`, 'g'))).toHaveLength(3)

  const jest = async (app: string) => {
    writeFileSync(join(root, 'app.js'), app)
    const run = await execa('node_modules/.bin/jest', ['tests/integration/total'], { cwd: root, reject: false })
    return [run.exitCode, run.stderr] as const
  }
  const [asRecorded, told] = await jest(careless['app.js'])
  expect([asRecorded, told]).toEqual([0, expect.stringContaining('PASS')])
  const [whenMended, name] = await jest(
    careless['app.js'].replace("status(500).json({ error: 'not counted' })", 'json({ total: 1 })'),
  )
  expect([whenMended, name]).toEqual([1, expect.stringContaining(`known bug ${id}: answers 500`)])
  const [otherwise] = await jest(careless['app.js'].replace('not counted', 'no connection'))
  expect(otherwise).toBe(1)
})
