import type { Json } from './json.ts'

export const GATES = [
  'runs',
  'twice',
  'shuffled',
  'alone',
  'clean',
  'isolated',
  'guarded',
  'fast',
  'real',
  'strong',
  'kills',
  'scoped',
  'portable',
] as const
export type GateName = (typeof GATES)[number]

/** `blocked` could not run and is never a pass; `not_applicable` says why there is nothing to hold. */
export interface GateVerdict {
  name: GateName
  verdict: 'pass' | 'fail' | 'blocked' | 'not_applicable'
  /** One sentence a reviewer understands. For `blocked`: what would unblock it. */
  why: string
  evidence: Record<string, Json>
  /**
   * What is wrong, one item each, in words that are the same as long as the same is wrong: a baseline and waivers name them. Without
   * it, `evidence.failed` counts, else `why`.
   */
  violations?: string[]
  durationMs: number
}
