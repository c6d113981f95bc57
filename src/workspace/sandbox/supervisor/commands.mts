import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { OutputKeeper } from './output.mts'
import { commandProcesses, markedProcesses } from './processes.mts'
import type { CommandSpec, Event, Request, RunValue, SupervisorConfig } from './protocol.mts'

/** How long output may still come after the command itself has ended: a daemon it left behind can hold the pipe open. */
const DRAIN_MS = 250

interface Live {
  child: ChildProcess
  startedAt: number
  cancelled: boolean
}

const live = new Map<number, Live>()

function start(config: SupervisorConfig, id: number, spec: CommandSpec, stdin: 'pipe' | 'ignore'): Promise<Live> {
  const [file = '', ...args] = spec.argv
  if (!existsSync(spec.cwd)) throw Object.assign(new Error(`no such directory: ${spec.cwd}`), { code: 'NO_SUCH_CWD' })
  const startedAt = Date.now()
  const child = spawn(file, args, {
    cwd: spec.cwd,
    // Marks by which a child that left its group and session is still found.
    env: { ...spec.env, SANDBOX_ID: config.id, SANDBOX_COMMAND: `${config.id}.${id}` },
    stdio: [stdin, 'pipe', 'pipe'],
    detached: true,
  })
  const entry: Live = { child, startedAt, cancelled: false }
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('spawn', () => {
      live.set(id, entry)
      child.once('exit', () => live.delete(id))
      resolve(entry)
    })
  })
}

/** Kills what a command started, whatever group or session it moved to, until nothing of it is left. */
async function killTree(
  config: SupervisorConfig,
  id: number,
  entry: Live,
  signal: NodeJS.Signals = 'SIGKILL',
): Promise<void> {
  for (let round = 0; round < 50; round++) {
    const pids = commandProcesses(config, id, entry.child.pid ?? 0, entry.startedAt)
    if (pids.length === 0) return
    for (const pid of pids) sendSignal(pid, signal)
    await new Promise((resolve) => setTimeout(resolve, round < 5 ? 2 : 20))
  }
}

function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It ended by itself in the meantime.
  }
}

/** Runs to the end, or until the time is up or `cancelRun`; then its whole tree is killed. */
export async function runCommand(
  config: SupervisorConfig,
  request: Extract<Request, { op: 'run' }>,
): Promise<RunValue> {
  const begun = performance.now()
  const entry = await start(config, request.id, request.spec, request.stdin === null ? 'ignore' : 'pipe')
  const { child } = entry
  child.stdin?.on('error', () => {})
  child.stdin?.end(request.stdin ?? '')
  const stdout = new OutputKeeper()
  const stderr = new OutputKeeper()
  child.stdout?.on('data', (chunk: Buffer) => stdout.add(chunk))
  child.stderr?.on('data', (chunk: Buffer) => stderr.add(chunk))
  let timedOut = false
  const timer = setTimeout(() => {
    timedOut = true
    void killTree(config, request.id, entry)
  }, request.timeoutMs)
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const [exitCode, signal] = await new Promise<[number | null, string | null]>((resolve) =>
    child.once('exit', (code, killedBy) => resolve([code, killedBy])),
  )
  clearTimeout(timer)
  // The leader can die before a grandchild is found: look once more.
  if (timedOut || entry.cancelled) await killTree(config, request.id, entry)
  let drain: NodeJS.Timeout | undefined
  await Promise.race([
    closed,
    new Promise<void>((resolve) => {
      drain = setTimeout(resolve, DRAIN_MS)
    }),
  ])
  clearTimeout(drain)
  child.stdout?.destroy()
  child.stderr?.destroy()
  return {
    exitCode,
    signal,
    timedOut,
    stdout: stdout.text(),
    stderr: stderr.text(),
    durationMs: performance.now() - begun,
  }
}

export async function cancelRun(config: SupervisorConfig, id: number): Promise<void> {
  const entry = live.get(id)
  if (!entry) return
  entry.cancelled = true
  await killTree(config, id, entry)
}

/** Starts a command that stays; its output and end are sent as events carrying the request's number. */
export async function spawnCommand(
  config: SupervisorConfig,
  id: number,
  spec: CommandSpec,
  send: (event: Event) => void,
): Promise<{ pid: number }> {
  const { child } = await start(config, id, spec, 'ignore')
  for (const stream of ['stdout', 'stderr'] as const)
    child[stream]?.on('data', (chunk: Buffer) =>
      send({ event: 'output', command: id, stream, data: chunk.toString('base64') }),
    )
  child.once('exit', (exitCode, signal) => {
    const done = () => send({ event: 'exit', command: id, exitCode, signal })
    const timer = setTimeout(done, DRAIN_MS)
    child.once('close', () => {
      clearTimeout(timer)
      done()
    })
  })
  return { pid: child.pid ?? 0 }
}

/** SIGKILL takes the whole tree; any other signal goes to the command's process group, as from a terminal. */
export async function signalCommand(config: SupervisorConfig, id: number, signal: NodeJS.Signals): Promise<void> {
  const entry = live.get(id)
  if (!entry) return
  if (signal === 'SIGKILL') await killTree(config, id, entry)
  else sendSignal(-(entry.child.pid ?? 0), signal)
}

/** Without a PID namespace: whatever still carries the sandbox's mark. */
export function killAll(config: SupervisorConfig): void {
  for (const { child } of live.values()) sendSignal(-(child.pid ?? 0), 'SIGKILL')
  for (const pid of markedProcesses(`SANDBOX_ID=${config.id}`)) sendSignal(pid, 'SIGKILL')
}
