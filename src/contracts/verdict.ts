import type { Json } from './json.ts'

export const GATES = ['runs', 'twice', 'clean', 'isolated', 'guarded', 'fast', 'scoped', 'portable'] as const
/** `kills` is not yet in the table: it is run by bench/kills.mjs. */
export type GateName = (typeof GATES)[number] | 'kills'

/** `blocked` could not run and is never a pass; `not_applicable` says why there is nothing to hold. */
export interface GateVerdict {
  name: GateName
  verdict: 'pass' | 'fail' | 'blocked' | 'not_applicable'
  /** One sentence a reviewer understands. For `blocked`: what would unblock it. */
  why: string
  evidence: Record<string, Json>
  durationMs: number
}
