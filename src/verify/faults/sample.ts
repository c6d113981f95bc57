import { FAULT_KINDS, type Fault, type FaultKind } from './fault.ts'

/**
 * At most `most` faults: every one of the kinds that must be detected, then the other kinds in turn. Which of a kind are taken
 * is decided by their ids, so the same code gives the same sample. Each other kind keeps room for one.
 */
export function sampleFaults(faults: Fault[], most: number): Fault[] {
  const byKind = (kind: FaultKind) =>
    faults.filter((fault) => fault.kind === kind).sort((a, b) => (a.id < b.id ? -1 : 1))
  const kinds = Object.keys(FAULT_KINDS) as FaultKind[]
  const must = kinds.filter((kind) => FAULT_KINDS[kind].must).map(byKind)
  const others = kinds
    .filter((kind) => !FAULT_KINDS[kind].must)
    .map(byKind)
    .filter((list) => list.length > 0)
  const first = inTurn(must, Math.max(0, most - others.length))
  return [...first, ...inTurn(others, most - first.length)]
}

/** One of each list, then another one of each, until there are enough. */
function inTurn(lists: Fault[][], most: number): Fault[] {
  const taken: Fault[] = []
  for (let round = 0; taken.length < most && lists.some((list) => list.length > round); round += 1) {
    for (const list of lists) {
      const fault = list[round]
      if (fault && taken.length < most) taken.push(fault)
    }
  }
  return taken
}
