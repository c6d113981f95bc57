import type { ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import { PassThrough } from 'node:stream'
import { AgentError } from '../../contracts/errors.ts'
import type { Command, CommandResult, Running } from '../../contracts/sandbox.ts'
import type { Event, Reply, RequestBody, RunValue } from './supervisor/protocol.mts'

/** Output of a spawned command that nobody reads is kept up to this size; what comes after is dropped. */
const UNREAD_LIMIT = 10 * 1024 * 1024
const STDERR_KEPT = 8_000

interface Waiting {
  resolve(value: unknown): void
  reject(error: Error): void
}

interface Spawned {
  stdout: PassThrough
  stderr: PassThrough
  end(exit: { exitCode: number | null; signal: string | null }): void
}

interface CommandDefaults {
  cwd: string
  env: Record<string, string>
  /** Beneath any environment a command brings. */
  always?: Record<string, string>
}

/** The outer end of the line to a supervisor. */
export class SupervisorClient {
  readonly #child: ChildProcess
  readonly #waiting = new Map<number, Waiting>()
  readonly #spawned = new Map<number, Spawned>()
  readonly #defaults: CommandDefaults
  #last = 0
  #stderr = ''
  /** Resolves with how egress is watched; rejects when the set-up failed. */
  readonly ready: Promise<string>
  readonly ended: Promise<void>

  constructor(child: ChildProcess, defaults: CommandDefaults) {
    this.#child = child
    this.#defaults = defaults
    child.stdin?.on('error', () => {})
    child.stderr?.on('data', (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString()).slice(-STDERR_KEPT)
    })
    let ready = (_egress: string) => {}
    let failed = (_error: Error) => {}
    this.ready = new Promise((resolve, reject) => {
      ready = resolve
      failed = reject
    })
    this.ready.catch(() => {})
    this.ended = new Promise((resolve) => {
      const over = (why: string) => {
        failed(new Error(why))
        this.#abandon(why)
        resolve()
      }
      child.once('error', (error) => over(error.message))
      child.once('close', () => over(this.#stderr.trim() || 'the sandbox ended'))
    })
    if (child.stdout)
      createInterface({ input: child.stdout, crlfDelay: Number.POSITIVE_INFINITY }).on('line', (line) => {
        const message = JSON.parse(line) as Reply | Event
        if ('event' in message && message.event === 'ready') ready(message.egress)
        else if ('event' in message) this.#onEvent(message)
        else this.#onReply(message)
      })
  }

  async run(command: Command): Promise<CommandResult> {
    const { signal } = command
    signal?.throwIfAborted()
    const { id, reply } = this.#send({
      op: 'run',
      spec: this.#spec(command),
      timeoutMs: command.timeoutMs ?? 120_000,
      stdin: command.stdin ?? null,
    })
    const onAbort = () => void this.#send({ op: 'cancel', target: id }).reply.catch(() => {})
    signal?.addEventListener('abort', onAbort, { once: true })
    try {
      return (await this.#named(reply, command)) as RunValue
    } finally {
      signal?.removeEventListener('abort', onAbort)
    }
  }

  async spawn(command: Omit<Command, 'timeoutMs' | 'stdin'>): Promise<Running> {
    const { signal } = command
    signal?.throwIfAborted()
    const { id, reply } = this.#send({ op: 'spawn', spec: this.#spec(command) })
    const stdout = new PassThrough()
    const stderr = new PassThrough()
    const exited = new Promise<{ exitCode: number | null; signal: string | null }>((resolve) => {
      this.#spawned.set(id, { stdout, stderr, end: resolve })
    })
    const kill = async (how: NodeJS.Signals = 'SIGTERM') => {
      await this.request({ op: 'signal', target: id, signal: how })
    }
    const { pid } = (await this.#named(reply, command).catch((error) => {
      this.#spawned.delete(id)
      throw error
    })) as { pid: number }
    if (signal) {
      const onAbort = () => void kill('SIGKILL').catch(() => {})
      signal.addEventListener('abort', onAbort, { once: true })
      void exited.then(() => signal.removeEventListener('abort', onAbort))
    }
    return { pid, stdout, stderr, exited, kill }
  }

  request(body: RequestBody): Promise<unknown> {
    return this.#send(body).reply
  }

  /** Closes the line, which ends the sandbox. */
  hangUp(): void {
    this.#child.stdin?.end()
  }

  #spec(command: Command) {
    return {
      argv: command.argv,
      cwd: command.cwd ?? this.#defaults.cwd,
      env: { ...this.#defaults.always, ...(command.env ?? this.#defaults.env) },
    }
  }

  #send(body: RequestBody): { id: number; reply: Promise<unknown> } {
    const id = ++this.#last
    const reply = new Promise<unknown>((resolve, reject) => {
      if (this.#child.exitCode !== null || this.#child.signalCode !== null || !this.#child.stdin?.writable)
        return reject(gone('the sandbox has ended'))
      this.#waiting.set(id, { resolve, reject })
      this.#child.stdin.write(`${JSON.stringify({ id, ...body })}\n`)
    })
    return { id, reply }
  }

  async #named(reply: Promise<unknown>, command: Command): Promise<unknown> {
    try {
      return await reply
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      const program = command.argv[0] ?? ''
      if (code === 'ENOENT' || code === 'EACCES')
        throw new AgentError('environment', 'COMMAND_NOT_FOUND', `cannot run ${program} in the sandbox: ${code}`, {
          value: program,
          next: 'Install it, or check PATH in the environment the command is given.',
        })
      if (code === 'NO_SUCH_CWD')
        throw new AgentError('environment', 'NO_SUCH_DIRECTORY', (error as Error).message, {
          value: command.cwd ?? '',
          next: 'Name a directory that exists inside the sandbox.',
        })
      throw error
    }
  }

  #onReply(reply: Reply): void {
    const waiting = this.#waiting.get(reply.id)
    this.#waiting.delete(reply.id)
    if (!waiting) return
    if ('error' in reply) waiting.reject(Object.assign(new Error(reply.error.message), { code: reply.error.code }))
    else waiting.resolve(reply.value)
  }

  #onEvent(event: Exclude<Event, { event: 'ready' }>): void {
    const spawned = this.#spawned.get(event.command)
    if (!spawned) return
    if (event.event === 'output') {
      const stream = spawned[event.stream]
      if (stream.readableLength + stream.writableLength < UNREAD_LIMIT) stream.write(Buffer.from(event.data, 'base64'))
      return
    }
    this.#finish(event.command, spawned, { exitCode: event.exitCode, signal: event.signal })
  }

  #finish(id: number, spawned: Spawned, exit: { exitCode: number | null; signal: string | null }): void {
    this.#spawned.delete(id)
    spawned.stdout.end()
    spawned.stderr.end()
    spawned.end(exit)
  }

  #abandon(why: string): void {
    for (const { reject } of this.#waiting.values()) reject(gone(why))
    this.#waiting.clear()
    for (const [id, spawned] of this.#spawned) this.#finish(id, spawned, { exitCode: null, signal: 'SIGKILL' })
  }
}

function gone(why: string): AgentError {
  return new AgentError('environment', 'SANDBOX_GONE', `the sandbox is gone: ${why}`, {
    next: 'Open a new one; if it ended by itself, look at memory and disk space.',
  })
}
