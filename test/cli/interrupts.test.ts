import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ResultPromise } from 'execa'
import { expect, test } from 'vitest'
import { runResultSchema } from '../../src/contracts/result.ts'
import {
  agent,
  createProject,
  digest,
  expectNoProcess,
  expectNothingLeft,
  home,
  notes,
  runFailing,
} from './projects.ts'

type Run = ResultPromise

/** Resolves as soon as the run says something of the kind on stderr. */
function said(run: Run, pattern: RegExp): Promise<void> {
  let text = ''
  return new Promise((resolve, reject) => {
    run.stderr?.on('data', (chunk) => {
      text += String(chunk)
      if (pattern.test(text)) resolve()
    })
    void run.then(({ exitCode }) => reject(new Error(`ended with ${exitCode} before it said ${pattern}: ${text}`)))
  })
}

test.each([
  ['StartEnvironment', /starting the environment/],
  ['Explore', /exploring/],
  ['VerifySuite', /clean: It leaves/],
])('Ctrl-C in %s ends everything within seconds and writes the report', async (_, moment) => {
  const root = createProject(notes)
  const before = digest(root)
  const run = agent(['run', root])
  await said(run, moment)
  const at = Date.now()
  run.kill('SIGINT')
  const { exitCode, stdout, stderr } = await run
  expect(exitCode).toBe(130)
  expect(Date.now() - at).toBeLessThan(8_000)
  expect(stdout).toContain('INTERRUPTED')
  expect(`${stdout}${stderr}`).not.toMatch(/\n\s+at /)
  const runDir = /^report +(\S+)/m.exec(String(stdout))?.[1] ?? ''
  const outcome = runResultSchema.parse(JSON.parse(readFileSync(join(runDir, 'report.json'), 'utf8')))
  expect(outcome.error?.kind).toBe('interrupted')
  expect(digest(root)).toEqual(before)
  await expectNothingLeft(run.pid, root)
})

test('Ctrl-C twice does not wait, and leaves nothing either', async () => {
  const root = createProject(notes)
  const run = agent(['run', root])
  await said(run, /exploring/)
  run.kill('SIGINT')
  run.kill('SIGINT')
  const { exitCode } = await run
  expect(exitCode).toBe(130)
  await expectNothingLeft(run.pid, root)
})

test.each([
  ['Explore', /exploring/],
  ['VerifySuite', /twice: It passes/],
])(
  'killed in %s it leaves no process and no change, is reported as unfinished, and the next run works',
  async (step, moment) => {
    const root = createProject(notes)
    const before = digest(root)
    const run = agent(['run', root])
    await said(run, moment)
    run.kill('SIGKILL')
    await run
    await expectNoProcess(root)
    expect(digest(root)).toEqual(before)
    const killed = readdirSync(join(home, 'runs')).sort().at(-1) ?? ''
    const report = await agent(['report', killed])
    expect(report.exitCode).toBe(2)
    expect(report.stderr).toMatch(new RegExp(`RUN_NOT_FINISHED.* in ${step}`))
    const next = await runFailing(root, ['--max-turns', '2'])
    expect([next.exitCode, next.error.code]).toEqual([4, 'OUT_OF_BUDGET'])
    await expectNothingLeft(run.pid, root)
  },
)

test('a second run at the same time is turned away with the number of the first, which goes on unharmed', async () => {
  const root = createProject(notes)
  // Five turns include running the tests: the first is still at it when the second comes.
  const first = agent(['run', root, '--max-turns', '5'])
  await said(first, /starting the environment/)
  const second = await agent(['run', `${root}/`, '--output-format', 'json'])
  expect(second.exitCode).toBe(3)
  expect(JSON.parse(String(second.stdout)).error).toMatchObject({ code: 'ALREADY_RUNNING', value: String(first.pid) })
  const { exitCode, stdout } = await first
  expect([exitCode, stdout]).toEqual([4, expect.stringContaining('OUT_OF_BUDGET')])
  await expectNothingLeft(first.pid, root)
})

test('the run’s folder is its owner’s alone, and a step is journalled before it begins', async () => {
  const { outcome } = await runFailing(createProject(notes), ['--max-turns', '4'])
  const modes = execFileSync('find', [outcome.runDir, '-printf', '%y %m\n'], { encoding: 'utf8' }).split('\n')
  expect(execFileSync('stat', ['-c', '%a', outcome.runDir], { encoding: 'utf8' }).trim()).toBe('700')
  expect(new Set(modes.filter((line) => line.startsWith('f')))).toEqual(new Set(['f 600']))
  const journal = readFileSync(join(outcome.runDir, 'journal.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  const steps = journal.filter(({ name }) => name !== undefined).map(({ type, name }) => `${type} ${name}`)
  expect(steps.slice(0, 4)).toEqual([
    'tool_started InspectProject',
    'tool_finished InspectProject',
    'tool_started StartEnvironment',
    'tool_finished StartEnvironment',
  ])
})
