import type { RunOutcome } from '../contracts/result.ts'
import { code, codeBlock, prose } from './markdown-text.ts'

const SHOWN_FINDINGS = 8
const SHOWN_OPEN_GATES = 6
const SHOWN_UNREACHED = 4
/** GitHub refuses a comment of more than 65,536 characters. */
const LONGEST_FOLDED = 5_000
const LONGEST_LINE = 400

/** A pull-request comment: what a reviewer must see in at most 40 lines, everything else folded away. */
export function renderMarkdown(outcome: RunOutcome): string {
  const { findings, gates, endpoints, review, details } = outcome
  return [
    `## Integration tests: ${outcome.status}`,
    '',
    ...summary(outcome),
    ...section('Bugs found in the application', findings.map(findingLine), SHOWN_FINDINGS),
    ...section('Gates that do not hold', gates.filter(isOpen).map(gateLine), SHOWN_OPEN_GATES),
    ...section('Endpoints without a success', details.unreached.map(unreachedLine), SHOWN_UNREACHED),
    ...folded('How to reproduce the bugs', findings.length, findings.map(reproduction)),
    ...folded('All gates', gates.length, gates.map(gateLine)),
    ...folded(
      'Endpoints and the statuses tested',
      endpoints.length,
      endpoints.map(({ method, path, covered }) => `- ${code(`${method} ${path}`)}: ${covered.join(', ') || 'none'}`),
    ),
    ...folded(
      'Assertions that rest on observation only: please look at them',
      review.length,
      review.map(({ file, line, assertion }) => `- ${code(`${file}:${line}`)} ${code(cut(assertion))}`),
    ),
    ...folded(
      'Files that the tests leave lines of',
      details.uncovered.length,
      details.uncovered.map(({ file, covered, total }) => `- ${code(file)}: ${covered} of ${total} lines`),
    ),
    ...folded(
      'Cases left out',
      details.dropped.length,
      details.dropped.map((item) => `- ${code(cut(item.case))}: ${prose(cut(item.why))}`),
    ),
    '',
  ].join('\n')
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
    ...(error === null ? [] : [`**${prose(error.code)}**: ${prose(cut(error.message))} ${prose(cut(error.next))}`, '']),
    ...(suite === null ? ['There is no suite.'] : [`Run it: ${code(suite.command)}`]),
    ...(suite === null || details.landed
      ? []
      : ['', 'It is **not** in the project; the run’s folder holds it as a patch.']),
  ]
}

const isOpen = ({ verdict }: RunOutcome['gates'][number]) => verdict === 'fail' || verdict === 'blocked'

const findingLine = ({ id, kind, endpoint, detail }: RunOutcome['findings'][number]) =>
  `- **${prose(id)}** ${prose(kind)} ${code(endpoint)}: ${prose(cut(detail))}`

const gateLine = (gate: RunOutcome['gates'][number]) =>
  `- ${prose(gate.name)}: ${isOpen(gate) ? `**${gate.verdict}**` : gate.verdict.replace('_', ' ')}. ${prose(cut(gate.why))}`

const unreachedLine = ({ endpoint, why }: RunOutcome['details']['unreached'][number]) =>
  `- ${code(endpoint)}: ${prose(cut(why))}`

const reproduction = ({ id, reproduce }: RunOutcome['findings'][number]) =>
  [`- ${prose(id)}`, '', ...codeBlock(reproduce, '  ')].join('\n')

/** The first few lines, and the others folded right below. */
function section(title: string, lines: string[], shown: number): string[] {
  if (lines.length === 0) return []
  const rest = lines.slice(shown)
  return [
    '',
    `### ${title} (${lines.length})`,
    '',
    ...lines.slice(0, shown),
    ...folded('The others', rest.length, rest),
  ]
}

function folded(title: string, count: number, items: string[]): string[] {
  if (items.length === 0) return []
  let size = 0
  const kept = items.filter((item) => {
    const fits = size + item.length <= LONGEST_FOLDED
    if (fits) size += item.length
    return fits
  })
  const left = items.length - kept.length
  const more = left === 0 ? [] : [`- … and ${left} more in report.json`]
  return ['', `<details><summary>${title} (${count})</summary>`, '', ...kept, ...more, '', '</details>']
}

const cut = (text: string) => (text.length > LONGEST_LINE ? `${text.slice(0, LONGEST_LINE - 1)}…` : text)
