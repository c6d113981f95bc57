import type { GateName, GateVerdict } from '../contracts/verdict.ts'

export interface Policy {
  /** Gates whose failure counts. */
  blocking: readonly GateName[]
  waivers: { gate: string; about?: string | undefined; reason: string; owner: string }[]
  /** Violations that were accepted as they are, by gate. */
  baseline: Record<string, string[]>
}

/** How a verdict is taken. */
export interface Judgement {
  blocks: boolean
  kind: 'fact' | 'house style'
  counts: boolean
  waived: string[]
  known: string[]
  fresh: string[]
}

/** On a suite that others wrote, what nobody can argue with. */
export const BLOCKING_ON_FOREIGN: readonly GateName[] = ['runs', 'twice', 'shuffled']

/** What we ask of a suite, and good engineers may do otherwise. */
const HOUSE_STYLE: readonly string[] = ['guarded', 'fast', 'real', 'scoped']

/** Nothing is wrong by it; what could not be checked does not hold. */
export const holds = ({ verdict }: Pick<GateVerdict, 'verdict'>): boolean =>
  verdict === 'pass' || verdict === 'not_applicable'

/** Takes a verdict as the project's people want it taken. */
export function judge(verdict: GateVerdict, { blocking, waivers, baseline }: Policy): Judgement {
  const about = waivers.filter(({ gate }) => gate === verdict.name)
  const waives = (violation: string) =>
    about.find((waiver) => waiver.about === undefined || violation.includes(waiver.about))
  // What could not be checked is known to nobody.
  const accepted = new Set(verdict.verdict === 'blocked' ? [] : (baseline[verdict.name] ?? []))
  const blocks = blocking.includes(verdict.name)
  const all = violationsOf(verdict)
  const waived = all.filter((violation) => waives(violation))
  const rest = all.filter((violation) => !waives(violation))
  const fresh = rest.filter((violation) => !accepted.has(violation))
  return {
    blocks,
    kind: HOUSE_STYLE.includes(verdict.name) ? 'house style' : 'fact',
    counts: blocks && fresh.length > 0,
    waived: [...new Set(waived.flatMap((violation) => waives(violation)?.reason ?? []))],
    known: rest.filter((violation) => accepted.has(violation)),
    fresh,
  }
}

/** What is wrong now, by gate, to be accepted as it is; what could not be checked is nothing that anybody knows. */
export function baselineOf(verdicts: GateVerdict[]): Policy['baseline'] {
  const checked = verdicts.filter(({ verdict }) => verdict !== 'blocked')
  return Object.fromEntries(checked.map((verdict) => [verdict.name, violationsOf(verdict)]))
}

/** What is wrong by this verdict, one item each; nothing where the gate holds. */
export function violationsOf(given: GateVerdict): string[] {
  const { verdict, why, evidence, violations } = given
  if (holds(given)) return []
  if (verdict === 'blocked') return [`blocked: ${withoutFigures(why)}`]
  if (violations !== undefined && violations.length > 0) return [...new Set(violations)]
  const failed = Array.isArray(evidence.failed) ? evidence.failed : []
  const names = failed.flatMap((item) =>
    typeof item === 'object' && item !== null && !Array.isArray(item) && 'name' in item
      ? [`${item.file ?? ''} > ${item.name}`]
      : [],
  )
  return names.length > 0 ? names : [withoutFigures(why)]
}

/** Durations, counts and ids differ from run to run. */
const withoutFigures = (text: string) => text.replace(/\d+(\.\d+)?/g, '#')
