import type { RunOutcome } from '../contracts/result.ts'
import { failureLines } from './failure-lines.ts'
import type { Line } from './terminal.ts'

type Gate = RunOutcome['gates'][number]

const SHOWN_VIOLATIONS = 5

/** A verification for a person: what was looked at, what decides, what else is to know, the verdict last. */
export function verificationLines(outcome: RunOutcome): Line[] {
  return [
    { label: 'project', text: `${outcome.project.root} (${kinds(outcome) || 'not inspected'})` },
    ...environmentLines(outcome),
    ...suiteLines(outcome),
    ...gateLines(outcome.gates),
    ...failureLines(outcome.details.failures, 'in some gate'),
    ...baselineLines(outcome),
    ...verdictLines(outcome),
  ]
}

/** What was looked at and what it ran on, without what the gates said. */
export function verificationFacts(outcome: RunOutcome): Line[] {
  return [...environmentLines(outcome), ...suiteLines(outcome), ...baselineLines(outcome)]
}

const kinds = ({ project }: RunOutcome) => [...project.languages, ...project.frameworks].join(', ')

function environmentLines({ services, details, verification }: RunOutcome): Line[] {
  const invented = details.invented.map(({ name }) => name).join(', ')
  return [
    ...services.map(({ name, version, provider, fidelity, wanted }) => ({
      label: 'service',
      text: `${name} ${version ?? ''}: ${provider}, ${fidelity}${wanted === undefined ? '' : `; the project names version ${wanted}`}`,
    })),
    ...(verification?.unavailable ?? []).map(({ name, why }) => ({ label: 'lacking', text: `${name}: ${why}` })),
    ...(invented === '' ? [] : [{ label: 'invented', text: `test values for ${invented}` }]),
  ]
}

function suiteLines({ suite, verification, details }: RunOutcome): Line[] {
  if (suite === null || verification === undefined) return []
  const { integration, others, foreign, requests, notes } = verification
  const took = details.suiteMs === null ? '' : `, ${(details.suiteMs / 1000).toFixed(1)} s`
  const rest = others.length === 0 ? '' : `; ${others.length} more send it none (unit tests)`
  return [
    {
      label: 'suite',
      text: `${suite.tests} tests by \`${suite.command}\`${took}${foreign ? '' : '; written by agent run'}`,
    },
    {
      label: 'measured',
      text: `${requests} requests to the application from ${integration.length} test files${rest}`,
    },
    ...notes.map((text) => ({ label: 'note', text })),
  ]
}

/** First the gates that decide, each on a line; then what else is wrong, facts apart from house style. */
function gateLines(gates: Gate[]): Line[] {
  const blocking = gates.filter(({ judged }) => judged?.blocks)
  const others = gates.filter(({ judged }) => !judged?.blocks)
  const wrong = others.filter(({ verdict }) => verdict === 'fail' || verdict === 'blocked')
  const ofKind = (kind: 'fact' | 'house style') => wrong.filter(({ judged }) => judged?.kind === kind)
  const passed = others.filter(({ verdict }) => verdict === 'pass').map(({ name }) => name)
  return [
    ...blocking.flatMap((gate) => [{ label: labelOf(gate), text: textOf(gate) }, ...violationLines(gate)]),
    ...ofKind('fact').map((gate) => ({ label: 'fact', text: textOf(gate) })),
    ...ofKind('house style').map((gate) => ({ label: 'our style', text: textOf(gate) })),
    ...(passed.length === 0 ? [] : [{ label: 'also holds', text: `gates ${passed.join(', ')}` }]),
    ...others
      .filter(({ verdict }) => verdict === 'not_applicable')
      .map((gate) => ({ label: 'n/a', text: textOf(gate) })),
  ]
}

function labelOf({ verdict, judged }: Gate): string {
  if (verdict === 'pass') return 'pass'
  if (verdict === 'not_applicable') return 'n/a'
  if (!judged?.counts) return judged?.waived.length ? 'waived' : 'known'
  return verdict === 'fail' ? 'FAIL' : 'BLOCKED'
}

function textOf({ name, verdict, why, judged }: Gate): string {
  const cannot = verdict === 'blocked' && !judged?.blocks ? 'could not be checked: ' : ''
  const waived = judged?.waived.length ? ` Waived: ${judged.waived.join('; ')}` : ''
  const known = judged?.known.length ? ` In the baseline: ${judged.known.length}, new: ${judged.fresh.length}.` : ''
  return `gate ${name}: ${cannot}${why}${waived}${known}`
}

/** Where a baseline tells old from new, the new ones are named. */
function violationLines({ judged }: Gate): Line[] {
  if (!judged?.counts || judged.known.length === 0) return []
  const shown = judged.fresh.slice(0, SHOWN_VIOLATIONS).map((text) => ({ label: '', text: `new: ${text}` }))
  const more = judged.fresh.length - shown.length
  return more > 0 ? [...shown, { label: '', text: `… and ${more} more in the report` }] : shown
}

function baselineLines({ verification }: RunOutcome): Line[] {
  const baseline = verification?.baseline
  if (!baseline) return []
  const gone =
    baseline.gone.length === 0 ? '' : `; ${baseline.gone.length} of them are gone: take a new one with --baseline`
  return [{ label: 'baseline', text: `${baseline.accepted} violations accepted in ${baseline.file}${gone}` }]
}

function verdictLines({ status, error, gates, durationMs, runDir }: RunOutcome): Line[] {
  const seconds = `${(durationMs / 1000).toFixed(1)} s`
  const counting = gates.filter(({ judged }) => judged?.counts).map(({ name }) => name)
  const blocking = gates.filter(({ judged }) => judged?.blocks).map(({ name }) => name)
  const verdict = error
    ? ''
    : counting.length > 0
      ? `: ${counting.join(', ')}`
      : blocking.length > 0
        ? `: ${blocking.join(', ')} hold`
        : ': nothing decides here; name gates with --fail-on'
  const lines: Line[] = [
    { label: error?.kind === 'interrupted' ? 'interrupted' : status, text: `in ${seconds}${verdict}` },
  ]
  if (error !== null) {
    const value = error.value === '' || error.message.includes(error.value) ? '' : ` (${error.value})`
    lines.push({ label: '', text: `${error.code}: ${error.message}${value}` }, { label: 'next', text: error.next })
  }
  if (runDir !== '') lines.push({ label: 'report', text: runDir, copied: true })
  return lines
}
