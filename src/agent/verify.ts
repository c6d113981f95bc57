import { randomBytes } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Config, configSchema } from '../contracts/config.ts'
import type { Environment } from '../contracts/environment.ts'
import { type AgentError, toAgentError } from '../contracts/errors.ts'
import type { ProjectMap } from '../contracts/project.ts'
import type { RunOutcome } from '../contracts/result.ts'
import type { SortedFailure } from '../contracts/triage.ts'
import { GATES, type GateName, type GateVerdict } from '../contracts/verdict.ts'
import { startEnvironment } from '../environment/index.ts'
import { inspectProject } from '../inspect/index.ts'
import { renderHtml } from '../report/html.ts'
import { renderJUnit } from '../report/junit.ts'
import { renderMarkdown } from '../report/markdown.ts'
import { buildOutcome } from '../report/outcome.ts'
import { type ExistingSuite, findExistingSuite } from '../tools/find-suite.ts'
import { sortExisting } from '../tools/sort-tests.ts'
import { estimateGates } from '../verify/estimate.ts'
import { verifySuite } from '../verify/index.ts'
import { BLOCKING_ON_FOREIGN, baselineOf, type Judgement, judge, violationsOf } from '../verify/judge.ts'
import { readConfig } from '../workspace/config.ts'
import { readGitChanges } from '../workspace/git-changes.ts'
import { lockProject } from '../workspace/lock.ts'
import { openWorkspace } from '../workspace/workspace.ts'
import { BASELINE_FILE, type Baseline, readBaseline, writeBaseline } from './baseline.ts'
import { createRedactor } from './redactor.ts'
import type { RunEvent } from './run.ts'

export interface VerifyProjectInput {
  /** Absolute, existing. */
  root: string
  within?: string | null
  /** Where the folders of runs are kept. */
  runsDir: string
  /** `null`: as the project says. */
  command: string | null
  /** Gates to run; `null`: all. */
  gates: GateName[] | null
  /** Gates whose failure counts; `null`: as the suite's origin has it. */
  failOn: GateName[] | null
  /** Commit to compare with; `null`: none. */
  base: string | null
  /** `use`: only what is not in the baseline counts; `take`: what is wrong now becomes the baseline; `ignore`: everything counts. */
  baseline: 'use' | 'take' | 'ignore'
  signal: AbortSignal
  onEvent(event: RunEvent): void
}

/** What is known so far, also when something goes wrong half-way. */
interface State {
  map: ProjectMap | null
  environment: Environment | null
  existing: ExistingSuite | null
  verdicts: GateVerdict[]
  failures: SortedFailure[]
  config: Config
  baseline: Baseline
  expectedMs: Record<string, number>
}

/**
 * Holds the suite that a project has, whoever wrote it, against the gates. Resolves with the outcome whatever happens; `verified`
 * means that no gate counts against it. Nothing in the project changes, a baseline aside that was asked for.
 */
export async function verifyProject(input: VerifyProjectInput): Promise<RunOutcome> {
  const startedAt = Date.now()
  const run = `${new Date(startedAt).toISOString().replace(/[-:]|\..*$/g, '')}-${randomBytes(3).toString('hex')}`
  const runDir = join(input.runsDir, run)
  const workspace = await openWorkspace(input.root)
  const redact = await createRedactor(workspace, process.env)
  await mkdir(runDir, { recursive: true, mode: 0o700 })
  const onEvent = (event: RunEvent) => input.onEvent(redact(event))
  onEvent({ type: 'started', run, runDir, model: 'none', sentTo: null })
  const state: State = {
    map: null,
    environment: null,
    existing: null,
    verdicts: [],
    failures: [],
    config: configSchema.parse({}),
    baseline: {},
    expectedMs: {},
  }
  let error: AgentError | null = null
  let unlock = async () => {}
  try {
    unlock = await lockProject(input.root)
    await measure(state, { ...input, onEvent })
    if (input.baseline === 'take') {
      // What was accepted of gates that were not run this time stays.
      state.baseline = { ...(await readBaseline(workspace)), ...baselineOf(state.verdicts) }
      await writeBaseline(workspace, state.baseline)
    }
  } catch (reason) {
    error = toAgentError(reason)
  }
  try {
    const outcome = redact(conclude(state, { ...input, run, runDir, error, startedAt }))
    await writeFile(outcome.reports.json, `${JSON.stringify(outcome, null, 2)}\n`, { mode: 0o600 })
    const tests = redact(state.existing?.trial.tests ?? [])
    await writeFile(join(runDir, 'report.html'), renderHtml(outcome), { mode: 0o600 })
    await writeFile(join(runDir, 'junit.xml'), renderJUnit(outcome, tests), { mode: 0o600 })
    await writeFile(join(runDir, 'report.md'), renderMarkdown(outcome), { mode: 0o600 })
    return outcome
  } finally {
    await state.environment?.stop()
    await unlock()
  }
}

