import type { RunOutcome } from '../contracts/result.ts'
import { bugsOf, firstClause } from './findings.ts'
import { code, codeBlock, prose } from './markdown-text.ts'
import { roundTexts } from './rounds.ts'
import { statusTable } from './status-table.ts'
import { type Survivor, survivorsOf } from './survivors.ts'

type Gate = RunOutcome['gates'][number]

/** Of what is seen before anything is unfolded. */
const MOST_LINES = 40
/** How many of each a reviewer sees at once; the others are folded right below. */
const SHOWN = { findings: 6, gates: 5, noticed: 3, survivors: 4, unreached: 2, waivers: 3, review: 3 }
/** A table of fewer rows is folded whole. */
const FEWEST_ROWS = 3
/** GitHub refuses a comment of more than 65,536 characters. */
const LONGEST_FOLDED = 5_000
const LONGEST_LINE = 400
/** What takes more than two lines on the screen is read in the folded part. */
const LONGEST_SHOWN = 160

/** A pull-request comment: what a reviewer must see in at most 40 lines, everything else folded away. */
export function renderMarkdown(outcome: RunOutcome): string {
  const below = foldedParts(outcome)
  const limits = { ...SHOWN }
  let above = shownParts(outcome, limits)
  // Where there is much of everything, the longest lists give way first.
  while (visibleLines([...above, ...below]) >= MOST_LINES) {
    const [longest] = Object.entries(limits).sort((a, b) => b[1] - a[1]) as [keyof typeof SHOWN, number][]
    if (longest === undefined || longest[1] <= 1) break
    limits[longest[0]] -= 1
    above = shownParts(outcome, limits)
  }
  const room = MOST_LINES - visibleLines([...above, ...below])
  return [...above, ...endpointTable(outcome.endpoints, room), ...below, ''].join('\n')
}

function shownParts(outcome: RunOutcome, limits: typeof SHOWN): string[] {
  const { gates, review, waivers, details } = outcome
  const { serious } = survivorsOf(outcome)
  return [
    `## Integration tests: ${outcome.status}`,
    '',
    ...summary(outcome),
    ...section('Bugs found in the application', bugsOf(outcome).map(findingLine), limits.findings),
    ...section('Gates that do not hold', gates.filter(decides).map(gateLine), limits.gates),
    ...section('Also noticed; it does not decide', gates.filter(isNoticed).map(gateLine), limits.noticed),
    ...section(
      'Broken access, ownership or writes that no test would notice',
      serious.map(survivorLine),
      limits.survivors,
    ),
    ...section('Left as it is, by decision', waivers.map(waiverLine), limits.waivers),
    ...section(
      'Assertions that rest on observation only: please look',
      [...review].sort(statusFirst).map(reviewLine),
      limits.review,
    ),
    ...section('Endpoints without a success', details.unreached.map(unreachedLine), limits.unreached),
  ]
}

function foldedParts(outcome: RunOutcome): string[] {
  const { gates, details } = outcome
  const bugs = bugsOf(outcome)
  const { others } = survivorsOf(outcome)
  return [
    ...folded('The bugs, with requests that show them', bugs.map(reproduction)),
    ...folded('Other seeded faults that no test would notice', others.map(survivorLine)),
    ...folded('All gates', gates.map(gateLine)),
    ...folded(
      'What was done about unnoticed faults',
      roundTexts(outcome).map(
        ({ text, faults }) => `- ${prose(text)}${faults === '' ? '' : `: ${prose(cut(faults))}`}`,
      ),
    ),
    ...folded('Tests that failed, and whose failure it is', details.failures.map(failureLine)),
    ...folded(
      'Files that the tests leave lines of',
      details.uncovered.map(({ file, covered, total }) => `- ${code(file)}: ${covered} of ${total} lines`),
    ),
    ...folded(
      'Cases left out',
      details.dropped.map((item) => `- ${code(cut(item.case))}: ${prose(cut(item.why))}`),
    ),
    ...folded(
      'Cases left out so that the suite stays short',
      details.omitted.map((id) => `- ${code(cut(id))}`),
    ),
  ]
}

function summary(outcome: RunOutcome): string[] {
  const { suite, error, gates, coverage, services, details } = outcome
  const holding = gates.filter((gate) => !isOpen(gate)).length
  const parts = [
    ...(suite === null ? [] : [`**${suite.tests}** tests in ${suite.files.length} files`]),
    ...(coverage.after === null ? [] : [`${Math.round(coverage.after.lines * 100)} % of lines`]),
    ...(gates.length === 0 ? [] : [`${holding} of ${gates.length} gates hold`]),
    ...services.map(({ name, provider, fidelity }) => prose(`${name} (${provider}, ${fidelity})`)),
  ]
  return [
    ...(parts.length === 0 ? [] : [`${parts.join(' · ')}`, '']),
    ...(error === null
      ? []
      : [`**${prose(error.code)}**: ${prose(ended(cut(error.message)))} ${prose(cut(error.next))}`, '']),
    ...(suite === null ? ['There is no suite.'] : [`Run it: ${code(commandOf(suite))}`]),
    ...(suite === null || details.patch === null
      ? []
      : ['', 'It is **not** in the project; the run’s folder holds it as a patch.']),
  ]
}

const commandOf = ({ command, cwd }: NonNullable<RunOutcome['suite']>) =>
  cwd === '.' || cwd === '' ? command : `cd ${cwd} && ${command}`

const isOpen = ({ verdict }: Gate) => verdict === 'fail' || verdict === 'blocked'
/** On somebody's own suite not every gate decides, and not what was waived. */
const decides = (gate: Gate) => isOpen(gate) && (gate.judged?.counts ?? true)
const isNoticed = (gate: Gate) => isOpen(gate) && !decides(gate)

