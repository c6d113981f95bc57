import { z } from 'zod'

const gate = z.object({
  name: z.string(),
  verdict: z.enum(['pass', 'fail', 'blocked', 'not_applicable']),
  why: z.string(),
  evidence: z.record(z.string(), z.unknown()),
  /** `agent verify`: how the verdict was taken. */
  judged: z
    .object({
      /** The verdict decides on the exit code. */
      blocks: z.boolean(),
      /** `fact`: true of the suite for anybody; `house style`: what we ask of a suite and others may see otherwise. */
      kind: z.enum(['fact', 'house style']),
      /** It does decide: what is wrong is neither waived nor in the baseline. */
      counts: z.boolean(),
      waived: z.array(z.string()),
      /** What was wrong already when the baseline was taken. */
      known: z.array(z.string()),
      fresh: z.array(z.string()),
    })
    .optional(),
})

const decision = z.object({ verdict: z.enum(['accepted', 'rejected']), reason: z.string(), owner: z.string() })

/** What a person reads beside the verdict; programs should not need it. */
const details = z.object({
  /** Where the model's requests went, `null` for nowhere. */
  sentTo: z.string().nullable(),
  sandbox: z.string().nullable(),
  invented: z.array(z.object({ name: z.string(), value: z.string(), why: z.string() })),
  replaced: z.array(z.object({ name: z.string(), was: z.string(), source: z.string() })),
  warnings: z.array(z.object({ message: z.string(), source: z.string().optional() })),
  explored: z.object({ requests: z.number(), cases: z.number(), durationMs: z.number() }).nullable(),
  unreached: z.array(z.object({ endpoint: z.string(), why: z.string() })),
  /** Cases that were seen but are not in the suite. */
  dropped: z.array(z.object({ case: z.string(), why: z.string() })),
  /** Cases that held, and would have made the suite too long to be reviewed. */
  omitted: z.array(z.string()).default([]),
  /** Tests that failed on the way, sorted by whose failure it was. */
  failures: z
    .array(
      z.object({
        file: z.string(),
        test: z.string(),
        case: z.string().nullable(),
        blame: z.enum(['test', 'product', 'environment']),
        why: z.string(),
        evidence: z.object({
          message: z.string(),
          alone: z.enum(['passes', 'fails alike', 'fails otherwise']).nullable(),
          answers: z.array(z.string()),
          like: z.string().nullable(),
        }),
      }),
    )
    .default([]),
  /** What was tried about seeded faults that the suite did not notice, and what each round bought. */
  strengthening: z
    .array(
      z.object({
        cases: z.number(),
        explored: z.array(z.string()),
        faults: z.number(),
        noticed: z.array(
          z.object({ fault: z.string(), at: z.string(), what: z.string(), case: z.string().nullable() }),
        ),
      }),
    )
    .default([]),
  /** Lines of the drafted tests and helpers by path. */
  lines: z.record(z.string(), z.number()),
  /** The suite lies in the project; otherwise `patch` holds it. */
  landed: z.boolean(),
  patch: z.string().nullable(),
  /** The application's files that the tests leave lines of, those with most of them first. */
  uncovered: z.array(z.object({ file: z.string(), covered: z.number(), total: z.number() })),
  slowestTestMs: z.number().nullable(),
  suiteMs: z.number().nullable(),
})

/** The `result` object: the contract of `--output-format json` and of `report.json` in the run's folder. */
export const runResultSchema = z.object({
  schema: z.literal(1),
  run: z.string(),
  runDir: z.string(),
  status: z.enum(['verified', 'unverified', 'refused', 'error']),
  model: z.string(),
  error: z
    .object({
      code: z.string(),
      kind: z.enum(['usage', 'environment', 'budget', 'model', 'safety', 'interrupted', 'internal']),
      message: z.string(),
      value: z.string(),
      next: z.string(),
    })
    .nullable(),
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
      /** Of the server that ran; for a file, the driver. */
      version: z.string().optional(),
      /** Major version that the project names, where another one ran. */
      wanted: z.string().optional(),
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
    z.object({
      id: z.string(),
      kind: z.string(),
      endpoint: z.string(),
      detail: z.string(),
      reproduce: z.string(),
      /** Ids of the cases that showed it. */
      cases: z.array(z.string()).default([]),
      /** `null`: nobody has decided on it, or not on all that it shows now. */
      decision: decision.nullable().default(null),
    }),
  ),
  /** What people decided to leave as it is, from the project's config. */
  waivers: z.array(z.object({ what: z.string(), reason: z.string(), owner: z.string() })).default([]),
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
  /** `agent verify`. */
  verification: z
    .object({
      /** Somebody's own suite, not one that we wrote. */
      foreign: z.boolean(),
      /** Test files that sent the application requests, as measured. */
      integration: z.array(z.string()),
      /** Those that the command runs too and that sent none. */
      others: z.array(z.string()),
      requests: z.number(),
      notes: z.array(z.string()),
      unavailable: z.array(z.object({ name: z.string(), why: z.string(), unblock: z.string() })),
      /** Milliseconds that each gate was expected to take. */
      expectedMs: z.record(z.string(), z.number()),
      baseline: z.object({ file: z.string(), accepted: z.number(), gone: z.array(z.string()) }).nullable(),
    })
    .optional(),
  reports: z.object({
    json: z.string(),
    junit: z.string().nullable(),
    markdown: z.string().nullable(),
    html: z.string().optional(),
  }),
  details,
})

export type RunOutcome = z.infer<typeof runResultSchema>
