import { createHash, randomBytes } from 'node:crypto'
import { join, posix } from 'node:path'
import { z } from 'zod'
import type { Environment } from '../../contracts/environment.ts'
import { AgentError } from '../../contracts/errors.ts'
import type { Running, Sandbox } from '../../contracts/sandbox.ts'
import type { RunResult, RunSession, SessionRun, Suite } from '../../contracts/suite.ts'
import { putFiles } from '../put-files.ts'
import { FETCH_VARIABLE, followFetchEntries } from './fetch-entries.ts'
import { readHook } from './hooks.ts'
import { CURRENT_TEST_VARIABLE, parseRequests, withRequire } from './requests.ts'
import { parseResults } from './results.ts'
import { readStubHook, STUB_VARIABLE, stubFile } from './stub.ts'
import { hookVariables, readTrace, relativeTo, suiteVariables, type Traces, traceVariables } from './traces.ts'

const DEFAULT_TIMEOUT_MS = 300_000
const START_TIMEOUT_MS = 120_000
/** For a project's own tidying up after all tests. */
const GOODBYE_MS = 3_000
const OUTPUT_TAIL = 20_000

const readyMessage = z.object({ once: z.boolean(), files: z.array(z.string()) })
const doneMessage = z.object({ number: z.number(), worn: z.boolean(), error: z.string().optional() })

/** How a runner is made to stay. */
export interface ResidentRunner {
  /** For people. */
  name: string
  /** Loaded in all processes of the command, by `node --require`: makes the runner answer questions. Without its ending. */
  resident: URL
  /** Loaded before each test file: brings tests into an order, and tells which one runs. Without its ending. */
  setup: URL
  layTraces(sandbox: Sandbox): Promise<Traces>
  argv(traces: Traces): string[]
  /** A regular expression for the names of tests to be run, in the runner's own manner. */
  pattern?(only: NonNullable<SessionRun['only']>): string
}

/** A runner of the suite's own command that stays, and runs what it is asked for. */
export function openSession(
  environment: Environment,
  suite: Suite,
  { signal, runner }: { signal: AbortSignal; runner: ResidentRunner },
): RunSession {
  let process: Process | null = null
  const close = async () => {
    await process?.end()
    process = null
  }
  return {
    async run(options) {
      signal.throwIfAborted()
      const began = Date.now()
      process ??= await start(environment, suite, runner, signal)
      const result = await process.perform(options)
      if (process.isWorn()) await close()
      signal.throwIfAborted()
      return { ...result, durationMs: Date.now() - began }
    },
    close,
  }
}

interface Process {
  perform(options: SessionRun): Promise<Omit<RunResult, 'durationMs'>>
  /** It has ended, or another question would not get a fair answer. */
  isWorn(): boolean
  end(): Promise<void>
}

