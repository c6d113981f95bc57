import type { Colors } from 'picocolors/types.js'
import type { RunOutcome } from '../contracts/result.ts'
import { oneLine, plain, wrap } from './one-line.ts'

type Finding = RunOutcome['findings'][number]

/** What became of a finding, in two words. */
export function stateOf({ decision }: Pick<Finding, 'decision'>): 'open' | 'intended' | 'known bug' {
  if (decision === null) return 'open'
  return decision.verdict === 'accepted' ? 'intended' : 'known bug'
}

/** What to look at first. */
const GRAVITY = [
  'auth_missing',
  'ownership_missing',
  'lost_write',
  'ineffective_delete',
  'crash',
  'server_error',
  'contract_mismatch',
  'undefined_order',
  'egress',
]

/** Without what is intended: undecided ones first, among them the gravest. */
export function bugsOf({ findings }: Pick<RunOutcome, 'findings'>): Finding[] {
  const gravity = ({ kind }: Finding) => (GRAVITY.includes(kind) ? GRAVITY.indexOf(kind) : GRAVITY.length)
  return ['open', 'known bug'].flatMap((state) =>
    findings.filter((finding) => stateOf(finding) === state).sort((a, b) => gravity(a) - gravity(b)),
  )
}

/** What happens, without what was expected instead and what the application printed. */
export function firstClause(detail: string): string {
  return (oneLine(detail).split(/; |\. /)[0] ?? '').replace(/\.$/, '')
}

/** Column at which texts begin. */
const LABEL = 11

/** Each finding in a few lines; `columns` as for `renderOutcome`. */
export function renderFindings(findings: Finding[], colors: Colors, columns: number | null): string {
  return findings.map((finding) => `${headOf(finding, colors, columns)}\n`).join('')
}

/** All of one finding: what happens, how to see it, what was decided. */
export function renderFinding(finding: Finding, colors: Colors, columns: number | null): string {
  const { reproduce, cases } = finding
  const lines = [
    headOf(finding, colors, columns),
    ...cases.map((shown, index) => labelled(index === 0 ? 'shown by' : '', shown, colors, columns)),
    colors.dim('see it'.padEnd(LABEL)) + plain(reproduce),
  ]
  return `${lines.join('\n')}\n`
}

function headOf(finding: Finding, colors: Colors, columns: number | null): string {
  const { id, kind, endpoint, detail, decision } = finding
  const state = stateOf(finding)
  const paint = { open: colors.red, 'known bug': colors.yellow, intended: colors.green }[state]
  return [
    `${paint(state.padEnd(LABEL))}${colors.bold(id)} ${oneLine(`${kind.replaceAll('_', ' ')} at ${endpoint}`)}`,
    labelled('', detail, colors, columns),
    ...(decision === null ? [] : [labelled('', `${decision.owner}: ${decision.reason}`, colors, columns)]),
  ].join('\n')
}

function labelled(label: string, text: string, colors: Colors, columns: number | null): string {
  const clean = oneLine(text)
  const lines = columns === null || columns < 2 * LABEL ? [clean] : wrap(clean, columns - LABEL)
  return colors.dim(label.padEnd(LABEL)) + lines.join(`\n${' '.repeat(LABEL)}`)
}
