import type { Colors } from 'picocolors/types.js'
import type { RunOutcome } from '../contracts/result.ts'
import { failureLines } from './failure-lines.ts'
import { bugsOf, firstClause } from './findings.ts'
import { count, cutTo, oneLine, plain, wrap } from './one-line.ts'
import { roundTexts } from './rounds.ts'
import { survivorsOf } from './survivors.ts'
import { verificationLines } from './verification.ts'

const SHOWN_FINDINGS = 5
const SHOWN_OTHERS = 3
const SHOWN_PLACES = 3
/** Of what can be looked up in the report; where to find it and what to type is never shortened. */
const WIDEST = 160
/** Column at which texts begin. */
const LABEL = 11

/** `text` is wrapped to the terminal; `copied` stays on one line, however long, so that it can be copied. */
export interface Line {
  label: string
  text: string
  copied?: boolean
}

/**
 * The result as about 25 lines for a person, the verdict and what to do with it last. `columns`: the terminal's width, `null`
 * elsewhere: then nothing is wrapped.
 */
export function renderOutcome(outcome: RunOutcome, colors: Colors, columns: number | null): string {
  if (outcome.verification) return renderLines(verificationLines(outcome), colors, columns)
  const lines: Line[] = [
    ...projectLines(outcome),
    ...environmentLines(outcome),
    ...explorationLines(outcome),
    ...suiteLines(outcome),
    ...gateLines(outcome.gates),
    ...survivorLines(outcome),
    ...few(
      'strength',
      roundTexts(outcome).map(({ text }) => text),
      'rounds',
    ),
    ...findingLines(outcome),
    ...reviewLines(outcome),
    ...verdictLines(outcome),
  ]
  return renderLines(lines, colors, columns)
}

/** Labels in one column, texts in the other. */
function renderLines(lines: Line[], colors: Colors, columns: number | null): string {
  return lines.map((line) => `${renderLine(line, colors, columns)}\n`).join('')
}

function renderLine({ label, text, copied }: Line, colors: Colors, columns: number | null): string {
  const head = paint(label.padEnd(LABEL), colors)
  if (copied === true) return head + plain(text)
  const clean = oneLine(text)
  if (columns === null || columns < 2 * LABEL) return head + clean
  return head + wrap(clean, columns - LABEL).join(`\n${' '.repeat(LABEL)}`)
}

function paint(label: string, colors: Colors): string {
  const word = label.trim()
  if (['verified', 'pass'].includes(word)) return colors.bold(colors.green(label))
  if (['FAIL', 'error', 'unverified', 'refused', 'bug', 'unnoticed'].includes(word))
    return colors.bold(colors.red(label))
  if (['BLOCKED', 'interrupted', 'warning', 'known bug'].includes(word)) return colors.yellow(label)
  return colors.dim(label)
}

function projectLines({ project, model, details, endpoints }: RunOutcome): Line[] {
  const kinds = [...project.languages, ...project.frameworks].join(', ') || 'not inspected'
  const required = endpoints.filter((endpoint) => endpoint.auth === 'required').length
  const warnings = details.warnings.map(({ message, source }) => `${message}${source ? ` (${source})` : ''}`)
  return [
    { label: 'project', text: `${project.root} (${kinds})` },
    {
      label: 'model',
      text: `${model}; ${details.sentTo === null ? 'nothing left this machine' : `source was sent to ${details.sentTo}`}`,
    },
    ...(endpoints.length === 0
      ? []
      : [{ label: 'endpoints', text: `${endpoints.length}, ${required} need a credential` }]),
    ...few('warning', warnings, 'warnings'),
  ]
}

function environmentLines({ services, details }: RunOutcome): Line[] {
  const invented = details.invented.map(({ name }) => name).join(', ')
  return [
    ...services.map((service) => ({ label: 'service', text: describeService(service) })),
    ...(invented === '' ? [] : [{ label: 'invented', text: `test values for ${invented}` }]),
    ...few(
      'replaced',
      details.replaced.map(({ name, was, source }) => `${name} (${was} in ${source}); never used`),
      'replaced addresses',
    ),
  ]
}

function describeService({ name, provider, fidelity, version, wanted }: RunOutcome['services'][number]): string {
  const called = version === undefined ? name : `${name} ${version}`
  return `${called}: ${provider}, ${fidelity}${wanted === undefined ? '' : `; the project names version ${wanted}`}`
}

function explorationLines({ details }: RunOutcome): Line[] {
  const { explored, unreached, failures } = details
  // Told by whose failure it was.
  const failed = new Set(failures.map((failure) => failure.case))
  const dropped = details.dropped.filter((item) => !failed.has(item.case))
  const counts =
    explored === null
      ? []
      : [`${explored.requests} requests, ${explored.cases} cases seen twice alike, ${seconds(explored.durationMs)}`]
  const left = [
    ...(dropped.length === 0 ? [] : [`${count(dropped.length, 'case')} that did not hold each time`]),
    ...(details.omitted.length === 0 ? [] : [`${count(details.omitted.length, 'case')} to keep it short`]),
  ].join('; ')
  return [
    ...counts.map((text) => ({ label: 'explored', text })),
    ...few(
      'no success',
      unreached.map(({ endpoint, why }) => `${endpoint}: ${why}`),
      'endpoints without a success',
    ),
    ...(left === '' ? [] : [{ label: 'left out', text: `${left} (in report.json)` }]),
    ...failureLines(details.failures, 'on the way'),
  ]
}

