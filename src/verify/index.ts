import type { Environment } from '../contracts/environment.ts'
import { AgentError } from '../contracts/errors.ts'
import type { GateContext, RunnerPlug } from '../contracts/plugs.ts'
import type { ProjectMap } from '../contracts/project.ts'
import type { Suite } from '../contracts/suite.ts'
import type { GateName, GateVerdict } from '../contracts/verdict.ts'
import type { GateInput, VerifierGate } from './gate.ts'
import { createAloneGate } from './gates/alone.ts'
import { clean } from './gates/clean.ts'
import { createFastGate } from './gates/fast.ts'
import { guarded } from './gates/guarded.ts'
import { isolated } from './gates/isolated.ts'
import { createKillsGate } from './gates/kills.ts'
import { portable } from './gates/portable.ts'
import { real } from './gates/real.ts'
import { runs } from './gates/runs.ts'
import { scoped } from './gates/scoped.ts'
import { shuffled } from './gates/shuffled.ts'
import { strong } from './gates/strong.ts'
import { twice } from './gates/twice.ts'
import { createRehearsal } from './rehearsal.ts'
import { createSlots } from './slots.ts'
import { createStages } from './stages.ts'

const RUN_TIMEOUT_MS = 300_000
/** What single tests may take, each as the only one run. */
const ALONE_MS = 30_000
/** Whoever waits must see that something goes on. */
const HEARTBEAT_MS = 10_000
/** Gates that are held at a time. */
const SIDE_BY_SIDE = 2

/** Every gate, in the order they are begun and told. */
const gateTable: readonly VerifierGate[] = [
  runs,
  twice,
  shuffled,
  createAloneGate(ALONE_MS),
  clean,
  isolated,
  guarded,
  createFastGate(RUN_TIMEOUT_MS),
  real,
  strong,
  createKillsGate({}),
  scoped,
  portable,
]

export interface VerifyInput {
  map: ProjectMap
  suite: Suite
  runner: RunnerPlug
  /** A fresh environment each time; stopped here. `tree`: another directory to show at the project's root. */
  openEnvironment(options?: { tree?: string }): Promise<Environment>
  changes: GateContext['changes']
  dismissed?: GateContext['dismissed']
  waivers?: GateContext['waivers']
  foreign?: boolean
  attainable?: GateContext['attainable']
  findings?: GateContext['findings']
  faults?: GateContext['faults']
  /** All by default. */
  gates?: readonly GateName[]
  signal: AbortSignal
  progress(message: string): void
}

/**
 * Holds the suite against the gates and answers one verdict each, in the table's order. What goes wrong inside a gate makes
 * that gate `blocked`; only an abort of `signal` throws.
 */
export async function verifySuite(
  input: VerifyInput,
  table: readonly VerifierGate[] = gateTable,
): Promise<GateVerdict[]> {
  const { gates, signal, progress } = input
  const context = createContext(input)
  const check = async (gate: VerifierGate): Promise<GateVerdict> => {
    signal.throwIfAborted()
    progress(`${gate.name}: ${gate.promise}`)
    const heart = setInterval(() => progress(`${gate.name}: still at it`), HEARTBEAT_MS)
    const verdict = await holdAgainst(gate, context).finally(() => clearInterval(heart))
    signal.throwIfAborted()
    progress(`${gate.name}: ${verdict.verdict}. ${verdict.why}`)
    return verdict
  }
  try {
    const wanted = table.filter(({ name }) => !gates || gates.includes(name))
    const begun = new Map<VerifierGate, Promise<GateVerdict>>()
    const begin = (gate: VerifierGate) => {
      if (begun.has(gate)) return
      const verdict = context.slots.use(() => check(gate))
      // An abort is looked at when all have ended.
      verdict.catch(() => undefined)
      begun.set(gate, verdict)
    }
    // The first gate's run is the one that others look at, and tells how long the suite takes.
    const [first, ...others] = wanted
    if (!first) return []
    begin(first)
    for (const gate of others.filter(({ onItsOwn }) => onItsOwn).slice(0, SIDE_BY_SIDE - 1)) begin(gate)
    await Promise.allSettled([begun.get(first)])
    for (const gate of others) begin(gate)
    const ends = await Promise.allSettled(wanted.map((gate) => begun.get(gate) as Promise<GateVerdict>))
    return ends.map((end) => {
      if (end.status === 'rejected') throw end.reason
      return end.value
    })
  } finally {
    await Promise.all([context.rehearsal.stop(), context.stages.stop()])
  }
}

function createContext(input: VerifyInput): GateInput {
  const { map, suite, runner, openEnvironment, changes, dismissed = [], waivers = [], signal, progress } = input
  const run: GateInput['run'] = (environment, options, other) =>
    runner.run(environment, other ?? suite, { timeoutMs: RUN_TIMEOUT_MS, signal, ...options })
  const open: GateInput['open'] = async (options) => {
    const environment = await openEnvironment(options)
    for (const file of suite.files) {
      const present = await environment.sandbox.readFile(file.path).catch(() => null)
      if (present?.toString('utf8') !== file.content) await environment.sandbox.writeFile(file.path, file.content)
    }
    return environment
  }
  const rehearsal = createRehearsal(open, (environment) => run(environment))
  const { session } = runner
  const stages = createStages({
    suite,
    open: () => open(),
    session: session ? (environment) => session(environment, suite, { signal }) : null,
    run: (environment, options) => run(environment, options),
  })
  return {
    map,
    suite,
    open,
    run,
    changes,
    dismissed,
    waivers,
    signal,
    progress,
    rehearsal,
    source: runner.source ?? null,
    slots: createSlots(SIDE_BY_SIDE),
    foreign: input.foreign ?? false,
    stages,
    ...(input.attainable ? { attainable: input.attainable } : {}),
    ...(input.findings ? { findings: input.findings } : {}),
    ...(input.faults ? { faults: input.faults } : {}),
  }
}

async function holdAgainst(gate: VerifierGate, context: GateInput): Promise<GateVerdict> {
  const began = Date.now()
  const outcome = await gate.check(context).catch((error: unknown) => ({
    verdict: 'blocked' as const,
    why: `The check itself did not get through: ${explainError(error)}`,
    evidence: { error: String(error instanceof Error ? error.stack : error).slice(0, 2_000) },
  }))
  return { name: gate.name, ...outcome, durationMs: Date.now() - began }
}

function explainError(error: unknown): string {
  if (error instanceof AgentError) return `${error.message} ${error.next}`
  return error instanceof Error ? error.message : String(error)
}
