import { createHash } from 'node:crypto'
import type { Case, Finding } from '../contracts/observation.ts'

type Seen = Omit<Finding, 'id' | 'cases'>

/** Collects findings, one for each thing that is wrong however often it shows, with stable ids. */
export class Findings {
  /** As they were seen; the first of each is the one that is told. */
  private readonly byKey = new Map<string, [Seen, ...Seen[]]>()
  private readonly occasions = new Map<string, string[]>()

  /**
   * `cause` tells two findings of one kind on one endpoint apart; of those with the same cause the first is told, and the
   * `occasion` of each (`when title is missing`) with it.
   */
  add(finding: Seen, cause = '', occasion = ''): void {
    const key = `${finding.kind} ${finding.endpoint} ${cause}`
    const seen = this.byKey.get(key)
    if (seen === undefined) this.byKey.set(key, [finding])
    else if (seen.every((other) => other.case?.id !== finding.case?.id)) seen.push(finding)
    const occasions = this.occasions.get(key) ?? []
    if (occasion && !occasions.includes(occasion)) this.occasions.set(key, [...occasions, occasion])
  }

  /** A case behind a finding stays out of the observations. */
  concerns(subject: Case): boolean {
    return [...this.byKey.values()].some((seen) => seen.some((one) => one.case?.id === subject.id))
  }

  /** Ordered by endpoint and kind. */
  list(): Finding[] {
    return [...this.byKey.entries()]
      .sort(([a, [left]], [b, [right]]) => `${left.endpoint} ${a}`.localeCompare(`${right.endpoint} ${b}`))
      .map(([key, seen]) => ({
        id: findingId(key),
        ...seen[0],
        detail: seen[0].detail + this.more(key),
        cases: seen.flatMap((one) => one.case?.id ?? []).sort(),
      }))
  }

  /** Every case that showed this finding, each with what was seen then. */
  sightings(id: string): Seen[] {
    return [...this.byKey.entries()].flatMap(([key, seen]) => (findingId(key) === id ? seen : []))
  }

  private more(key: string): string {
    const [, ...others] = this.occasions.get(key) ?? []
    if (others.length === 0) return ''
    const rest = others.length > 5 ? `, and ${others.length - 5} more` : ''
    return ` The same${others.slice(0, 5).join(',')}${rest}.`
  }
}

/** Short enough to type; depends on nothing but what is wrong where. */
function findingId(key: string): string {
  return `F${createHash('sha256').update(key).digest('hex').slice(0, 8)}`
}