function suiteLines({ suite, details, endpoints, coverage }: RunOutcome): Line[] {
  if (suite === null) return []
  const lines = Object.values(details.lines).reduce((sum, count) => sum + count, 0)
  const took = details.suiteMs === null ? '' : `, ${seconds(details.suiteMs)}`
  const size: Line = {
    label: 'suite',
    text: `${suite.tests} tests, ${suite.files.length} files, ${lines} lines${took}`,
  }
  if (details.suiteMs === null || suite.tests === 0)
    return [size, { label: 'covered', text: 'not measured: no test has run' }]
  const succeeding = endpoints.filter((endpoint) => endpoint.covered.some((status) => status < 400)).length
  const percent =
    coverage.after === null
      ? ''
      : `; ${Math.round(coverage.after.lines * 100)} % of lines, ${Math.round(coverage.after.branches * 100)} % of branches`
  return [size, { label: 'covered', text: `${succeeding} of ${endpoints.length} endpoints with a success${percent}` }]
}

/** Gates that hold share a line; the others say why not. */
function gateLines(gates: RunOutcome['gates']): Line[] {
  const passed = gates.filter(({ verdict }) => verdict === 'pass').map(({ name }) => name)
  const labels = { pass: 'pass', fail: 'FAIL', blocked: 'BLOCKED', not_applicable: 'n/a' }
  return [
    ...(passed.length === 0 ? [] : [{ label: 'pass', text: `gates ${passed.join(', ')}` }]),
    ...gates
      .filter(({ verdict }) => verdict !== 'pass')
      .map(({ name, verdict, why }) => ({ label: labels[verdict], text: `gate ${name}: ${why}` })),
  ]
}

/** What a reviewer must not miss of the faults that went unnoticed. */
function survivorLines(outcome: RunOutcome): Line[] {
  const { serious } = survivorsOf(outcome)
  return few(
    'unnoticed',
    serious.map(({ kind, at, what, id }) => `${kind} at ${at}: ${what} (${id})`),
    'such faults',
  )
}

/** The first few, and how many more there are. */
function few(label: string, texts: string[], what: string): Line[] {
  const lines = texts.slice(0, SHOWN_OTHERS).map((text) => ({ label, text: cutTo(oneLine(text), WIDEST) }))
  return texts.length > lines.length
    ? [...lines, { label: '', text: `… and ${texts.length - lines.length} more ${what} in the report` }]
    : lines
}

/** Open ones first; of what is intended only how much there is. */
function findingLines(outcome: RunOutcome): Line[] {
  const bugs = bugsOf(outcome)
  const lines = bugs.slice(0, SHOWN_FINDINGS).flatMap((finding): Line[] => [
    {
      label: finding.decision === null ? 'bug' : 'known bug',
      text: `${finding.id} ${finding.kind.replaceAll('_', ' ')} at ${finding.endpoint}: ${cutTo(firstClause(finding.detail), WIDEST)}`,
    },
    { label: '', text: finding.reproduce, copied: true },
  ])
  const more = bugs.length - SHOWN_FINDINGS
  const intended = outcome.findings.length - bugs.length
  return [
    ...lines,
    ...(more > 0 ? [{ label: '', text: `… and ${more} more bugs in the report` }] : []),
    ...(bugs.some(({ decision }) => decision === null)
      ? [{ label: '', text: 'decide: agent finding accept|reject <id> --reason "…"' }]
      : []),
    ...(intended > 0 ? [{ label: 'intended', text: `${count(intended, 'finding')} that people accepted` }] : []),
  ]
}

function reviewLines({ review }: RunOutcome): Line[] {
  if (review.length === 0) return []
  const places = review.slice(0, SHOWN_PLACES).map(({ file, line }) => `${file}:${line}`)
  const list = `${places.join(', ')}${review.length > places.length ? ', …' : ''}`
  return [
    {
      label: 'review',
      text: `${review.length} ${review.length === 1 ? 'assertion rests' : 'assertions rest'} on observation only: ${list}`,
    },
  ]
}

function verdictLines(outcome: RunOutcome): Line[] {
  const { status, error, suite, details, runDir } = outcome
  const lines: Line[] = [
    { label: error?.kind === 'interrupted' ? 'interrupted' : status, text: `in ${seconds(outcome.durationMs)}` },
  ]
  if (error !== null) {
    const value = error.value === '' || error.message.includes(error.value) ? '' : ` (${error.value})`
    lines.push({ label: '', text: `${error.code}: ${error.message}${value}` }, { label: 'next', text: error.next })
  }
  if (suite !== null && details.landed) {
    lines.push(...describeFiles(suite.files), { label: 'run it', text: inFolder(suite), copied: true })
  } else if (suite !== null && details.patch !== null) {
    lines.push(
      { label: 'not landed', text: 'the project is as it was; the suite is kept as a patch' },
      { label: 'look at it', text: `git apply ${details.patch}`, copied: true },
      { label: 'then run', text: inFolder(suite), copied: true },
    )
  }
  if (runDir !== '') lines.push({ label: 'report', text: runDir, copied: true })
  return lines
}

const inFolder = ({ command, cwd }: NonNullable<RunOutcome['suite']>) =>
  cwd === '.' || cwd === '' ? command : `cd ${cwd} && ${command}`

/** A folder a line, with everything that is in it. */
function describeFiles(files: string[]): Line[] {
  const folders = new Map<string, string[]>()
  for (const file of files) {
    const at = file.lastIndexOf('/') + 1
    folders.set(file.slice(0, at), [...(folders.get(file.slice(0, at)) ?? []), file.slice(at)])
  }
  return [...folders].map(([folder, names]) => ({
    label: 'files',
    text: names.length === 1 ? `${folder}${names[0]}` : `${folder} ${names.join(' ')}`,
  }))
}

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`
