import type { CaseKind, Observation } from '../contracts/observation.ts'

/** How soon cases go where a suite would get too long: 0 never, 9 first. */
interface Rule {
  kind: CaseKind
  /** Of what a case's id tells after its kind; a group in it tells what the case is about. */
  detail: RegExp
  /** Only for what is refused, or only for what is not. */
  refused?: boolean
  /** For the first case of this kind, and about this, that the endpoint or the application has; and for those after it. */
  first: number
  further: number
  each: 'endpoint' | 'application'
}

/** The first rule that fits a case holds; what has none stays. */
const RULES: Rule[] = [
  { kind: 'success', detail: /^bounds$/, first: 9, further: 9, each: 'application' },
  { kind: 'success', detail: /^minimal$/, first: 4, further: 6, each: 'application' },
  { kind: 'success', detail: /^only /, first: 5, further: 9, each: 'endpoint' },
  { kind: 'success', detail: / emptied$/, first: 3, further: 5, each: 'application' },
  { kind: 'success', detail: / extended$/, first: 4, further: 6, each: 'application' },
  { kind: 'success', detail: /^after /, first: 2, further: 8, each: 'application' },
  { kind: 'list', detail: /^whole$/, first: 6, further: 7, each: 'application' },
  { kind: 'paging', detail: /./, first: 7, further: 8, each: 'application' },
  { kind: 'filter', detail: /./, first: 2, further: 5, each: 'endpoint' },
  { kind: 'invalid', detail: /^unknown field$/, first: 0, further: 2, each: 'application' },
  { kind: 'invalid', detail: /^\?/, first: 6, further: 8, each: 'application' },
  { kind: 'workflow', detail: /^after /, refused: true, first: 1, further: 2, each: 'application' },
  { kind: 'workflow', detail: /^after (.+)$/, first: 3, further: 8, each: 'application' },
  { kind: 'workflow', detail: / shared$/, first: 4, further: 6, each: 'application' },
  { kind: 'workflow', detail: /^oneself$/, first: 5, further: 7, each: 'application' },
  { kind: 'workflow', detail: /^without /, first: 4, further: 7, each: 'application' },
  { kind: 'duplicate', detail: / derived$/, first: 2, further: 3, each: 'application' },
  { kind: 'repeat', detail: /^$/, refused: true, first: 1, further: 2, each: 'application' },
  { kind: 'repeat', detail: /^$/, first: 4, further: 6, each: 'application' },
  { kind: 'unauthenticated', detail: /^after /, first: 1, further: 1, each: 'application' },
  { kind: 'unauthenticated', detail: /^(?!none$|gone$|after )/, first: 0, further: 4, each: 'application' },
]

/** The observations, each with how soon it may go. */
export function rankSpare(observations: Observation[]): Observation[] {
  const seen = new Set<string>()
  return observations.map((observation) => {
    const { case: subject } = observation
    const detail = subject.id.slice(`${subject.endpoint} ${subject.kind} `.length)
    const isRefused = observation.expected.status >= 400
    const rule = RULES.find(
      ({ kind, detail: pattern, refused = isRefused }) =>
        kind === subject.kind && pattern.test(detail) && refused === isRefused,
    )
    if (!rule) return observation
    const about = rule.detail.exec(detail)?.[1] ?? ''
    const key = `${RULES.indexOf(rule)} ${about} ${rule.each === 'endpoint' ? subject.endpoint : ''}`
    const spare = seen.has(key) ? rule.further : rule.first
    seen.add(key)
    return spare === 0 ? observation : { ...observation, case: { ...subject, spare } }
  })
}
