import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { configSchema } from '../contracts/config.ts'
import type { Model } from '../contracts/conversation.ts'
import { AgentError, toAgentError } from '../contracts/errors.ts'
import type { RunOutcome } from '../contracts/result.ts'
import type { ToolCallOptions } from '../contracts/tool.ts'
import { domainTools } from '../tools/domain.ts'
import { assertDraftable } from '../tools/draft-tests.ts'
import { presentSuite } from '../tools/present-suite.ts'
import { primitiveTools } from '../tools/primitive.ts'
import { createRegistry } from '../tools/registry.ts'
import { createSession, disposeSession, fingerprint, type Session } from '../tools/session.ts'
import { sessionHost } from '../tools/session-host.ts'
import { assertWritable } from '../workspace/assert-writable.ts'
import { readConfig } from '../workspace/config.ts'
import { undoLanding } from '../workspace/landing.ts'
import { lockProject } from '../workspace/lock.ts'
import { stageFiles } from '../workspace/staged-files.ts'
import { openWorkspace } from '../workspace/workspace.ts'
import { createAcceptance } from './acceptance.ts'
import { type BudgetLimits, createBudget } from './budget.ts'
import { concludeRun } from './conclude.ts'
import { type Journal, openJournal } from './journal.ts'
import { runLoop } from './loop.ts'
import { createRedactor, type Redactor } from './redactor.ts'

export interface RunInput {
  /** Absolute, existing. */
  root: string
  /** The folder of it that holds the server, where a person named one. */
  within?: string | null
  /** Where the folders of runs are kept. */
  runsDir: string
  model: Model
  only: string[]
  limits: BudgetLimits
  signal: AbortSignal
  onEvent(event: RunEvent): void
}

export type RunEvent =
  | { type: 'started'; run: string; runDir: string; model: string; sentTo: string | null }
  | { type: 'tool'; name: string }
  | { type: 'progress'; message: string }

/**
 * One job from a repository to a verdict. Resolves with the outcome whatever happens; only the outcome's status and
 * error tell success. Nothing is written to the project unless the suite is verified.
 */
export async function runProject(input: RunInput): Promise<RunOutcome> {
  const startedAt = Date.now()
  const run = `${new Date(startedAt).toISOString().replace(/[-:]|\..*$/g, '')}-${randomBytes(3).toString('hex')}`
  const runDir = join(input.runsDir, run)
  const workspace = await openWorkspace(input.root)
  const redact = await createRedactor(workspace, process.env)
  const journal = openRunJournal(runDir, redact)
  const { model } = input
  const onEvent = (event: RunEvent) => input.onEvent(redact(event))
  journal.write('run_started', { root: input.root, model: model.id, only: input.only })
  onEvent({ type: 'started', run, runDir, model: model.id, sentTo: model.destination })

  const budget = createBudget(input.limits, Date.now)
  const staged = await stageFiles(workspace, join(runDir, 'staged'))
  const session = createSession(staged, input.within)
  let error: AgentError | null = null
  let accepted = false
  let config = configSchema.parse({})
  const host = sessionHost(session, join(runDir, 'spill'))
  let unlock = async () => {}
  try {
    unlock = await lockProject(input.root)
    await assertWritable(input.root)
    config = await readConfig(workspace)
    const undone = await undoLanding(workspace)
    if (undone.length > 0)
      onEvent({ type: 'progress', message: `undone what a killed run had written: ${undone.join(', ')}` })
    const deadline = AbortSignal.timeout(input.limits.maxMinutes * 60_000)
    const signal = AbortSignal.any([input.signal, deadline])
    const registry = createRegistry([...domainTools(session), ...primitiveTools(host)])
    const tools = announce(registry, session, onEvent, redact)
    const progress = (message: string) => onEvent({ type: 'progress', message })
    const end = await runLoop({
      model,
      tools,
      system: await prompt('system'),
      first: { text: firstMessage(input), data: { only: input.only } },
      journal,
      budget,
      signal,
      accept: createAcceptance(acceptanceState(session, tools, { signal, progress })),
      progress,
    }).catch((reason) => {
      if (deadline.aborted && !input.signal.aborted) budget.assertNextTurn()
      throw reason
    })
    accepted = end.outcome === 'accepted'
    if (!accepted && session.suite === null) error = session.failure
  } catch (reason) {
    error = toAgentError(reason)
  }
  try {
    return await concludeRun({
      run,
      runDir,
      root: input.root,
      model,
      session,
      config,
      accepted,
      error,
      workspace,
      staged,
      spent: budget.spent(),
      startedAt,
      journal,
      redact,
    })
  } finally {
    await host.dispose()
    await disposeSession(session)
    await unlock()
  }
}

function openRunJournal(runDir: string, redact: Redactor): Journal {
  try {
    const journal = openJournal(join(runDir, 'journal.jsonl'), Date.now)
    return { write: (type, fields) => journal.write(type, redact(fields)) }
  } catch (error) {
    throw new AgentError(
      'environment',
      'NO_RUN_FOLDER',
      `The run's folder cannot be made: ${(error as Error).message}`,
      {
        value: runDir,
        next: 'Point XDG_STATE_HOME or INTEGRATION_TEST_BUILDER_HOME at a directory you may write to.',
      },
    )
  }
}

type Tools = ReturnType<typeof createRegistry>

/**
 * Tells the front door which tool runs, and lets no secret through to the model. Once the project is read, a suite that could not be
 * written ends the run, not after minutes of exploring.
 */
function announce(registry: Tools, session: Session, onEvent: RunInput['onEvent'], redact: Redactor) {
  return {
    list: () => registry.list(),
    async call(name: string, input: unknown, options: ToolCallOptions) {
      onEvent({ type: 'tool', name })
      const result = await registry.call(name, input, options)
      if (name === 'InspectProject' && result.isError !== true) assertDraftable(session)
      return { ...result, text: redact(result.text) }
    },
  }
}

function acceptanceState(session: Session, tools: ReturnType<typeof announce>, options: ToolCallOptions) {
  const present = async () => (session.suite === null ? null : fingerprint(await presentSuite(session)))
  return {
    fingerprint: present,
    async verdicts() {
      if (session.verified === null || session.verified.suite !== (await present())) {
        session.verified = null
        const result = await tools.call('VerifySuite', {}, options)
        if (session.verified === null) throw session.failure ?? verifyFailed(result.text)
      }
      return session.verified.verdicts
    },
  }
}

function verifyFailed(text: string): AgentError {
  return new AgentError('internal', 'VERIFY_FAILED', text, {
    value: text,
    next: 'Please report this with the journal.',
  })
}

function firstMessage({ root, only }: RunInput): string {
  const scope = only.length === 0 ? 'all endpoints' : `only ${only.join(', ')}`
  return `Build an integration test suite for the project at ${root}: ${scope}. Start with InspectProject.`
}

/** A prompt of the package's `prompts/` folder. */
async function prompt(name: string): Promise<string> {
  return readFile(new URL(`../../prompts/${name}.md`, import.meta.url), 'utf8')
}
