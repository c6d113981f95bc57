import type { Colors } from 'picocolors/types.js'
import type { RunOutcome } from '../contracts/result.ts'

const SHOWN_REVIEW = 3
const SHOWN_FINDINGS = 5
const SHOWN_OTHERS = 3
/** A line that wraps more than once is not read. */
const WIDEST = 160

/** The result as about 25 lines for a person. */
export function renderOutcome(outcome: RunOutcome, colors: Colors): string {
  const { details, suite } = outcome
  const sections: string[][] = [
    [
      `${outcome.project.root}: ${[...outcome.project.languages, ...outcome.project.frameworks].join(', ') || 'not inspected'}`,
    ],
    [
      `model ${outcome.model}; ${details.sentTo === null ? 'nothing left this machine' : `source was sent to ${details.sentTo}`}`,
    ],
    mapLines(outcome),
    outcome.services.map(({ name, provider, fidelity }) => `service ${name}: ${provider}, ${fidelity}`),
    details.invented.length === 0 ? [] : [`invented values: ${details.invented.map(({ name }) => name).join(', ')}`],
    details.replaced.map(({ name, was, source }) => cut(`replaced ${name} (${was} in ${source}); never used`)),
    details.explored === null
      ? []
      : [
          `explored: ${details.explored.requests} requests, ${details.explored.cases} cases seen twice alike, ${seconds(details.explored.durationMs)}`,
        ],
    few(
      details.unreached.map(({ endpoint, why }) => `no success case for ${endpoint}: ${why}`),
      'endpoints without a success',
    ),
    details.dropped.length === 0
      ? []
      : [`left out: ${details.dropped.length} cases that did not hold twice (see report.json)`],
    suite === null ? [] : suiteLines(outcome),
    gateLines(outcome.gates, colors),
    findingLines(outcome, colors),
    reviewLines(outcome),
    verdictLines(outcome, colors),
  ]
  return `${sections.flat().join('\n')}\n`
}

function mapLines({ endpoints, details }: RunOutcome): string[] {
  if (endpoints.length === 0) return []
  const required = endpoints.filter((endpoint) => endpoint.auth === 'required').length
  const warnings = details.warnings.map(({ message, source }) => `warning: ${message}${source ? ` (${source})` : ''}`)
  return [`endpoints: ${endpoints.length}, ${required} need a credential`, ...few(warnings, 'warnings')]
}

function suiteLines({ suite, details, endpoints, coverage }: RunOutcome): string[] {
  if (suite === null) return []
  const lines = Object.values(details.lines).reduce((sum, count) => sum + count, 0)
  const succeeding = endpoints.filter((endpoint) => endpoint.covered.some((status) => status < 400)).length
  const percent =
    coverage.after === null
      ? ''
      : `; ${Math.round(coverage.after.lines * 100)} % of lines, ${Math.round(coverage.after.branches * 100)} % of branches`
  return [
    `suite: ${suite.tests} tests, ${suite.files.length} files, ${lines} lines${details.suiteMs === null ? '' : `, ${seconds(details.suiteMs)}`}`,
    `covered: ${succeeding} of ${endpoints.length} endpoints with a success${percent}`,
  ]
}

/** Gates that hold share a line; the others say why not. */
function gateLines(gates: RunOutcome['gates'], colors: Colors): string[] {
  const passed = gates.filter(({ verdict }) => verdict === 'pass').map(({ name }) => name)
  const others = gates.filter(({ verdict }) => verdict !== 'pass').map((gate) => gateLine(gate, colors))
  return [...(passed.length === 0 ? [] : [`gates ${colors.green('pass')}: ${passed.join(', ')}`]), ...others]
}

/** The first few, one line each, and how many more there are. */
function few(lines: string[], what: string): string[] {
  const shown = lines.slice(0, SHOWN_OTHERS).map(cut)
  return lines.length > shown.length
    ? [...shown, `… and ${lines.length - shown.length} more ${what} in the report`]
    : shown
}

function cut(text: string): string {
  const line = text.replace(/\s+/g, ' ')
  return line.length > WIDEST ? `${line.slice(0, WIDEST - 1)}…` : line
}

function gateLine({ name, verdict, why }: RunOutcome['gates'][number], colors: Colors): string {
  const marks = {
    pass: colors.green('pass'),
    fail: colors.red('FAIL'),
    blocked: colors.yellow('BLOCKED'),
    not_applicable: colors.dim('n/a'),
  }
  return `gate ${name}: ${marks[verdict]} ${why}`
}

function findingLines({ findings }: RunOutcome, colors: Colors): string[] {
  const shown = findings
    .slice(0, SHOWN_FINDINGS)
    .flatMap(({ id, kind, endpoint, detail, reproduce }) => [
      `${colors.red('bug')} ${cut(`${id} ${kind} ${endpoint}: ${detail}`)}`,
      `    ${reproduce}`,
    ])
  return findings.length > SHOWN_FINDINGS
    ? [...shown, `… and ${findings.length - SHOWN_FINDINGS} more in the report`]
    : shown
}

function reviewLines({ review }: RunOutcome): string[] {
  const shown = review
    .slice(0, SHOWN_REVIEW)
    .map(({ file, line, assertion }) => cut(`review ${file}:${line} ${assertion}`))
  return review.length > SHOWN_REVIEW
    ? [...shown, `… and ${review.length - SHOWN_REVIEW} more assertions that rest on observation only`]
    : shown
}

function verdictLines(outcome: RunOutcome, colors: Colors): string[] {
  const { status, error, suite, details, runDir } = outcome
  const mark = status === 'verified' ? colors.green('verified') : colors.red(status)
  const lines = [
    `${colors.bold(error?.kind === 'interrupted' ? 'interrupted' : mark)} in ${seconds(outcome.durationMs)}`,
  ]
  if (error !== null) lines.push(`${error.code}: ${error.message}`)
  if (error !== null && error.value !== '' && !error.message.includes(error.value)) lines.push(`  ${error.value}`)
  if (error !== null) lines.push(`next: ${error.next}`)
  if (suite !== null && details.landed) lines.push(...describeFiles(suite.files))
  if (suite !== null && !details.landed && details.patch !== null)
    lines.push(`not written to the project; to look at it: git apply ${details.patch}`)
  if (suite !== null) lines.push(`run it: ${suite.command}`)
  lines.push(`report: ${runDir}`)
  return lines
}

/** A folder a line, with what is in it. */
function describeFiles(files: string[]): string[] {
  const folders = new Map<string, string[]>()
  for (const file of files) {
    const at = file.lastIndexOf('/') + 1
    folders.set(file.slice(0, at), [...(folders.get(file.slice(0, at)) ?? []), file.slice(at)])
  }
  return [...folders].map(([folder, names]) =>
    cut(`files: ${folder}${names.length === 1 ? '' : ' '}${names.join(' ')}`),
  )
}

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`
