import type { Json } from '../../contracts/json.ts'
import type { RunResult, Suite, TestSource } from '../../contracts/suite.ts'
import type { GateInput, VerifierGate } from '../gate.ts'
import { count, describeRun, explainRed, isGreen } from '../summary.ts'
import { fail, pass } from '../verdicts.ts'

export const runs: VerifierGate = {
  name: 'runs',
  promise: 'The plain command exits 0, at least one test ran, none is skipped or focused without a stated reason',

  async check({ rehearsal, suite, source, foreign }: GateInput) {
    const { result } = await rehearsal.first()
    const marks = readMarks(suite, source)
    const evidence = {
      command: suite.command,
      cwd: suite.cwd,
      ...describeRun(result),
      skips: marks.skips,
      focused: marks.focused,
      requests: countRequests(result),
    }
    if (!isGreen(result)) return fail(`The suite is red: ${explainRed(result)}.`, evidence, redOf(result))
    const idle = suite.files.filter(
      ({ path, kind }) => kind === 'test' && !result.tests.some(({ file }) => file === path),
    )
    if (idle[0]) {
      return fail(
        `${idle.length} test files were never run: the command does not select ${idle[0].path}.`,
        evidence,
        idle.map(({ path }) => `never run: ${path}`),
      )
    }
    if (marks.focused.length > 0) {
      return fail(
        `A focused test keeps others from running: ${marks.focused[0]}.`,
        evidence,
        marks.focused.map((at) => `focused: ${withoutLine(at)}`),
      )
    }
    const skipped = result.tests.filter((test) => test.status === 'skipped' || test.status === 'todo')
    const unexplained = marks.skips.filter((skip) => skip.reason === null)
    // Others say why elsewhere, or in the title: theirs are named, not held against them.
    if (foreign) {
      const named = skipped.length > 0 ? `, ${skipped.length} skipped or to be written` : ''
      return pass(`${count(result, 'passed')} tests passed${named}.`, evidence)
    }
    if (unexplained[0]) {
      return fail(
        `${unexplained.length} skipped or unwritten without a comment that says why, e.g. ${unexplained[0].at}.`,
        evidence,
        unexplained.map(({ at }) => `skipped: ${withoutLine(at)}`),
      )
    }
    // Skipped at run time by means the text does not show.
    if (skipped.length > mostSkipped(marks.skips)) {
      return fail(
        `${skipped.length} tests were skipped without a stated reason, e.g. “${skipped[0]?.name}”.`,
        evidence,
        skipped.map(({ file, name }) => `skipped: ${file} > ${name}`),
      )
    }
    const rest = skipped.length > 0 ? `, ${skipped.length} skipped with a reason` : ''
    return pass(`${count(result, 'passed')} tests passed${rest}.`, evidence)
  },
}

/** One test for each mark, unless one of them is for a block or for rows: then any number. */
function mostSkipped(skips: { at: string }[]): number {
  const single = skips.every(({ at }) => /^\S+ (x?it|x?test)(\.(skip|todo))?\(/.test(at))
  return single ? skips.length : Number.POSITIVE_INFINITY
}

/** Failed tests, and files that do not load. */
function redOf({ tests, errors }: RunResult): string[] {
  return [
    ...tests.filter(({ status }) => status === 'failed').map(({ file, name }) => `${file} > ${name}`),
    ...errors.flatMap(({ file }) => (file === null ? [] : [`${file} does not load`])),
  ]
}

/** `a.test.js:12 it.skip(…)`: the line moves. */
const withoutLine = (at: string) => at.replace(/:\d+ /, ' ')

function readMarks(suite: Suite, source: TestSource | null) {
  const skips: { at: string; reason: string | null }[] = []
  const focused: string[] = []
  for (const file of suite.files) {
    if (file.kind !== 'test' || !source) continue
    const facts = source.read(file.path, file.content)
    skips.push(...facts.skips.map(({ line, text, reason }) => ({ at: `${file.path}:${line} ${text}`, reason })))
    focused.push(...facts.focused.map(({ line, text }) => `${file.path}:${line} ${text}`))
  }
  return { skips, focused }
}

/** Requests that reached the application: `POST /users 201` → how often. */
function countRequests(result: RunResult): Json {
  const counts: Record<string, number> = {}
  for (const { method, path, status } of result.requests) {
    const key = `${method} ${path} ${status}`
    counts[key] = (counts[key] ?? 0) + 1
  }
  const entries = Object.entries(counts)
  return { total: result.requests.length, different: entries.length, sample: Object.fromEntries(entries.slice(0, 50)) }
}