const findingLine = ({ id, kind, endpoint, detail, decision }: RunOutcome['findings'][number]) =>
  `- **${prose(id)}** ${prose(kind.replaceAll('_', ' '))} ${code(endpoint)}: ${prose(shown(firstClause(detail)))}${decision === null ? '' : ` (known: ${prose(shown(decision.owner))})`}`

const survivorLine = ({ id, kind, at, what, fate }: Survivor) =>
  `- ${code(at)} ${prose(shown(`${kind}: ${what}`))} (${prose(fate === 'survived' ? id : `${fate}, ${id}`)})`

const waiverLine = ({ what, reason, owner }: RunOutcome['waivers'][number]) =>
  `- ${prose(shown(what))}: ${prose(shown(reason))} (${prose(owner)})`

/** A status that nobody promises matters more than a text. */
const statusFirst = (a: { why: string }, b: { why: string }) =>
  Number(b.why.includes('status ')) - Number(a.why.includes('status '))

/** Which parts of it nobody promises; an assertion that goes over several lines says little by its first. */
const reviewLine = ({ file, line, assertion, why }: RunOutcome['review'][number]) => {
  const parts = why.replace(/^observed only:? ?/, '')
  return `- ${code(`${file}:${line}`)} ${parts === '' ? code(cut(assertion)) : prose(shown(parts))}`
}

const gateLine = (gate: Gate) =>
  `- ${prose(gate.name)}: ${decides(gate) ? `**${gate.verdict}**` : gate.verdict.replace('_', ' ')}. ${prose(cut(gate.why))}`

const unreachedLine = ({ endpoint, why }: RunOutcome['details']['unreached'][number]) =>
  `- ${code(endpoint)}: ${prose(shown(why))}`

const failureLine = ({ file, test, blame, why }: RunOutcome['details']['failures'][number]) =>
  `- **${blame}** ${code(cut(`${file}: ${test}`))}: ${prose(cut(why))}`

const reproduction = ({ id, endpoint, detail, reproduce, decision }: RunOutcome['findings'][number]) =>
  [
    `- **${prose(id)}** ${code(endpoint)}: ${prose(cut(detail))}${decision === null ? '' : ` ${prose(cut(`${decision.owner}: ${decision.reason}`))}`}`,
    '',
    ...codeBlock(reproduce, '  '),
  ].join('\n')

/** The first few lines, and the others folded right below. */
function section(title: string, lines: string[], most: number): string[] {
  if (lines.length === 0) return []
  const rest = lines.slice(most)
  return ['', `### ${title} (${lines.length})`, '', ...lines.slice(0, most), ...folded('The others', rest)]
}

/** As many rows as there is room for, those with gaps first, and the others folded. */
function endpointTable(endpoints: RunOutcome['endpoints'], room: number): string[] {
  if (endpoints.length === 0) return []
  const title = 'Endpoints and the statuses they were tested with'
  const { head, rows } = renderTable(endpoints)
  const fits = rows.length + head.length + 1 <= room ? rows.length : room - head.length - 2
  if (fits < Math.min(FEWEST_ROWS, rows.length)) return foldedTable(title, head, rows)
  return [
    '',
    `### ${title} (${rows.length})`,
    '',
    ...head,
    ...rows.slice(0, fits),
    ...foldedTable('The others', head, rows.slice(fits)),
  ]
}

function renderTable(endpoints: RunOutcome['endpoints']): { head: string[]; rows: string[] } {
  const table = statusTable(endpoints)
  const hasGaps = table.rows.some(({ gaps }) => gaps !== '')
  const columns = ['', ...table.statuses, ...(hasGaps ? ['not tested'] : [])]
  const rows = table.rows.map(({ name, covered, gaps }) => {
    const cells = table.statuses.map((status) => (covered.includes(status) ? '✓' : ' '))
    // In a table a bar ends the cell, in code too.
    return `| ${[code(name).replace(/\|/g, '\\|'), ...cells, ...(hasGaps ? [gaps] : [])].join(' | ')} |`
  })
  return { head: [`| ${columns.join(' | ')} |`, `|${'---|'.repeat(columns.length)}`], rows }
}

function foldedTable(title: string, head: string[], rows: string[]): string[] {
  if (rows.length === 0) return []
  const kept = whatFits(rows)
  const left = rows.length - kept.length
  return fold(title, rows.length, [...head, ...kept, ...(left === 0 ? [] : ['', `… and ${left} more in report.json`])])
}

function folded(title: string, items: string[]): string[] {
  if (items.length === 0) return []
  const kept = whatFits(items)
  const left = items.length - kept.length
  return fold(title, items.length, [...kept, ...(left === 0 ? [] : [`- … and ${left} more in report.json`])])
}

const fold = (title: string, count: number, lines: string[]) => [
  '',
  `<details><summary>${title} (${count})</summary>`,
  '',
  ...lines,
  '',
  '</details>',
]

function whatFits(items: string[]): string[] {
  let size = 0
  return items.filter((item) => {
    const fits = size + item.length <= LONGEST_FOLDED
    if (fits) size += item.length
    return fits
  })
}

/** Lines with something on them, of folded parts the title alone. */
function visibleLines(lines: string[]): number {
  let inside = false
  return lines.filter((line) => {
    const seen = !inside && line.trim() !== ''
    if (line.startsWith('<details>')) inside = true
    if (line === '</details>') inside = false
    return seen
  }).length
}

const ended = (text: string) => (/[.:!?…]\s*$/.test(text) ? text : `${text}.`)
const cut = (text: string) => cutAt(text, LONGEST_LINE)
const shown = (text: string) => cutAt(text, LONGEST_SHOWN)
const cutAt = (text: string, most: number) => (text.length > most ? `${text.slice(0, most - 1)}…` : text)
