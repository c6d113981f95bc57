import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Config } from '../contracts/config.ts'
import type { Model, Usage } from '../contracts/conversation.ts'
import { AgentError } from '../contracts/errors.ts'
import type { Files } from '../contracts/files.ts'
import type { RunOutcome } from '../contracts/result.ts'
import type { GateVerdict } from '../contracts/verdict.ts'
import { renderHtml } from '../report/html.ts'
import { renderJUnit } from '../report/junit.ts'
import { renderMarkdown } from '../report/markdown.ts'
import { buildOutcome } from '../report/outcome.ts'
import { type FileChange, renderPatch } from '../report/patch.ts'
import { summariseCoverage } from '../suites/coverage.ts'
import { presentSuite } from '../tools/present-suite.ts'
import { fingerprint, type Session } from '../tools/session.ts'
import { noteLanding, undoLanding } from '../workspace/landing.ts'
import type { StagedFiles } from '../workspace/staged-files.ts'
import type { Journal } from './journal.ts'
import type { Redactor } from './redactor.ts'

export interface ConcludeInput {
  run: string
  runDir: string
  root: string
  model: Model
  session: Session
  config: Config
  accepted: boolean
  error: AgentError | null
  workspace: Files
  staged: StagedFiles
  spent: Usage & { turns: number }
  startedAt: number
  journal: Journal
  redact: Redactor
}

/** Lands a verified suite or keeps it as a patch, and writes the reports, after a failure too. */
export async function concludeRun(input: ConcludeInput): Promise<RunOutcome> {
  const { session, runDir, accepted, journal, redact } = input
  let { error } = input
  const changes = await stagedChanges(input)
  let landed = false
  if (accepted && error === null) {
    journal.write('landing', { files: changes.map((change) => change.path) })
    try {
      await land(input, changes)
      landed = true
    } catch (reason) {
      error = landingFailed(reason, input.root)
    }
  }
  let patch: string | null = null
  if (!landed && changes.length > 0) {
    patch = join(runDir, 'suite.patch')
    await writeFile(patch, renderPatch(changes), { mode: 0o600 })
  }
  const { turns, ...usage } = input.spent
  const reports = {
    json: join(runDir, 'report.json'),
    junit: join(runDir, 'junit.xml'),
    markdown: join(runDir, 'report.md'),
    html: join(runDir, 'report.html'),
  }
  const built = buildOutcome({
    run: input.run,
    runDir,
    root: input.root,
    model: input.model.id,
    sentTo: input.model.destination,
    status: statusOf(accepted, error),
    error,
    map: session.map,
    environment: session.environment,
    exploration: session.exploration,
    suite: session.suite,
    measured: session.measured,
    coverage: coverageOf(session),
    verdicts: await presentVerdicts(session),
    strengthening: session.strengthening?.rounds ?? [],
    config: input.config,
    dropped: session.dropped,
    failures: [...session.sorted.values()],
    landed,
    patch,
    usage: { turns, ...usage },
    durationMs: Date.now() - input.startedAt,
    reports,
  })
  const outcome = redact(built)
  await writeFile(reports.json, `${JSON.stringify(outcome, null, 2)}\n`, { mode: 0o600 })
  await writeFile(reports.junit, renderJUnit(outcome, redact(session.measured?.tests ?? [])), { mode: 0o600 })
  await writeFile(reports.markdown, renderMarkdown(outcome), { mode: 0o600 })
  await writeFile(reports.html, renderHtml(outcome), { mode: 0o600 })
  journal.write('run_ended', { status: outcome.status, error: outcome.error })
  return outcome
}

/** Verdicts on another suite than the one that is left would mislead. */
async function presentVerdicts(session: Session): Promise<GateVerdict[]> {
  if (session.verified === null || session.suite === null) return []
  return session.verified.suite === fingerprint(await presentSuite(session)) ? session.verified.verdicts : []
}

function coverageOf({ measured, map }: Session): { lines: number; branches: number } | null {
  if (measured === null || measured.coverage === null || map === null) return null
  const { lines, branches } = summariseCoverage(measured.coverage, map.sources)
  return { lines, branches }
}

async function land({ root, session, staged, workspace }: ConcludeInput, changes: FileChange[]): Promise<void> {
  for (const [path, before] of session.originals) {
    if ((await workspace.readText(path)) === before) continue
    throw new AgentError('environment', 'FILE_CHANGED', 'A file of the suite was changed by somebody during the run.', {
      value: path,
      next: 'Run again, or look at the patch in the run’s folder.',
    })
  }
  const forget = await noteLanding(root, changes)
  try {
    await staged.land(workspace)
  } catch (reason) {
    await undoLanding(workspace).catch(() => undefined)
    throw reason
  }
  await forget()
}

/** Proved, but not in the project: nothing of it is, and the patch holds it. */
function landingFailed(reason: unknown, root: string): AgentError {
  if (reason instanceof AgentError) return reason
  const message = reason instanceof Error ? reason.message : String(reason)
  return new AgentError('environment', 'LANDING_FAILED', `The suite cannot be written: ${message}`, {
    value: root,
    next: 'Make the project writable, then git apply the patch in the run’s folder.',
  })
}

function statusOf(accepted: boolean, error: AgentError | null): RunOutcome['status'] {
  if (error === null) return accepted ? 'verified' : 'unverified'
  return error.kind === 'safety' ? 'refused' : 'error'
}

async function stagedChanges({ session, staged, workspace }: ConcludeInput): Promise<FileChange[]> {
  const changes: FileChange[] = []
  for (const path of session.originals.keys()) {
    const before = await workspace.readText(path)
    const after = await staged.readText(path)
    if (before !== after) changes.push({ path, before, after })
  }
  return changes
}
