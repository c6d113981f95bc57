import { z } from 'zod'

const gate = z.object({
  name: z.string(),
  verdict: z.enum(['pass', 'fail', 'blocked', 'not_applicable']),
  why: z.string(),
  evidence: z.record(z.string(), z.unknown()),
})

/** The `result` object: the contract of `--output-format json` and of `report.json` in the run's folder. */
export const runResultSchema = z.object({
  schema: z.literal(1),
  run: z.string(),
  runDir: z.string(),
  status: z.enum(['verified', 'unverified', 'refused', 'error']),
  model: z.string(),
  error: z.object({ code: z.string(), value: z.string(), next: z.string() }).nullable(),
  project: z.object({ root: z.string(), languages: z.array(z.string()), frameworks: z.array(z.string()) }),
  endpoints: z.array(
    z.object({
      method: z.string(),
      path: z.string(),
      auth: z.enum(['none', 'required', 'unknown']),
      source: z.string(),
      covered: z.array(z.number()),
    }),
  ),
  services: z.array(
    z.object({
      name: z.string(),
      provider: z.enum(['compose', 'native', 'embedded', 'emulation', 'file']),
      fidelity: z.enum(['real', 'substitute', 'emulation']),
    }),
  ),
  suite: z
    .object({
      command: z.string(),
      cwd: z.string(),
      env: z.record(z.string(), z.string()),
      files: z.array(z.string()),
      tests: z.number(),
    })
    .nullable(),
  gates: z.array(gate),
  findings: z.array(
    z.object({ id: z.string(), kind: z.string(), endpoint: z.string(), detail: z.string(), reproduce: z.string() }),
  ),
  review: z.array(z.object({ file: z.string(), line: z.number(), assertion: z.string(), why: z.string() })),
  coverage: z.object({
    before: z.object({ lines: z.number(), branches: z.number() }).nullable(),
    after: z.object({ lines: z.number(), branches: z.number() }).nullable(),
  }),
  usage: z.object({
    turns: z.number(),
    inputTokens: z.number(),
    outputTokens: z.number(),
    usd: z.number().nullable(),
  }),
  durationMs: z.number(),
  reports: z.object({ json: z.string(), junit: z.string().nullable(), markdown: z.string().nullable() }),
})

export type RunOutcome = z.infer<typeof runResultSchema>