async function measure(state: State, input: VerifyProjectInput): Promise<void> {
  const { signal } = input
  const progress = (message: string) => input.onEvent({ type: 'progress', message })
  const workspace = await openWorkspace(input.root)
  state.config = await readConfig(workspace)
  if (input.baseline === 'use') state.baseline = await readBaseline(workspace)
  const changes = input.base === null ? null : await readGitChanges(input.root, input.base)
  input.onEvent({ type: 'tool', name: 'InspectProject' })
  const map = await inspectProject(workspace, input.within ?? null)
  state.map = map
  signal.throwIfAborted()
  input.onEvent({ type: 'tool', name: 'StartEnvironment' })
  const environment = await startEnvironment(map, { signal, progress, variables: state.config.variables ?? {} })
  state.environment = environment
  const existing = await findExistingSuite({ ...input, map, environment, files: workspace, progress })
  state.existing = existing
  if (existing.obstacle !== null) throw existing.obstacle
  const gates = input.gates ?? GATES
  state.expectedMs = estimateGates(gates, existing.suite, existing.trial)
  progress(describePlan(existing, state.expectedMs))
  input.onEvent({ type: 'tool', name: 'VerifySuite' })
  state.verdicts = await verifySuite({
    map,
    suite: existing.suite,
    runner: existing.runner,
    foreign: existing.foreign,
    openEnvironment: (options) => environment.clone({ ...options, unsteered: existing.foreign }),
    changes,
    dismissed: state.config.dismissed,
    waivers: state.config.waivers,
    gates,
    signal,
    progress,
  })
  state.failures = await sortExisting(environment, existing, state.verdicts, { signal, progress })
}

/** `expected: runs 3 s, twice 3 s; 40 s in all`. */
function describePlan({ suite, trial }: ExistingSuite, expectedMs: Record<string, number>): string {
  const seconds = (ms: number) => (ms < 90_000 ? `${Math.round(ms / 1000)} s` : `${Math.round(ms / 60_000)} min`)
  const own = suite.files.filter(({ kind }) => kind === 'test').length
  const whole = Object.values(expectedMs).reduce((sum, ms) => sum + ms, 0)
  const parts = Object.entries(expectedMs).map(([gate, ms]) => `${gate} ${seconds(ms)}`)
  return `${trial.tests.length} tests in ${suite.files.length} files, ${own} of them integration tests, ${seconds(trial.durationMs)} a run; expected: ${seconds(whole)} (${parts.join(', ')})`
}

function conclude(
  state: State,
  input: VerifyProjectInput & { run: string; runDir: string; error: AgentError | null; startedAt: number },
): RunOutcome {
  const { existing, verdicts, baseline, config } = state
  const foreign = existing?.foreign ?? true
  const blocking = input.failOn ?? (foreign ? BLOCKING_ON_FOREIGN : GATES)
  const judgements = verdicts.map((verdict) => judge(verdict, { blocking, waivers: config.waivers, baseline }))
  const outcome = buildOutcome({
    ...input,
    model: 'none',
    sentTo: null,
    status: statusOf(input.error, judgements),
    map: state.map,
    environment: state.environment,
    exploration: null,
    suite: existing?.suite ?? null,
    measured: existing?.trial ?? null,
    coverage: null,
    verdicts,
    config,
    dropped: new Map(),
    failures: state.failures,
    landed: false,
    patch: null,
    usage: { turns: 0, inputTokens: 0, outputTokens: 0, usd: 0 },
    durationMs: Date.now() - input.startedAt,
    reports: {
      json: join(input.runDir, 'report.json'),
      junit: join(input.runDir, 'junit.xml'),
      markdown: join(input.runDir, 'report.md'),
      html: join(input.runDir, 'report.html'),
    },
  })
  const accepted = Object.values(baseline).flat()
  const wrong = new Set(verdicts.flatMap(violationsOf))
  const paths = (kind: string) =>
    existing?.suite.files.filter((file) => file.kind === kind).map(({ path }) => path) ?? []
  return {
    ...outcome,
    gates: outcome.gates.map((gate, index) => ({ ...gate, judged: judgements[index] })),
    verification: {
      foreign,
      integration: paths('test'),
      others: paths('unit'),
      requests: existing?.trial.requests.length ?? 0,
      notes: existing?.notes ?? [],
      unavailable: state.environment?.unavailable ?? [],
      expectedMs: state.expectedMs,
      baseline:
        accepted.length === 0
          ? null
          : { file: BASELINE_FILE, accepted: accepted.length, gone: accepted.filter((item) => !wrong.has(item)) },
    },
  }
}

function statusOf(error: AgentError | null, judgements: Judgement[]): RunOutcome['status'] {
  if (error !== null) return error.kind === 'safety' ? 'refused' : 'error'
  return judgements.some(({ counts }) => counts) ? 'unverified' : 'verified'
}
