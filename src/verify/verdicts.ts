import type { Json } from '../contracts/json.ts'
import type { GateVerdict } from '../contracts/verdict.ts'

/** What a gate answers; name and duration are added by whoever runs it. */
export type Outcome = Omit<GateVerdict, 'name' | 'durationMs'>

type Evidence = Record<string, Json>

export const pass = (why: string, evidence: Evidence = {}): Outcome => ({ verdict: 'pass', why, evidence })
/** `violations`: see `GateVerdict`. */
export const fail = (why: string, evidence: Evidence = {}, violations: string[] = []): Outcome => ({
  verdict: 'fail',
  why,
  evidence,
  ...(violations.length > 0 ? { violations } : {}),
})
/** `why` names what would unblock it. */
export const blocked = (why: string, evidence: Evidence = {}): Outcome => ({ verdict: 'blocked', why, evidence })
export const notApplicable = (why: string, evidence: Evidence = {}): Outcome => ({
  verdict: 'not_applicable',
  why,
  evidence,
})
