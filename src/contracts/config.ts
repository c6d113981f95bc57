import { z } from 'zod'

/** Who decided, and why: a decision without both cannot be looked at again. */
const decided = { reason: z.string().trim().min(1), owner: z.string().trim().min(1) }

const findingDecision = z.strictObject({
  /** As `agent finding list` shows it: the same in every run. */
  id: z.string().trim().min(1),
  /** `accepted`: this is how the application is meant to be, and the suite asserts it. `rejected`: it is a bug. */
  verdict: z.enum(['accepted', 'rejected']),
  /** What was decided on, in words: for whoever reads the file. */
  about: z.string().optional(),
  /** The cases that showed it then; what another case shows has not been decided on. */
  cases: z.array(z.string()).default([]),
  /** Of a rejected one: the suite holds the bug as it is recorded, by name, and goes red when it is mended or shows otherwise. */
  expectFailure: z.boolean().optional(),
  ...decided,
})

const dismissedFault = z.strictObject({
  /** Id of a seeded fault that makes no difference, as the `kills` gate names it. */
  fault: z.string().trim().min(1),
  ...decided,
})

const waiver = z.strictObject({
  gate: z.string().trim().min(1),
  /** What of the gate's evidence is waived: a fault's id, a test's name, a file. The whole gate without. */
  about: z.string().trim().min(1).optional(),
  ...decided,
})

/**
 * `integration-tests.config.json`: what people decided for this project. Unknown keys are errors, so that a misspelt one is not
 * silently without effect.
 */
export const configSchema = z.strictObject({
  findings: z.array(findingDecision).default([]),
  dismissed: z.array(dismissedFault).default([]),
  waivers: z.array(waiver).default([]),
  /** Values for application and tests, instead of invented ones; service addresses are set for them. Never a secret that is worth one. */
  variables: z.record(z.string().min(1), z.string()).optional(),
})

export type Config = z.infer<typeof configSchema>
