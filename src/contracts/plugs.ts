import type { Environment, Table } from './environment.ts'
import type { Files } from './files.ts'
import type { Exploration, Finding } from './observation.ts'
import type { ProjectMap } from './project.ts'
import type { RunOptions, RunResult, RunSession, Suite, TestSource } from './suite.ts'
import type { GateName, GateVerdict } from './verdict.ts'

/** A language: source → project map. One line in the table of `inspect/index.ts`. */
export interface LanguagePlug {
  name: string
  /** Is there anything of this language to inspect? */
  detect(files: Files): Promise<boolean>
  /** `within`: the folder of the project that holds the server, where a person named one. */
  inspect(files: Files, within: string | null): Promise<ProjectMap>
}

export interface DraftInput {
  map: ProjectMap
  exploration: Exploration
  /** Live schema per store name. */
  tables: Record<string, Table[]>
  environment: Pick<Environment, 'variables' | 'services' | 'invented'>
  /** Content of what is already at a path, so that nobody's file is overwritten. */
  existing(path: string): Promise<string | null>
  /** Every case, however long the suite gets. */
  whole?: boolean
}

/** A test runner: observations → files, and a suite → results. One line in the table of `suites/index.ts`. */
export interface RunnerPlug {
  name: string
  /** Runners named in `TestConventions.runner` that this plug writes for and runs. */
  handles: string[]
  draft(input: DraftInput): Promise<Suite>
  /** Runs in the environment; files of the suite are put into its view first. */
  run(environment: Environment, suite: Suite, options: RunOptions): Promise<RunResult>
  /**
   * The suite that the project has, whoever wrote it, asked of the runner itself in the environment. `null`: no test file.
   * Throws `RUNNER_FAILS` when the runner does not get as far as naming its files.
   */
  find?(environment: Environment, input: FindInput): Promise<FoundSuite | null>
  /** For many runs in one environment. `signal` ends it. Throws NO_SESSION in `run` where the runner cannot be made to stay. */
  session?(environment: Environment, suite: Suite, options: { signal: AbortSignal }): RunSession
  /** Test dependencies that a project lacks, known before anything runs. */
  missing?(map: ProjectMap): Suite['missing']
  /** Reads test files of this runner; gates that need it are `blocked` without. */
  source?: TestSource
}

export interface FindInput {
  map: ProjectMap
  /** How a person wants it run; `null`: as the project's own scripts and configuration say. */
  command: string | null
}

export interface FoundSuite {
  /** All test files are of kind `test`: which of them are unit tests shows when they run. */
  suite: Suite
  /** What a reader should know about the choice of the command. */
  notes: string[]
}

/** What a gate is given. */
export interface GateContext {
  map: ProjectMap
  suite: Suite
  /** A fresh environment of the gate's own with the suite's files in its view; stopped by the caller. */
  open(options?: { tree?: string }): Promise<Environment>
  run(environment: Environment, options?: RunOptions): Promise<RunResult>
  /** Paths changed against the start of the run or the base, with their content before (`null` = new); `null`: there is no base. */
  changes: { path: string; before: string | null; after: string | null }[] | null
  /** The suite is somebody's own: house style is remarked on, and only facts count against it. */
  foreign?: boolean
  /** Seeded faults that somebody has dismissed, with the reason: not tried, but named. */
  dismissed?: { fault: string; reason: string }[]
  /** Ids of the seeded faults to try; a sample of all by default. */
  faults?: string[]
  /** What somebody has decided to live with: a whole gate, or what of its evidence `about` names. */
  waivers?: { gate: string; about?: string | undefined; reason: string }[]
  /** Bugs that nobody accepted: what they show may not be asserted. */
  findings?: Finding[]
  /** Statuses that an endpoint (`endpointKey`) was seen to answer reliably: what tests of it could have. */
  attainable?: Record<string, number[]>
  signal: AbortSignal
  progress(message: string): void
}

/** One check on a suite. One line in the table of `verify/index.ts`. */
export interface Gate {
  name: GateName
  /** What it holds to, in one line. */
  promise: string
  check(context: GateContext): Promise<Omit<GateVerdict, 'name' | 'durationMs'>>
}
