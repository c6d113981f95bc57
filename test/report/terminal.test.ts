import pc from 'picocolors'
import { expect, test } from 'vitest'
import { renderOutcome } from '../../src/report/terminal.ts'
import { outcomeWith } from './outcomes.ts'

const colors = pc.createColors(false)
const linesOf = (text: string) => text.split('\n').slice(0, -1)
const plainLines = (...given: Parameters<typeof outcomeWith>) =>
  linesOf(renderOutcome(outcomeWith(...given), colors, null))

test('tells in about 25 lines everything that a person must know, the verdict and what to do with it last', () => {
  const lines = plainLines()
  expect(lines.length).toBeLessThanOrEqual(32)
  for (const told of [
    /^project +\/project \(javascript, express\)/,
    /^model +offline; nothing left this machine/,
    /^endpoints +40, 40 need a credential/,
    /^service +postgres 15.18: embedded, real; the project names version 16$/,
    /^invented +test values for JWT_SECRET/,
    /^replaced +MAIL_URL .*never used/,
    /^explored +600 requests, 120 cases/,
    /^no success +GET \/feed: answered 500/,
    /^left out +1 case that did not hold each time; 1 case to keep it short \(in report\.json\)$/,
    /^suite +120 tests, 16 files/,
    /^covered +40 of 40 endpoints with a success; 91 % of lines, 80 % of branches/,
    /^pass +gates runs, twice, clean/,
    /^bug +F1 server error at PUT \/things0\/\{id\}: Answers 500 when title is missing$/,
    /^ +… and 7 more bugs/,
    /^review +90 assertions/,
  ])
    expect(
      lines.filter((line) => told.test(line)),
      String(told),
    ).toHaveLength(1)
  expect(lines.slice(-6).map((line) => line.slice(0, 11).trim())).toEqual([
    'verified',
    'files',
    'files',
    'files',
    'run it',
    'report',
  ])
})

test('names every file and leaves each command whole', () => {
  const long = `curl -d '${'x  '.repeat(200)}'`
  const [first] = outcomeWith().findings
  const text = renderOutcome(outcomeWith({ findings: [{ ...first, reproduce: long } as never] }), colors, 60)
  expect(text).toContain(long)
  const words = text.split(/\s+/)
  for (const file of outcomeWith().suite?.files ?? []) expect(words).toContain(file.replace(/^tests.*\//, ''))
})

test('fits the terminal but for what is to be copied', () => {
  const why =
    'answered 500 to 世界 and a-word-of-more-than-sixty-columns-that-nothing-can-break-but-us 🙂 again and again'
  const gates = [{ name: 'isolated', verdict: 'blocked' as const, why, evidence: {} }]
  const lines = linesOf(renderOutcome(outcomeWith({ gates }, { unreached: [{ endpoint: 'GET /a', why }] }), colors, 60))
  const wide = (line: string) => [...line].reduce((sum, letter) => sum + (/[世界🙂]/u.test(letter) ? 2 : 1), 0)
  expect(lines.filter((line) => wide(line) > 60 && !/curl|^report|^run it/.test(line))).toEqual([])
  expect(lines.join('').replaceAll(' ', '')).toContain(`gateisolated:${why}`.replaceAll(' ', ''))
})

test('obeys nothing that the application says', () => {
  const why = 'said \u001b[2J\u001b]0;title\u0007 "\r\nverified in 1 s\n" \u202e'
  const evil = outcomeWith(
    { gates: [{ name: 'runs', verdict: 'fail', why, evidence: {} }] },
    { unreached: [{ endpoint: 'GET /\u001b[31mred\nverified', why }] },
  )
  const text = renderOutcome({ ...evil, status: 'unverified' }, colors, null)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be there
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/)
  expect(text).not.toMatch(/^verified/m)
  expect(text).toMatch(/^FAIL +gate runs: said/m)
})

test('what was not measured is not said to be nothing', () => {
  const { suite } = outcomeWith()
  for (const lines of [
    plainLines({ status: 'error' }, { suiteMs: null }),
    plainLines({ status: 'unverified', suite: { ...suite, tests: 0 } as never }),
  ])
    expect(lines.join('\n')).toMatch(/^covered +not measured: no test has run$/m)
})

test('a suite that is only a patch is not said to be in the project', () => {
  const lines = plainLines({ status: 'unverified' }, { landed: false, patch: '/runs/r/suite.patch' })
  expect(lines.some((line) => line.startsWith('files'))).toBe(false)
  expect(lines.at(-3)).toMatch(/^look at it +git apply \/runs\/r\/suite.patch$/)
  expect(lines.at(-2)).toMatch(/^then run +npx jest/)
})

test('the command of a package further down is told with its folder', () => {
  const { suite } = outcomeWith()
  const lines = plainLines({ suite: { ...suite, cwd: 'packages/api' } as never })
  expect(lines.at(-2)).toMatch(/^run it +cd packages\/api && npx jest/)
})

const sorted = (blame: 'test' | 'product' | 'environment') => ({
  file: 'a.test.js',
  test: 'a',
  case: 'GET /feed success',
  blame,
  why: 'So.',
  evidence: { message: '', alone: null, answers: [], like: null },
})

test('tells whose failure the tests that failed on the way were, and counts their cases once', () => {
  const failures = [sorted('test'), sorted('product'), sorted('product')]
  const lines = plainLines({}, { failures, omitted: [] })
  expect(lines).toContain('failed     3 tests on the way: product 2, test 1 (why: in report.json)')
  expect(lines.filter((line) => line.startsWith('left out'))).toEqual([])
})

test('open bugs come before known ones, and what is intended is no bug', () => {
  const [first, second, third] = outcomeWith().findings
  const decision = (verdict: 'accepted' | 'rejected') => ({ verdict, reason: 'r', owner: 'kim' })
  const findings = [
    { ...first, decision: decision('rejected') },
    { ...second, decision: decision('accepted') },
    third,
  ] as never[]
  const labels = plainLines({ findings }).map((line) => line.slice(0, 14).trim())
  expect(labels.filter((label) => /^(bug|known bug|intended)/.test(label))).toEqual([
    'bug        F3',
    'known bug  F1',
    'intended   1 f',
  ])
})

test('a dropped check that no test noticed has a line of its own', () => {
  const survivors = ['auth', 'paging'].map((kind) => ({
    id: `${kind}1`,
    kind,
    at: 'src/a.js:7',
    what: `${kind} is off`,
    fate: 'survived',
  }))
  const kinds = [{ kind: 'auth', words: 'auth check dropped' }]
  const gates = [{ name: 'kills', verdict: 'fail' as const, why: 'Too few.', evidence: { survivors, kinds } }]
  expect(plainLines({ gates }).filter((line) => line.startsWith('unnoticed'))).toEqual([
    'unnoticed  auth check dropped at src/a.js:7: auth is off (auth1)',
  ])
})
