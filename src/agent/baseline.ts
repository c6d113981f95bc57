import { z } from 'zod'
import { AgentError } from '../contracts/errors.ts'
import type { Files } from '../contracts/files.ts'

/** Relative to the project's root; committed with it. */
export const BASELINE_FILE = '.integration-tests/baseline.json'

const schema = z.object({ schema: z.literal(1), accepted: z.record(z.string(), z.array(z.string())) })

export type Baseline = z.infer<typeof schema>['accepted']

/** What was wrong with the suite when somebody accepted it, by gate; empty without such a file. Throws BASELINE_INVALID. */
export async function readBaseline(files: Pick<Files, 'readText'>): Promise<Baseline> {
  const text = await files.readText(BASELINE_FILE)
  if (text === null) return {}
  try {
    return schema.parse(JSON.parse(text)).accepted
  } catch {
    throw new AgentError('usage', 'BASELINE_INVALID', 'The baseline cannot be read.', {
      value: BASELINE_FILE,
      next: 'Take a new one with agent verify --baseline, or delete it.',
    })
  }
}

export async function writeBaseline(files: Pick<Files, 'write'>, accepted: Baseline): Promise<void> {
  const sorted = Object.entries(accepted)
    .filter(([, violations]) => violations.length > 0)
    .map(([gate, violations]) => [gate, violations.toSorted()])
  const text = JSON.stringify({ schema: 1, accepted: Object.fromEntries(sorted) }, null, 2)
  await files.write(BASELINE_FILE, `${text}\n`)
}
