import { z } from 'zod'
import type { ProjectMap } from '../contracts/project.ts'
import type { StrengthenRound } from '../contracts/strengthening.ts'
import type { Suite } from '../contracts/suite.ts'
import type { GateVerdict } from '../contracts/verdict.ts'
import { endpointsNear } from '../verify/faults/near.ts'
import type { Session } from './session.ts'

const place = { id: z.string(), at: z.string(), what: z.string() }

/** What the `kills` gate tells of the faults it tried. */
const evidenceSchema = z.object({
  noticed: z.array(z.object({ ...place, test: z.object({ file: z.string(), name: z.string() }).nullable() })),
  survivors: z.array(z.object({ ...place, fate: z.string(), bug: z.string().optional() })),
  waived: z.array(z.string()),
})

interface SeededFaults {
  noticed: StrengthenRound['noticed']
  /** What another test could notice, with the endpoints whose handlers it is in; none where that cannot be told. */
  survivors: { fault: string; endpoints: string[] }[]
}

/** Which case notices which fault, and which faults none does: open bugs and waivers that explain it aside. */
export function readFaults(verdicts: GateVerdict[], { cases = [] }: Suite, map: ProjectMap): SeededFaults {
  const evidence = evidenceSchema.safeParse(verdicts.find(({ name }) => name === 'kills')?.evidence).data
  if (evidence === undefined) return { noticed: [], survivors: [] }
  const caseOf = (test: { file: string; name: string } | null) =>
    cases.find((one) => one.file === test?.file && one.test === test.name)?.case ?? null
  const open = evidence.survivors.filter(
    ({ id, fate, bug }) =>
      (fate === 'survived' || fate === 'uncovered') && bug === undefined && !evidence.waived.includes(id),
  )
  return {
    noticed: evidence.noticed.map(({ id, at, what, test }) => ({ fault: id, at, what, case: caseOf(test) })),
    survivors: open.map(({ id, at }) => {
      const [, file = '', line = '0'] = /^(.*):(\d+)$/.exec(at) ?? []
      return { fault: id, endpoints: endpointsNear(map, { file, line: Number(line) }) }
    }),
  }
}

/** Remembers what trying these faults on the present suite bought. */
export function noteRound(
  { strengthening, exploration }: Session,
  { tests }: Suite,
  { faults, noticed }: Pick<StrengthenRound, 'faults' | 'noticed'>,
): void {
  const extra = (exploration?.observations ?? []).filter(({ case: one }) => one.extra)
  const explored = [...new Set(extra.map(({ case: one }) => one.endpoint))]
  strengthening?.rounds.push({ cases: tests - strengthening.tests, explored, faults, noticed })
}
