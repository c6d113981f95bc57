/** What the outer process and the supervisor inside a sandbox say to each other: one JSON object a line, over stdio. */

export interface CommandSpec {
  argv: string[]
  cwd: string
  env: Record<string, string>
}

export type Request =
  | { id: number; op: 'run'; spec: CommandSpec; timeoutMs: number; stdin: string | null }
  | { id: number; op: 'cancel'; target: number }
  | { id: number; op: 'spawn'; spec: CommandSpec }
  | { id: number; op: 'signal'; target: number; signal: string }
  | { id: number; op: 'relay'; port: number }
  | { id: number; op: 'read'; path: string }
  | { id: number; op: 'write'; path: string; content: Content }
  | { id: number; op: 'remove'; path: string }
  | { id: number; op: 'state' }
  | { id: number; op: 'attempts' }
  | { id: number; op: 'clearAttempts' }

/** A request without the number that the client gives it. */
export type RequestBody = Request extends infer R ? (R extends { id: number } ? Omit<R, 'id'> : never) : never

export type Reply = { id: number; value: unknown } | { id: number; error: { message: string; code: string } }

export type Event =
  | { event: 'ready'; egress: string }
  | { event: 'output'; command: number; stream: 'stdout' | 'stderr'; data: string }
  | { event: 'exit'; command: number; exitCode: number | null; signal: string | null }

/** Small content comes along in base64; large content lies in a file of the shared directory, which the receiver removes. */
export type Content = { data: string } | { file: string }

export interface RunValue {
  exitCode: number | null
  signal: string | null
  timedOut: boolean
  stdout: string
  stderr: string
  durationMs: number
}

/** An entry of an overlay's upper layer. `names`: what a directory holds in the merged view. */
export type LayerEntry =
  | { path: string; kind: 'file'; size: number; mtimeMs: number }
  | { path: string; kind: 'gone' }
  | { path: string; kind: 'directory'; names: string[] }

export interface StateValue {
  processes: { pid: number; argv: string[] }[]
  ports: { port: number; pid: number | null }[]
  layers: LayerEntry[]
  temporary: string[]
}

export interface Attempt {
  target: string
  via: 'tcp' | 'udp' | 'dns' | 'unknown'
  count: number
}

/** How the supervisor is told what it stands in; JSON in its first argument. */
export interface SupervisorConfig {
  /** Marks the processes of this sandbox in their environment. */
  id: string
  root: string
  /** Directory shared with the outer process: relay sockets and large files. As seen inside. */
  shared: string
  /** Host names that mean loopback, besides `localhost`. */
  hosts: string[]
  /** Where the packet reader of a namespace writes; the files may not exist. */
  egress: { log: string; pidFile: string }
  /** `true`: own PID and network namespace. */
  isolated: boolean
  /** Overlay upper directories and where they are mounted, relative to the root. */
  layers: { upper: string; at: string }[]
  /** Directories whose files count as temporary; in a namespace the whole root file system. */
  temporary: string[]
  /** Paths never counted as temporary. */
  notTemporary: string[]
}
