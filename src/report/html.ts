import type { RunOutcome } from '../contracts/result.ts'
import { bugsOf } from './findings.ts'
import { gateRows } from './html-gates.ts'
import {
  code,
  factsTable,
  folded,
  matrixTable,
  rowsTable,
  STYLE,
  section,
  sentence,
  text,
  whole,
} from './html-parts.ts'
import { roundTexts } from './rounds.ts'
import { statusTable } from './status-table.ts'
import { type Survivor, survivorsOf } from './survivors.ts'
import { verificationFacts } from './verification.ts'

/** Everything a run told, as one page that needs nothing else: no script, no address. */
export function renderHtml(outcome: RunOutcome): string {
  const title = `Integration tests: ${outcome.status}`
  return [
    '<!doctype html>',
    '<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    `<title>${text(title)}</title><style>${STYLE}</style></head><body>`,
    `<h1 class="${outcome.status === 'verified' ? 'pass' : 'fail'}">${text(title)}</h1>`,
    errorOf(outcome),
    factsTable(factsOf(outcome)),
    ...sectionsOf(outcome),
    '</body></html>',
    '',
  ].join('\n')
}

function sectionsOf(outcome: RunOutcome): string[] {
  const { gates, waivers, details } = outcome
  const { serious, others } = survivorsOf(outcome)
  const bugs = bugsOf(outcome)
  return [
    section('Bugs found in the application', bugs.length, bugs.map(describeBug).join('\n')),
    section('Gates', gates.length, rowsTable(['gate', 'verdict', 'why'], gateRows(gates))),
    listed('Broken access, ownership or writes that no test would notice', FAULT, serious.map(faultRow)),
    listed(
      'What was done about unnoticed faults',
      ['round', 'noticed since'],
      roundTexts(outcome).map((round) => [text(round.text), text(round.faults)]),
    ),
    listed('Other seeded faults that no test would notice', FAULT, others.map(faultRow)),
    listed(
      'Left as it is, by decision',
      ['what', 'reason', 'owner'],
      waivers.map(({ what, reason, owner }) => [text(what), text(reason), text(owner)]),
    ),
    endpointSection(outcome),
    listed(
      'Endpoints without a success',
      ['endpoint', 'why'],
      details.unreached.map(({ endpoint, why }) => [code(endpoint), text(why)]),
    ),
    listed(
      'Warnings',
      ['what', 'where'],
      details.warnings.map(({ message, source }) => [text(message), source === undefined ? '' : code(source)]),
    ),
    ...foldedSections(outcome),
  ]
}

function foldedSections({ review, details }: RunOutcome): string[] {
  const fold = (title: string, head: string[], rows: string[][]) => folded(title, rows.length, rowsTable(head, rows))
  return [
    fold(
      'Assertions that rest on observation only',
      ['where', 'assertion', 'why'],
      review.map(({ file, line, assertion, why }) => [code(`${file}:${line}`), code(assertion), text(why)]),
    ),
    fold(
      'Tests that failed, and whose failure it is',
      ['test', 'whose failure', 'why'],
      details.failures.map(failureRow),
    ),
    fold(
      'Files that the tests leave lines of',
      ['file', 'lines'],
      details.uncovered.map(({ file, covered, total }) => [code(file), `${covered} of ${total}`]),
    ),
    fold(
      'Cases left out',
      ['case', 'why'],
      details.dropped.map((item) => [code(item.case), text(item.why)]),
    ),
    fold(
      'Cases left out so that the suite stays short',
      ['case'],
      details.omitted.map((id) => [code(id)]),
    ),
  ]
}

const errorOf = ({ error }: RunOutcome) =>
  error === null
    ? ''
    : `<p class="fail message"><strong>${text(error.code)}</strong>: ${text(error.message)}</p>\n<p>${sentence(error.next)}</p>`

function factsOf(outcome: RunOutcome): string[][] {
  const { suite, project, durationMs, verification } = outcome
  return [
    ['project', code(project.root)],
    ...(verification === undefined
      ? runFacts(outcome)
      : verificationFacts(outcome).map((line) => [text(line.label), sentence(line.text)])),
    ...(suite === null
      ? []
      : [['run it', code(suite.cwd === '.' ? suite.command : `cd ${suite.cwd} && ${suite.command}`)]]),
    ['took', `${(durationMs / 1000).toFixed(1)} s`],
  ]
}

function runFacts({ suite, coverage, services, model, details }: RunOutcome): string[][] {
  const percent = (part: number) => `${Math.round(part * 100)} %`
  const sent = details.sentTo === null ? 'nothing left the machine' : `source was sent to ${details.sentTo}`
  const { after } = coverage
  return [
    ['model', text(`${model}; ${sent}`)],
    ...services.map(({ name, provider, fidelity }) => ['service', text(`${name}: ${provider}, ${fidelity}`)]),
    ...(details.invented.length === 0
      ? []
      : [['invented', `test values for ${details.invented.map(({ name }) => code(name)).join(', ')}`]]),
    ...details.replaced.map(({ name, was, source }) => [
      'replaced',
      `${code(name)}: ${code(was)} of ${code(source)} is never used`,
    ]),
    ...(suite === null ? [] : [['suite', `${suite.tests} tests in ${suite.files.length} files`]]),
    ...(after === null
      ? []
      : [['coverage', `${percent(after.lines)} of lines, ${percent(after.branches)} of branches`]]),
    ...(details.patch === null ? [] : [['not in the project', `kept as ${code(details.patch)}`]]),
  ]
}

const describeBug = ({ id, kind, endpoint, detail, reproduce, decision }: RunOutcome['findings'][number]) =>
  `<h3 id="${text(id)}">${text(id)}: ${text(kind.replaceAll('_', ' '))} at ${code(endpoint)}</h3>
<p>${text(detail)}${decision === null ? '' : ` <em>Known: ${text(decision.owner)}: ${text(decision.reason)}</em>`}</p><pre>${text(reproduce)}</pre>`

const failureRow = ({ file, test, blame, why }: RunOutcome['details']['failures'][number]) => [
  code(`${file}: ${test}`),
  blame,
  text(why),
]

const FAULT = ['where', 'fault', 'fate', 'id']

const faultRow = ({ at, kind, what, fate, id }: Survivor) => [
  code(at),
  text(`${kind}: ${what}`),
  whole(text(fate)),
  whole(code(id)),
]

function endpointSection({ endpoints }: RunOutcome): string {
  const { statuses, rows } = statusTable(endpoints)
  const hasGaps = rows.some(({ gaps }) => gaps !== '')
  const cells = rows.map(({ name, covered, gaps }) => [
    code(name),
    ...statuses.map((status) => (covered.includes(status) ? '✓' : '')),
    ...(hasGaps ? [text(gaps)] : []),
  ])
  return section(
    'Endpoints and the statuses they were tested with',
    cells.length,
    matrixTable(['endpoint', ...statuses.map(String), ...(hasGaps ? ['not tested'] : [])], cells),
  )
}

const listed = (title: string, head: string[], rows: string[][]) => section(title, rows.length, rowsTable(head, rows))
