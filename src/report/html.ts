import type { RunOutcome } from '../contracts/result.ts'
import { bugsOf } from './findings.ts'
import { plain } from './one-line.ts'
import { statusTable } from './status-table.ts'
import { type Survivor, survivorsOf } from './survivors.ts'

const STYLE = `
:root { color-scheme: light dark; --line: #8884; --good: #1a7f37; --bad: #cf222e; --warn: #9a6700 }
@media (prefers-color-scheme: dark) { :root { --good: #3fb950; --bad: #ff7b72; --warn: #d29922 } }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.6rem } h2 { font-size: 1.15rem; margin-top: 2rem; border-bottom: 1px solid var(--line) }
code, pre { font: 13px/1.45 ui-monospace, monospace } pre { padding: .6rem; border: 1px solid var(--line); overflow-x: auto }
table { border-collapse: collapse } td, th { padding: .15rem .6rem; border: 1px solid var(--line); text-align: left }
.pass { color: var(--good) } .fail, .blocked { color: var(--bad) } .not_applicable { color: var(--warn) }
.scroll { overflow-x: auto }
`

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
    table(['', ''], factsOf(outcome)),
    ...sectionsOf(outcome),
    '</body></html>',
    '',
  ].join('\n')
}

function sectionsOf(outcome: RunOutcome): string[] {
  const { gates, review, waivers, details } = outcome
  const { serious, others } = survivorsOf(outcome)
  const bugs = bugsOf(outcome)
  return [
    section('Bugs found in the application', bugs.length, bugs.map(describeBug).join('\n')),
    listed('Gates', ['gate', 'verdict', ''], gates.map(gateRow)),
    listed('Broken access, ownership or writes that no test would notice', FAULT, serious.map(faultRow)),
    listed('Other seeded faults that no test would notice', FAULT, others.map(faultRow)),
    listed(
      'Left as it is, by decision',
      ['what', 'reason', 'owner'],
      waivers.map(({ what, reason, owner }) => [text(what), text(reason), text(owner)]),
    ),
    endpointSection(outcome),
    listed(
      'Assertions that rest on observation only',
      ['where', 'assertion', 'why'],
      review.map(({ file, line, assertion, why }) => [code(`${file}:${line}`), code(assertion), text(why)]),
    ),
    listed('Tests that failed on the way', ['test', 'whose failure', 'why'], details.failures.map(failureRow)),
    listed(
      'Endpoints without a success',
      ['endpoint', 'why'],
      details.unreached.map(({ endpoint, why }) => [code(endpoint), text(why)]),
    ),
    listed(
      'Files that the tests leave lines of',
      ['file', 'lines'],
      details.uncovered.map(({ file, covered, total }) => [code(file), `${covered} of ${total}`]),
    ),
    listed(
      'Cases left out',
      ['case', 'why'],
      details.dropped.map((item) => [code(item.case), text(item.why)]),
    ),
  ]
}

const errorOf = ({ error }: RunOutcome) =>
  error === null
    ? ''
    : `<p class="fail"><strong>${text(error.code)}</strong>: ${text(error.message)} ${text(error.next)}</p>`

function factsOf({ suite, coverage, services, project, model, details, durationMs }: RunOutcome): string[][] {
  const percent = (part: number) => `${Math.round(part * 100)} %`
  const sent = details.sentTo === null ? 'nothing left the machine' : `source was sent to ${details.sentTo}`
  const { after } = coverage
  return [
    ['project', code(project.root)],
    ['model', text(`${model}; ${sent}`)],
    ...services.map(({ name, provider, fidelity }) => ['service', text(`${name}: ${provider}, ${fidelity}`)]),
    ...(suite === null
      ? []
      : [
          ['suite', `${suite.tests} tests in ${suite.files.length} files`],
          ['run it', code(suite.cwd === '.' ? suite.command : `cd ${suite.cwd} && ${suite.command}`)],
        ]),
    ...(after === null
      ? []
      : [['coverage', `${percent(after.lines)} of lines, ${percent(after.branches)} of branches`]]),
    ...(details.patch === null ? [] : [['not in the project', `kept as ${code(details.patch)}`]]),
    ['took', `${(durationMs / 1000).toFixed(1)} s`],
  ]
}

const describeBug = ({ id, kind, endpoint, detail, reproduce, decision }: RunOutcome['findings'][number]) =>
  `<h3 id="${text(id)}">${text(id)}: ${text(kind.replaceAll('_', ' '))} at ${code(endpoint)}</h3>
<p>${text(detail)}${decision === null ? '' : ` <em>Known: ${text(decision.owner)}: ${text(decision.reason)}</em>`}</p><pre>${text(reproduce)}</pre>`

const gateRow = ({ name, verdict, why }: RunOutcome['gates'][number]) => [
  text(name),
  `<span class="${verdict}">${verdict.replace('_', ' ')}</span>`,
  text(why),
]

const failureRow = ({ file, test, blame, why }: RunOutcome['details']['failures'][number]) => [
  code(`${file}: ${test}`),
  blame,
  text(why),
]

const FAULT = ['where', 'fault', '', 'id']

const faultRow = ({ at, kind, what, fate, id }: Survivor) => [code(at), text(`${kind}: ${what}`), text(fate), code(id)]

function endpointSection({ endpoints }: RunOutcome): string {
  const { statuses, rows } = statusTable(endpoints)
  const cells = rows.map(({ name, covered, gaps }) => [
    code(name),
    ...statuses.map((status) => (covered.includes(status) ? '✓' : '')),
    text(gaps),
  ])
  return listed(
    'Endpoints and the statuses they were tested with',
    ['endpoint', ...statuses.map(String), 'not tested'],
    cells,
  )
}

const listed = (title: string, head: string[], rows: string[][]) => section(title, rows.length, table(head, rows))

const section = (title: string, count: number, content: string) =>
  count === 0 ? '' : `<h2>${title} (${count})</h2>\n${content}`

/** Cells are HTML already. */
function table(head: string[], rows: string[][]): string {
  const named = head.some((name) => name !== '')
  const first = named ? `<tr>${head.map((name) => `<th>${name}</th>`).join('')}</tr>\n` : ''
  const lines = rows.map((cells) => `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`)
  return `<div class="scroll"><table>\n${first}${lines.join('\n')}\n</table></div>`
}

const code = (value: string) => `<code>${text(value)}</code>`

/** Text of the project: shown as it is, never obeyed. */
function text(value: string): string {
  return plain(value)
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')
    .replace(/'/g, '&#39;')
}
