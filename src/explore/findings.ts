import { createHash } from 'node:crypto'
import type { Case, Finding } from '../contracts/observation.ts'

type Seen = Omit<Finding, 'id' | 'cases'>

/** Collects findings, one for each thing that is wrong however often it shows, with stable ids. */
export class Findings {
  private readonly byKey = new Map<string, Seen>()
  private readonly occasions = new Map<string, string[]>()
  private readonly cases = new Map<string, Set<string>>()

  /**
   * `cause` tells two findings of one kind on one endpoint apart; of those with the same cause the first is kept, and the
   * `occasion` of each (`when title is missing`) is told.
   */
  add(finding: Seen, cause = '', occasion = ''): void {
    const key = `${finding.kind} ${finding.endpoint} ${cause}`
    if (!this.byKey.has(key)) this.byKey.set(key, finding)
    const occasions = this.occasions.get(key) ?? []
    if (occasion && !occasions.includes(occasion)) this.occasions.set(key, [...occasions, occasion])
    if (finding.case) this.cases.set(key, new Set([...(this.cases.get(key) ?? []), finding.case.id]))
  }

  /** A case behind a finding stays out of the observations. */
  concerns(subject: Case): boolean {
    return [...this.cases.values()].some((cases) => cases.has(subject.id))
  }

  /** Ordered by endpoint and kind. */
  list(): Finding[] {
    return [...this.byKey.entries()]
      .sort(([a, left], [b, right]) => `${left.endpoint} ${a}`.localeCompare(`${right.endpoint} ${b}`))
      .map(([key, finding]) => ({
        id: findingId(key),
        ...finding,
        detail: finding.detail + this.more(key),
        cases: [...(this.cases.get(key) ?? [])].sort(),
      }))
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
