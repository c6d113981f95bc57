import type { Readable } from 'node:stream'

/** One command inside the sandbox. `env` is complete: nothing is inherited. */
export interface Command {
  argv: string[]
  /** Absolute inside the sandbox; the project's root by default. */
  cwd?: string
  env?: Record<string, string>
  /** Milliseconds; the process group is killed after. Default 120,000. */
  timeoutMs?: number
  stdin?: string
  signal?: AbortSignal
}

export interface CommandResult {
  exitCode: number | null
  signal: string | null
  timedOut: boolean
  stdout: string
  stderr: string
  durationMs: number
}

/** A command that stays. */
export interface Running {
  pid: number
  stdout: Readable
  stderr: Readable
  exited: Promise<{ exitCode: number | null; signal: string | null }>
  kill(signal?: NodeJS.Signals): Promise<void>
}

/** Something tried to leave the sandbox. */
export interface EgressAttempt {
  /** Numeric address or host name, with the port where known. */
  target: string
  via: 'tcp' | 'udp' | 'dns' | 'unknown'
  count: number
}

export interface ProcessInfo {
  pid: number
  argv: string[]
}

/** A moment's state of the sandbox, for comparing. Paths are relative to the project root. */
export interface SandboxState {
  processes: ProcessInfo[]
  /** Listening TCP ports with the owning pid where known. */
  ports: { port: number; pid: number | null }[]
  /** Files in the view that differ from the project: relative path → size and mtime (`null` = deleted). */
  files: Record<string, { size: number; mtimeMs: number } | null>
  /** Files in the sandbox's temporary directories. */
  temporary: string[]
}

/**
 * One throw-away place where a project's services, app and tests run together: own process table, own network with
 * loopback only, the project's tree as a copy-on-write view at its own path. Dies with its creator.
 */
export interface Sandbox {
  readonly id: string
  /** How much the kernel enforces here, for the report. */
  readonly enforcement: {
    network: 'kernel' | 'none'
    files: 'overlay' | 'copy'
    processes: 'namespace' | 'group'
    how: string
  }
  /** The project root as seen inside; the same path as outside. */
  readonly root: string
  /** A writable directory inside, on memory where possible, that is gone afterwards. */
  readonly scratch: string
  run(command: Command): Promise<CommandResult>
  spawn(command: Omit<Command, 'timeoutMs' | 'stdin'>): Promise<Running>
  /** A Unix socket outside that leads to this TCP port of the sandbox's loopback. */
  relay(port: number): Promise<string>
  /** `path` absolute inside, or relative to the root. */
  readFile(path: string): Promise<Buffer>
  writeFile(path: string, data: Buffer | string): Promise<void>
  removeFile(path: string): Promise<void>
  state(): Promise<SandboxState>
  /** Everything seen since the start, or since `clearAttempts`. Enforcement `none`: always empty. */
  attempts(): Promise<EgressAttempt[]>
  clearAttempts(): Promise<void>
  stop(): Promise<void>
}
