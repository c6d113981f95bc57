import { z } from 'zod'
import type { RunOutcome } from '../contracts/result.ts'

/** As the `kills` gate tells of the faults that no test noticed. */
const evidenceSchema = z.object({
  survivors: z.array(
    z.object({
      id: z.string(),
      kind: z.string(),
      at: z.string(),
      what: z.string(),
      fate: z.string(),
      /** Id of the open bug that keeps tests from noticing it. */
      bug: z.string().optional(),
    }),
  ),
  kinds: z.array(z.object({ kind: z.string(), words: z.string() })),
  /** Ids of those that people waived. */
  waived: z.array(z.string()).default([]),
})

/** A seeded fault that no test noticed. */
export interface Survivor {
  id: string
  /** `auth check dropped` */
  kind: string
  /** `src/orders.js:21` */
  at: string
  what: string
  /** `survived`, `uncovered`, `crashed`, … */
  fate: string
}

const SERIOUS = ['auth', 'ownership', 'write']

/** Faults of authentication, ownership and lost writes that no test noticed, and the others, without what was waived; none where nothing was seeded. */
export function survivorsOf({ gates }: Pick<RunOutcome, 'gates'>): { serious: Survivor[]; others: Survivor[] } {
  const parsed = evidenceSchema.safeParse(gates.find(({ name }) => name === 'kills')?.evidence)
  const { survivors = [], kinds = [], waived = [] } = parsed.data ?? {}
  const words = new Map(kinds.map((one) => [one.kind, one.words]))
  const describe = (one: (typeof survivors)[number]): Survivor => ({ ...one, kind: words.get(one.kind) ?? one.kind })
  const left = survivors.filter(({ id }) => !waived.includes(id))
  return {
    serious: left.filter(({ kind, bug }) => SERIOUS.includes(kind) && !bug).map(describe),
    others: left.filter(({ kind, bug }) => !SERIOUS.includes(kind) || bug).map(describe),
  }
}
