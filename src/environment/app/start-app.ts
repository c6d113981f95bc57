import type { RunningApp } from '../../contracts/environment.ts'
import { AgentError } from '../../contracts/errors.ts'
import type { Sandbox } from '../../contracts/sandbox.ts'
import { createHttpClient, type HttpClient } from './http-client.ts'
import { findProbableCause } from './probable-cause.ts'

const POLL_MS = 20
/** Asking the sandbox for its ports costs more than knocking at one. */
const SURVEY_EVERY_MS = 250
const KEPT_OUTPUT = 200_000
const SHOWN_OUTPUT = 3_000
/** Stands in the message where the output gave the reason away. */
export const CAUSE_LABEL = 'Probable cause'

/** How one start of the application is made. */
export interface AppStart {
  sandbox: Sandbox
  command: string[]
  env: Record<string, string>
  /** Where it is expected to listen, if anything says so. */
  port: number | null
  timeoutMs: number
  signal: AbortSignal
}

/** Spawns the application and waits until it answers a request with anything at all. Throws APP_DOES_NOT_START. */
export async function startApp(start: AppStart): Promise<RunningApp> {
  const { sandbox, command } = start
  const before = new Set((await sandbox.state()).ports.map(({ port }) => port))
  if (start.port !== null && before.has(start.port)) {
    throw new AgentError('environment', 'PORT_TAKEN', `port ${start.port} of the environment is taken`, {
      value: String(start.port),
      next: 'Stop the running application first, or use a clone of the environment.',
    })
  }
  const startedAt = Date.now()
  const running = await sandbox.spawn({ argv: command, env: start.env })
  let output = ''
  let exit: RunningApp['exit'] = null
  let stopping = false
  for (const stream of [running.stdout, running.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output = (output + chunk.toString('utf8')).slice(-KEPT_OUTPUT)
    })
  }
  const ended = running.exited.then((how) => {
    if (!stopping) exit = how
  })

  async function stop(): Promise<void> {
    stopping = true
    // A server that drains its connections first would wait for ours.
    client?.close()
    const killer = setTimeout(() => void running.kill('SIGKILL'), 2_000)
    await running.kill('SIGTERM')
    await ended
    clearTimeout(killer)
    // What it has left behind in its process group goes as well.
    await running.kill('SIGKILL').catch(() => undefined)
  }

  const client = await waitUntilAnswering(start, before, () => exit !== null).catch(async (error: unknown) => {
    await stop()
    throw error
  })
  if (!client) {
    const how = describeEnd(exit, Date.now() - startedAt)
    await stop()
    throw doesNotStart(command, how, output)
  }

  return {
    port: client.port,
    async request(request) {
      try {
        return await client.request(request)
      } catch (error) {
        if (exit === null) await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 50))])
        throw exit === null ? noAnswer(request.method, request.url, error as Error) : hasDied(exit, output)
      }
    },
    output: () => output,
    get exit() {
      return exit
    },
    stop,
  }
}

/** `null`: the process ended, or the time is up. */
async function waitUntilAnswering(
  { sandbox, port: expected, timeoutMs, signal }: AppStart,
  before: ReadonlySet<number>,
  hasEnded: () => boolean,
): Promise<(HttpClient & { port: number }) | null> {
  const deadline = Date.now() + timeoutMs
  let surveyAt = Date.now() + SURVEY_EVERY_MS
  let candidates = expected === null ? [] : [expected]
  while (!hasEnded() && Date.now() < deadline) {
    signal.throwIfAborted()
    for (const port of candidates) {
      const client = createHttpClient(await sandbox.relay(port), port)
      if (await answers(client)) return { ...client, port }
      client.close()
    }
    if (Date.now() >= surveyAt) {
      const { ports } = await sandbox.state()
      const fresh = ports.map(({ port }) => port).filter((port) => !before.has(port))
      candidates = [...new Set([...(expected === null ? [] : [expected]), ...fresh])]
      surveyAt = Date.now() + SURVEY_EVERY_MS
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
  return null
}

async function answers(client: HttpClient): Promise<boolean> {
  try {
    await client.request({ method: 'GET', url: '/', headers: {}, body: null, timeoutMs: 5_000 })
    return true
  } catch {
    return false
  }
}

function describeEnd(exit: RunningApp['exit'], durationMs: number): string {
  if (!exit) return `it does not answer HTTP on any port after ${Math.round(durationMs / 1000)} s`
  return `it ended with ${exit.signal ?? `exit code ${exit.exitCode}`} before it answered`
}

function doesNotStart(command: string[], how: string, output: string): AgentError {
  const cause = findProbableCause(output)
  const tail = output.trim().slice(-SHOWN_OUTPUT)
  return new AgentError(
    'environment',
    'APP_DOES_NOT_START',
    [
      `The application does not start: ${how}.`,
      cause ? `${CAUSE_LABEL}: ${cause.cause}.` : null,
      tail ? `Its output:\n${tail}` : 'It printed nothing.',
    ]
      .filter((line) => line !== null)
      .join('\n'),
    {
      value: command.join(' '),
      next: cause?.next ?? 'Correct the boot command or add what it needs in integration-tests.config.json.',
    },
  )
}

function hasDied(exit: NonNullable<RunningApp['exit']>, output: string): AgentError {
  return new AgentError(
    'environment',
    'APP_DIED',
    `The application has ended with ${exit.signal ?? `exit code ${exit.exitCode}`}. Its last output:\n${output.trim().slice(-SHOWN_OUTPUT)}`,
    { value: String(exit.signal ?? exit.exitCode), next: 'A request can bring it down: look at the last output.' },
  )
}

function noAnswer(method: string, url: string, error: Error): AgentError {
  return new AgentError('environment', 'NO_ANSWER', `The application gives no answer: ${error.message}`, {
    value: `${method} ${url}`,
    next: 'Does the handler forget to respond?',
  })
}
