import type { Case, Finding } from '../contracts/observation.ts'

/** Collects findings, one for each thing that is wrong however often it shows, with stable ids. */
export class Findings {
  private readonly byKey = new Map<string, Omit<Finding, 'id'>>()
  private readonly cases = new Set<string>()

  /** `cause` tells two findings of one kind on one endpoint apart. */
  add(finding: Omit<Finding, 'id'>, cause = ''): void {
    const key = `${finding.kind} ${finding.endpoint} ${cause}`
    if (!this.byKey.has(key)) this.byKey.set(key, finding)
    if (finding.case) this.cases.add(finding.case.id)
  }

  /** A case behind a finding stays out of the observations. */
  concerns(subject: Case): boolean {
    return this.cases.has(subject.id)
  }

  /** Ordered by endpoint and kind, so that ids do not depend on the order of discovery. */
  list(): Finding[] {
    return [...this.byKey.entries()]
      .sort(([a, left], [b, right]) => `${left.endpoint} ${a}`.localeCompare(`${right.endpoint} ${b}`))
      .map(([, finding], index) => ({ id: `F${index + 1}`, ...finding }))
  }
}
