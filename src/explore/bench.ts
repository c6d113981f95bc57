import type { Case, CaseKind, Expr, Provenance, RequestTemplate } from '../contracts/observation.ts'
import { endpointKey } from '../contracts/project.ts'
import type { Aspect } from './aspects.ts'
import { ArrangementFailed, type Executor, type Sharing, type Sighting } from './execute.ts'
import { MissingReference } from './expressions.ts'
import type { Knowledge, Reached } from './knowledge.ts'
import { noteServerError } from './oracles.ts'

/** A case worth a second look. */
export interface Kept {
  case: Case
  first: Sighting
  share: Sharing
  statusProvenance: Provenance
  aspect: Aspect | null
  listing: ListingHints | null
  /** A finding that people want in the suite as it is: whatever it answers is no further finding. */
  held?: boolean
}

/** What is known about a list that was read. */
export interface ListingHints {
  /** Nothing but what the case made can be in it. */
  closed: boolean
  /** Bindings that it must not show. */
  hidden: string[]
  /** Where what it lists is stored. */
  table: string | null
}

/** Where case builders try their ideas. */
export class Bench {
  readonly kept: Kept[] = []
  /** What has been tried for the application as a whole. */
  readonly triedOnce = new Set<string>()
  readonly knowledge: Knowledge
  readonly executor: Executor
  private readonly ids = new Set<string>()

  constructor(knowledge: Knowledge, executor: Executor) {
    this.knowledge = knowledge
    this.executor = executor
  }

  /** Runs a case. `null` when its arrangement did not come about, or when the application failed at it (a finding then). */
  async attempt(subject: Case, share: Sharing, when = ''): Promise<Sighting | null> {
    let sighting: Sighting
    try {
      sighting = await this.executor.run(subject, { share })
    } catch (error) {
      if (error instanceof ArrangementFailed || error instanceof MissingReference) return null
      throw error
    }
    const { status } = sighting.act.response
    if (status !== 0 && status < 500) return sighting
    await noteServerError(this.knowledge, this.executor, subject, sighting.act, when)
    return null
  }

  keep(
    subject: Case,
    first: Sighting,
    share: Sharing,
    statusProvenance: Provenance,
    more: { aspect?: Aspect; listing?: ListingHints; held?: boolean } = {},
  ): void {
    if (this.ids.has(subject.id)) return
    this.ids.add(subject.id)
    this.kept.push({
      case: subject,
      first,
      share,
      statusProvenance,
      aspect: more.aspect ?? null,
      listing: more.listing ?? null,
      held: more.held ?? false,
    })
  }
}

/** A case that differs from how its endpoint was reached in what `changes` says. */
export function variant(
  reached: Pick<Reached, 'endpoint' | 'arrange' | 'act'>,
  kind: CaseKind,
  detail: string,
  title: string,
  changes: Partial<Pick<Case, 'arrange' | 'follow' | 'removed'>> & { act?: Partial<RequestTemplate> } = {},
): Case {
  const endpoint = endpointKey(reached.endpoint)
  return {
    id: `${endpoint} ${kind}${detail ? ` ${detail}` : ''}`,
    endpoint,
    kind,
    title,
    arrange: changes.arrange ?? reached.arrange,
    act: { ...reached.act, ...changes.act },
    ...(changes.removed ? { removed: changes.removed } : {}),
    follow: changes.follow ?? [],
  }
}

export function literal(value: string | number | boolean | null): Expr {
  return { is: 'literal', value }
}
