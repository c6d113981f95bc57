import type { Config } from '../contracts/config.ts'
import type { Environment, ServiceInstance } from '../contracts/environment.ts'
import type { AgentError } from '../contracts/errors.ts'
import type { Exploration } from '../contracts/observation.ts'
import { endpointKey, type ProjectMap } from '../contracts/project.ts'
import { type RunOutcome, runResultSchema } from '../contracts/result.ts'
import type { StrengthenRound } from '../contracts/strengthening.ts'
import type { FileCoverage, RunResult, Suite } from '../contracts/suite.ts'
import type { SortedFailure } from '../contracts/triage.ts'
import type { GateVerdict } from '../contracts/verdict.ts'
import { coveredStatuses } from './coverage.ts'
import { decisionOn, waiversOf } from './decisions.ts'

export interface OutcomeInput {
  run: string
  runDir: string
  root: string
  model: string
  sentTo: string | null
  status: RunOutcome['status']
  error: AgentError | null
  map: ProjectMap | null
  environment: Environment | null
  exploration: Exploration | null
  suite: Suite | null
  measured: RunResult | null
  /** Of the application's own source files. */
  coverage: { lines: number; branches: number } | null
  verdicts: GateVerdict[]
  strengthening?: StrengthenRound[]
  /** What people decided for the project. */
  config: Config
  dropped: Map<string, string>
  failures: SortedFailure[]
  landed: boolean
  patch: string | null
  usage: RunOutcome['usage']
  durationMs: number
  reports: RunOutcome['reports']
}

/** Everything a run knows, as the published `result` object. */
export function buildOutcome(input: OutcomeInput): RunOutcome {
  const { map, environment, exploration, suite, measured, error } = input
  const covered = map === null ? new Map() : coveredStatuses(map.endpoints, measured?.requests ?? [])
  return runResultSchema.parse({
    schema: 1,
    run: input.run,
    runDir: input.runDir,
    status: input.status,
    model: input.model,
    error: error === null ? null : describeError(error),
    project: { root: input.root, languages: map?.languages ?? [], frameworks: map?.frameworks ?? [] },
    endpoints: (map?.endpoints ?? []).map((endpoint) => ({
      method: endpoint.method,
      path: endpoint.path,
      auth: endpoint.auth,
      source: endpoint.source,
      covered: covered.get(endpointKey(endpoint)) ?? [],
    })),
    services: (environment?.services ?? []).map((service) => describeService(service, map)),
    suite: suite === null ? null : describeSuite(suite, measured),
    gates: input.verdicts.map(({ name, verdict, why, evidence }) => ({ name, verdict, why, evidence })),
    findings: (exploration?.findings ?? []).map((finding) => {
      const { id, kind, endpoint, detail, reproduce, cases } = finding
      return { id, kind, endpoint, detail, reproduce, cases, decision: decisionOn(finding, input.config) }
    }),
    waivers: waiversOf(input.config),
    review: suite?.review ?? [],
    coverage: { before: null, after: input.coverage },
    usage: input.usage,
    durationMs: input.durationMs,
    reports: input.reports,
    details: describeDetails(input),
  } satisfies RunOutcome)
}

/** The `result` object of a run that could not begin: it has no folder, and everything else is empty. */
export function unstartedOutcome(root: string, model: string, error: AgentError): RunOutcome {
  return buildOutcome({
    run: '',
    runDir: '',
    root,
    model,
    sentTo: null,
    status: error.kind === 'safety' ? 'refused' : 'error',
    error,
    map: null,
    environment: null,
    exploration: null,
    suite: null,
    measured: null,
    coverage: null,
    verdicts: [],
    config: { findings: [], dismissed: [], waivers: [] },
    dropped: new Map(),
    failures: [],
    landed: false,
    patch: null,
    usage: { turns: 0, inputTokens: 0, outputTokens: 0, usd: 0 },
    durationMs: 0,
    reports: { json: '', junit: null, markdown: null },
  })
}

function describeService(
  { name, provider, fidelity, version }: ServiceInstance,
  map: ProjectMap | null,
): RunOutcome['services'][number] {
  const wanted = map?.stores.find((store) => store.name === name)?.version
  const other = wanted !== undefined && Number.parseInt(wanted, 10) !== Number.parseInt(version, 10)
  return { name, provider, fidelity, version, ...(other ? { wanted } : {}) }
}

const describeError = ({ code, kind, message, value, next }: AgentError) => ({ code, kind, message, value, next })

function describeSuite(suite: Suite, measured: RunResult | null): RunOutcome['suite'] {
  return {
    command: suite.command,
    cwd: suite.cwd,
    env: suite.env,
    files: suite.files.map((file) => file.path),
    tests: measured?.tests.length ?? suite.tests,
  }
}

function describeDetails(input: OutcomeInput): RunOutcome['details'] {
  const { map, environment, exploration, suite, measured } = input
  const unstable = (exploration?.unstable ?? []).map((item) => ({ case: item.case, why: item.why }))
  return {
    sentTo: input.sentTo,
    sandbox: environment === null ? null : environment.sandbox.enforcement.how,
    invented: environment?.invented ?? [],
    replaced: environment?.replaced ?? [],
    warnings: map?.warnings ?? [],
    explored:
      exploration === null
        ? null
        : {
            requests: exploration.requests,
            cases: exploration.observations.length,
            durationMs: exploration.durationMs,
          },
    unreached: (exploration?.unreached ?? []).map(({ endpoint, why }) => ({ endpoint, why })),
    dropped: [...unstable, ...[...input.dropped].map(([id, why]) => ({ case: id, why }))],
    failures: input.failures,
    strengthening: input.strengthening ?? [],
    omitted: suite?.omitted ?? [],
    lines: Object.fromEntries(
      (suite?.files ?? [])
        .filter(({ kind }) => kind === 'test' || kind === 'helper')
        .map(({ path, content }) => [path, content.split('\n').length - 1]),
    ),
    landed: input.landed,
    patch: input.patch,
    uncovered: uncoveredFiles(measured?.coverage ?? [], map?.sources ?? []),
    slowestTestMs: measured === null ? null : Math.max(0, ...measured.tests.map((test) => test.durationMs)),
    suiteMs: measured?.durationMs ?? null,
  }
}

function uncoveredFiles(coverage: FileCoverage[], sources: string[]): RunOutcome['details']['uncovered'] {
  const left = ({ covered, total }: { covered: number; total: number }) => total - covered
  return coverage
    .filter(({ file, lines }) => sources.includes(file) && left(lines) > 0)
    .map(({ file, lines }) => ({ file, ...lines }))
    .sort((a, b) => left(b) - left(a) || (a.file < b.file ? -1 : 1))
}
