import { join } from 'node:path'
import type { Environment } from '../contracts/environment.ts'
import type { Running } from '../contracts/sandbox.ts'
import type { GateInput } from './gate.ts'
import { plainVariables } from './plain-variables.ts'

export interface Interruption {
  /** What showed that tests were under way. */
  at: 'rows changed' | 'time'
  afterMs: number
  /** `itself`: it was through before the signal came. */
  exitedBy: 'signal' | 'itself' | 'kill'
  exitedAfterMs: number
}

const LONGEST_MS = 300_000
const PATIENCE_MS = 10_000
const LOOK_EVERY_MS = 20

/**
 * Starts the plain command and sends SIGINT, as Ctrl-C does, once rows change: a test is in the middle of something then. A
 * suite that changes none runs through once, and is interrupted at a part of that time when run again.
 */
export async function interruptRun(input: GateInput, environment: Environment): Promise<Interruption> {
  let interruption = await interruptOnce(input, environment, Number.POSITIVE_INFINITY)
  const wholeMs = interruption.afterMs
  for (const part of [0.6, 0.3]) {
    if (interruption.exitedBy !== 'itself') break
    interruption = await interruptOnce(input, environment, wholeMs * part)
  }
  return interruption
}

async function interruptOnce(
  { suite, signal }: GateInput,
  environment: Environment,
  waitMs: number,
): Promise<Interruption> {
  const rows = () => Promise.all(environment.stores.map((store) => store.snapshot()))
  const start = await rows()
  const began = Date.now()
  const running = await environment.sandbox.spawn({
    argv: suite.argv,
    cwd: join(environment.sandbox.root, suite.cwd),
    env: plainVariables(environment, suite),
    signal,
  })
  // Nobody reads what it says, but a full pipe would stop it.
  running.stdout.resume()
  running.stderr.resume()
  let ended = false
  void running.exited.then(() => {
    ended = true
  })

  let at: Interruption['at'] = 'time'
  while (!ended && Date.now() - began < Math.min(waitMs, LONGEST_MS)) {
    const now = await rows()
    if (environment.stores.some((store, index) => store.diff(start[index] ?? {}, now[index] ?? {}).length > 0)) {
      at = 'rows changed'
      break
    }
    await pause(LOOK_EVERY_MS)
  }
  const afterMs = Date.now() - began
  if (ended) return { at, afterMs, exitedBy: 'itself', exitedAfterMs: 0 }
  await running.kill('SIGINT')
  const exitedBy = await waitForEnd(running)
  return { at, afterMs, exitedBy, exitedAfterMs: Date.now() - began - afterMs }
}

async function waitForEnd(running: Running): Promise<'signal' | 'kill'> {
  const deadline = new AbortController()
  const late = pause(PATIENCE_MS, deadline.signal).then(() => 'kill' as const)
  const how = await Promise.race([running.exited.then(() => 'signal' as const), late])
  deadline.abort()
  if (how === 'kill') await running.kill('SIGKILL')
  return how
}

function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    signal?.addEventListener('abort', () => clearTimeout(timer), { once: true })
  })
}