async function start(
  environment: Environment,
  suite: Suite,
  runner: ResidentRunner,
  signal: AbortSignal,
): Promise<Process> {
  const { sandbox } = environment
  await putFiles(sandbox, suite.files)
  const traces = await runner.layTraces(sandbox)
  const token = randomBytes(8).toString('hex')
  const directory = `${sandbox.scratch}/session-${token}`
  await sandbox.writeFile(join(directory, 'setup.cjs'), await readHook(runner.setup))
  await sandbox.writeFile(join(directory, 'resident.cjs'), await readHook(runner.resident))
  await sandbox.writeFile(join(directory, 'stub.cjs'), await readStubHook())
  const unfollow = await followFetchEntries(sandbox)
  const env = suiteVariables(environment, suite)
  const hooks = hookVariables(env.NODE_OPTIONS, traces, null)
  const running = await sandbox.spawn({
    argv: runner.argv(traces),
    cwd: join(sandbox.root, suite.cwd),
    env: {
      ...env,
      ...traceVariables(traces),
      ...hooks,
      NODE_OPTIONS: withRequire(
        withRequire(hooks.NODE_OPTIONS, join(directory, 'resident.cjs')),
        join(directory, 'stub.cjs'),
      ),
      INTEGRATION_TESTS_RESIDENT: directory,
      INTEGRATION_TESTS_RESIDENT_TOKEN: token,
      INTEGRATION_TESTS_REPORTER: traces.reporter,
      [CURRENT_TEST_VARIABLE]: join(directory, 'current-test'),
      ...(unfollow ? { [FETCH_VARIABLE]: '1' } : {}),
    },
    signal,
  })
  const words = listen(running, token)
  const ready = await words.next('ready', START_TIMEOUT_MS)
  if (ready === null) {
    await running.kill('SIGKILL')
    await unfollow?.()
    throw cannotStay(suite, runner, words.output())
  }
  const { once, files } = readyMessage.parse(ready)
  const inProject = await relativeTo(sandbox.root)
  const absolute = new Map(files.map((file) => [inProject(file) ?? file, file]))
  let number = 0
  let worn = once

  async function perform(options: SessionRun): Promise<Omit<RunResult, 'durationMs'>> {
    number += 1
    const at = (name: string) => join(directory, `${name}-${number}.jsonl`)
    const { stub } = options
    if (stub) await sandbox.writeFile(at('stub'), JSON.stringify(stubFile(stub)))
    const env = {
      ...traceVariables({ ...traces, results: at('results'), requests: at('requests') }),
      ...(stub ? { [STUB_VARIABLE]: at('stub') } : {}),
      ...options.env,
    }
    const wanted = options.files ?? ownFiles(suite, [...absolute.keys()])
    const { only } = options
    const job = {
      files: inOrder(wanted, options.seed).map((file) => absolute.get(file) ?? join(sandbox.root, file)),
      only: only ?? null,
      pattern: (only && runner.pattern?.(only)) ?? null,
      seed: options.seed ?? null,
      fixed: Object.fromEntries(
        Object.entries(options.fixed ?? {}).map(([file, blocks]) => [absolute.get(file) ?? file, blocks]),
      ),
      untilRed: options.untilRed ?? false,
      patient: options.patient ?? false,
      env,
    }
    await sandbox.writeFile(join(directory, `${number}.json`), JSON.stringify(job))
    const done = await words.next('done', options.timeoutMs ?? DEFAULT_TIMEOUT_MS)
    const timedOut = done === null && !words.ended()
    if (done === null) {
      worn = true
      await running.kill('SIGKILL').catch(() => {})
    }
    const { tests, errors } = parseResults(await readTrace(sandbox, at('results')), (path) => inProject(path) ?? path)
    const requests = parseRequests(await readTrace(sandbox, at('requests')), inProject)
    const end = done === null ? null : doneMessage.parse(done)
    if (end?.worn) worn = true
    const output = words.output()
    const trouble = end?.error ?? (done === null && !timedOut ? output || `${runner.name} ended without a word` : null)
    if (trouble) errors.push({ file: null, message: trouble })
    const red = errors.length > 0 || tests.some(({ status }) => status === 'failed')
    await Promise.all([at('results'), at('requests')].map((path) => sandbox.removeFile(path).catch(() => {})))
    return {
      exitCode: timedOut ? null : red ? 1 : 0,
      timedOut,
      // Those that were not asked for are told as skipped.
      tests: only ? tests.filter(({ status }) => status !== 'skipped') : tests,
      errors,
      requests,
      coverage: null,
      output,
    }
  }

  return {
    perform,
    isWorn: () => worn,
    async end() {
      if (!words.ended() && once) {
        await sandbox.writeFile(join(directory, `${number + 1}.json`), JSON.stringify({ end: true }))
        await words.next('end', GOODBYE_MS)
      }
      await running.kill('SIGKILL').catch(() => {})
      await running.exited
      await unfollow?.()
    },
  }
}

/** What the process says to us between everything else that it prints. */
function listen(running: Running, token: string) {
  let text = ''
  let rest = ''
  let over = false
  const heard: { word: string; data: unknown }[] = []
  let wake = () => {}
  const hear = (chunk: Buffer) => {
    text = (text + chunk).slice(-OUTPUT_TAIL)
  }
  running.stderr.on('data', hear)
  running.stdout.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      const match = new RegExp(`^${token} (\\w+) (.*)$`).exec(line)
      if (!match) text = `${text}${line}\n`.slice(-OUTPUT_TAIL)
      else heard.push({ word: match[1] ?? '', data: JSON.parse(match[2] ?? 'null') })
    }
    wake()
  })
  void running.exited.then(() => {
    over = true
    wake()
  })
  return {
    output: () => text.trim(),
    ended: () => over,
    /** `null`: it ended before, or the time is up. */
    async next(word: string, timeoutMs: number): Promise<unknown> {
      const deadline = Date.now() + timeoutMs
      for (;;) {
        const at = heard.findIndex((one) => one.word === word)
        if (at >= 0) return heard.splice(0, at + 1).at(-1)?.data
        const left = deadline - Date.now()
        if (over || left <= 0) return null
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, left)
          wake = () => {
            clearTimeout(timer)
            resolve()
          }
        })
      }
    },
  }
}

/** The suite's test files among those that the command selects; all of these where the suite names none. */
function ownFiles(suite: Suite, selected: string[]): string[] {
  const own = suite.files.filter(({ kind }) => kind === 'test').map(({ path }) => posix.normalize(path))
  return own.length > 0 ? own : selected
}

/** The same order for the same seed; for an even one that of the odd one before it, the other way round. */
function inOrder(files: string[], seed: number | undefined): string[] {
  if (seed === undefined) return files
  const rank = (file: string) =>
    createHash('sha256')
      .update(`${Math.ceil(seed / 2)} ${file}`)
      .digest('hex')
  const order = files.toSorted((a, b) => (rank(a) < rank(b) ? -1 : 1))
  return seed % 2 === 0 ? order.reverse() : order
}

function cannotStay(suite: Suite, { name }: ResidentRunner, output: string): AgentError {
  return new AgentError('environment', 'NO_SESSION', `${name} could not be kept running between runs.`, {
    value: suite.command,
    next: `A command that starts ${name}’s own runner would do. It said: ${output.slice(-500) || 'nothing'}`,
  })
}
