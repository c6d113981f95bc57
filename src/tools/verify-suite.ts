import { z } from 'zod'
import type { Json } from '../contracts/json.ts'
import type { Suite } from '../contracts/suite.ts'
import type { Tool, ToolCallOptions, ToolResult } from '../contracts/tool.ts'
import type { SortedFailure } from '../contracts/triage.ts'
import { GATES, type GateVerdict } from '../contracts/verdict.ts'
import { verifySuite } from '../verify/index.ts'
import { holds } from '../verify/judge.ts'
import { readConfig } from '../workspace/config.ts'
import { findExistingSuite } from './find-suite.ts'
import { presentSuite } from './present-suite.ts'
import { noteRound, readFaults } from './seeded-faults.ts'
import { fingerprint, requireEnvironment, requireMap, runnerFor, type Session } from './session.ts'
import { sortFailing } from './sort-failing.ts'
import { failedTests, sortExisting } from './sort-tests.ts'

const input = z.object({
  gates: z.array(z.enum(GATES)).optional().describe('Only these gates. Default: all.'),
  faults: z
    .array(z.string())
    .optional()
    .describe(
      'Tries only these seeded faults (ids of survivors) and no other gate, e.g. on a suite drafted with `whole`.',
    ),
  command: z
    .string()
    .optional()
    .describe(
      'Without a drafted suite: how the one that the project has is run, e.g. "npx jest tests/api". Default: as its scripts say.',
    ),
})

/** Proves the suite: every gate with its verdict and evidence. */
export function verifySuiteTool(session: Session): Tool<z.infer<typeof input>> {
  return {
    name: 'VerifySuite',
    kind: 'domain',
    description:
      'Proves the suite through its gates: it runs, runs again on the same database, in other orders and each test alone, leaves nothing behind even after a failure or Ctrl-C, reaches nothing outside, refuses a production address before connecting, is fast, stubs neither own modules nor the data driver, has tests that go red against an application that answers nonsense, notices faults that are put into the application, changes only test files, and passes in a fresh clone by its plain command. Answers a verdict with evidence per gate. Needs DraftTests; without a drafted suite it holds the one that the project has, whoever wrote it, against the gates, which needs StartEnvironment alone.',
    input,
    annotations: {
      title: 'Verify the suite',
      readOnlyHint: false,
      destructiveHint: false,
      idempotentHint: true,
      openWorldHint: false,
    },
    async run({ gates: chosen, faults, command }, { signal, progress }) {
      const gates = faults ? (['kills'] as const) : chosen
      if (session.suite === null) return verifyExisting(session, { gates: chosen, command }, { signal, progress })
      const map = requireMap(session)
      const environment = requireEnvironment(session)
      const suite = await presentSuite(session)
      session.suite = suite
      await environment.reset()
      const { dismissed, waivers, findings: decisions } = await readConfig(session.files)
      const accepted = new Set(decisions.filter(({ verdict }) => verdict === 'accepted').map(({ id }) => id))
      const verdicts = await verifySuite({
        map,
        suite,
        runner: runnerFor(session),
        openEnvironment: (options) => environment.clone(options),
        changes: await changesOf(session),
        dismissed,
        waivers,
        attainable: attainableStatuses(session, suite),
        findings: (session.exploration?.findings ?? []).filter(({ id }) => !accepted.has(id)),
        ...(gates ? { gates } : {}),
        ...(faults ? { faults } : {}),
        signal,
        progress,
      })
      if (gates === undefined) {
        session.verified = { suite: fingerprint(suite), verdicts }
        session.strengthening ??= { tests: suite.tests, rounds: [] }
      }
      const { noticed, survivors } = readFaults(verdicts, suite, map)
      if (faults) noteRound(session, suite, { faults: faults.length, noticed })
      const sorted = await sortFailing(session, suite, failedTests(verdicts), { signal, progress })
      return {
        text: [...verdicts.map(describeVerdict), ...sorted.map(describeFailure)].join('\n'),
        data: {
          suite: fingerprint(suite),
          holds: verdicts.every(holds),
          verdicts: verdicts as unknown as Json,
          failing: sorted as unknown as Json,
          noticed: noticed.map(({ fault, case: id }) => ({ fault, case: id })),
          survivors,
        },
      }
    },
  }
}

/** What exploration saw twice alike and the draft made tests of, by endpoint. */
function attainableStatuses({ exploration }: Session, { cases = [] }: Suite): Record<string, number[]> {
  const drafted = new Set(cases.map((entry) => entry.case))
  const statuses: Record<string, number[]> = {}
  for (const { case: one, expected } of exploration?.observations ?? []) {
    if (drafted.has(one.id)) statuses[one.endpoint] = [...(statuses[one.endpoint] ?? []), expected.status]
  }
  return statuses
}

/** Somebody's own suite: it is no part of the session, so that no run is accepted for its sake. */
async function verifyExisting(
  session: Session,
  { gates, command }: z.infer<typeof input>,
  { signal, progress }: Pick<ToolCallOptions, 'signal' | 'progress'>,
): Promise<ToolResult> {
  const map = requireMap(session)
  const environment = requireEnvironment(session)
  const existing = await findExistingSuite({
    map,
    environment,
    files: session.files,
    command: command ?? null,
    signal,
    progress,
  })
  if (existing.obstacle !== null) throw existing.obstacle
  const { dismissed, waivers } = await readConfig(session.files)
  const verdicts = await verifySuite({
    map,
    suite: existing.suite,
    runner: existing.runner,
    foreign: existing.foreign,
    openEnvironment: (options) => environment.clone({ ...options, unsteered: existing.foreign }),
    changes: await changesOf(session),
    dismissed,
    waivers,
    ...(gates ? { gates } : {}),
    signal,
    progress,
  })
  const sorted = await sortExisting(environment, existing, verdicts, { signal, progress })
  const unit = existing.suite.files.filter(({ kind }) => kind === 'unit').map(({ path }) => path)
  return {
    text: [
      `the project’s own suite, by ${existing.suite.command}: ${existing.trial.tests.length} tests`,
      ...(unit.length > 0 ? [`unit tests, which send the application no request: ${unit.join(', ')}`] : []),
      ...existing.notes,
      ...verdicts.map(describeVerdict),
      ...sorted.map(describeFailure),
    ].join('\n'),
    data: {
      suite: fingerprint(existing.suite),
      holds: verdicts.every(holds),
      verdicts: verdicts as unknown as Json,
      failing: sorted as unknown as Json,
    },
  }
}

function describeVerdict({ name, verdict, why, evidence }: GateVerdict): string {
  const details = holds({ verdict }) ? '' : `\n  ${JSON.stringify(evidence)}`
  return `${name}: ${verdict}: ${why}${details}`
}

const describeFailure = ({ file, test, blame, why }: SortedFailure) => `FAILED ${file}: ${test}\n=> ${blame}: ${why}`

/** Every file this session touched, then and now. */
async function changesOf(session: Session) {
  const changes = []
  for (const [path, before] of session.originals) {
    const after = await session.files.readText(path)
    if (after !== before) changes.push({ path, before, after })
  }
  return changes
}
