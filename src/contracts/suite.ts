export interface SuiteFile {
  /** Relative to the project root. */
  path: string
  content: string
  /** `unit`: a test file that the command runs too, but that sends the application no request: not what the gates are about. */
  kind: 'test' | 'unit' | 'helper' | 'config' | 'compose' | 'manifest'
}

/** An assertion that rests on observation alone, for a person to look at. */
export interface ReviewItem {
  file: string
  line: number
  assertion: string
  why: string
}

/** The files and the one command that runs them without us. */
export interface Suite {
  /** Name of the runner plug. */
  runner: string
  files: SuiteFile[]
  /** As a person types it, relative to `cwd`. */
  command: string
  /** The same as argv. */
  argv: string[]
  /** Relative to the root. */
  cwd: string
  /** Variables the command needs, service addresses included, as in compose. */
  env: Record<string, string>
  /** Written for this many cases (each `test.each` row counts). */
  tests: number
  review: ReviewItem[]
  /** Which case a test came from; `test` is its full name as in `TestResult.name`. */
  cases?: { file: string; test: string; case: string }[]
  /** Ids of cases that would have made it too long to be reviewed, first the least telling. */
  omitted?: string[]
  /** Test dependencies that the project lacks. */
  missing: { name: string; range: string; install: string }[]
}

export interface TestResult {
  /** Relative to the root. */
  file: string
  /** Full name, describe blocks joined by ` > `. */
  name: string
  status: 'passed' | 'failed' | 'skipped' | 'todo'
  durationMs: number
  message: string | null
}

/** A request that reached the framework's entry while tests ran, in-process calls included. */
export interface SeenRequest {
  method: string
  /** Path without query. */
  path: string
  status: number
  pid: number
  /** Test file that was being run in that process, or that had started it; absent where it cannot be told. */
  file?: string
  /** Full name of the test in which it came; measured where tests run one after the other (`RunSession`), absent between tests. */
  test?: string
  /** Mark of what answered it, the same for all servers of one application; measured where `test` is. */
  by?: string
}

export interface FileCoverage {
  /** Relative to the root. */
  file: string
  lines: { covered: number; total: number }
  branches: { covered: number; total: number }
  /** 1-based lines that ran. */
  hit: number[]
}

/** What one test file made the application run. */
export interface TestFileCoverage {
  /** The test file, relative to the root. */
  test: string
  /** Source file (relative) → 1-based line where a statement begins → how often it ran, also while loading. */
  lines: Record<string, Record<number, number>>
}

export interface RunResult {
  /** `null` when killed. */
  exitCode: number | null
  timedOut: boolean
  durationMs: number
  tests: TestResult[]
  /** Test files that failed to load, and other trouble outside a test. */
  errors: { file: string | null; message: string }[]
  requests: SeenRequest[]
  /** `null` when not asked for. */
  coverage: FileCoverage[] | null
  /** With `coverageByFile`, as far as the runner can tell. */
  coverageByFile?: TestFileCoverage[]
  /** Tail of stdout and stderr. */
  output: string
}

/** What a stage may ask of a runner. */
export interface RunOptions {
  /** Restrict to these test files. */
  files?: string[]
  /** Restrict to one test, by its full name. */
  test?: string
  coverage?: boolean
  /** With `coverage`: also which test file ran what. */
  coverageByFile?: boolean
  /**
   * One test file after the other, in the order of `files`, in one process; ends at the first failed test (one that ran out of time
   * is not yet a reason). What the tests would have tidied up then stays.
   */
  untilRed?: boolean
  /** With `coverage`: these files count although nothing loads them; paths relative to the root. */
  sources?: string[]
  /** Random order of tests and files. */
  seed?: number
  env?: Record<string, string>
  timeoutMs?: number
  signal?: AbortSignal
}

/** What one run of a session is to be. */
export interface SessionRun {
  /** Relative to the root, run in this order, one after the other; all of the suite by default. */
  files?: string[]
  /** Only the test with this full name, or with `block` all tests below the block with this one. */
  only?: { name: string; block: boolean }
  /** Random order of the files and of the tests in each; an even seed gives that of the odd one before it, the other way round. */
  seed?: number
  /** With `seed`: blocks (titles from the outside in, `[]` for the whole file) that keep their order, by file. */
  fixed?: Record<string, string[][]>
  /** Ends at the first failed test; one that ran out of time is not yet a reason. */
  untilRed?: boolean
  /** Tests have four times as long as the suite gives them: what is red then, is not so for a busy machine. */
  patient?: boolean
  /** Instead of the application something answers that always says the same. */
  stub?: Stub
  env?: Record<string, string>
  timeoutMs?: number
}

export interface Stub {
  status: number
  body: string
  /** Requests that are the application's: to one of these routes, or answered by one of `by` (`SeenRequest.by`). */
  routes: { method: string; path: string }[]
  by: string[]
  /** So many requests of tests are the application's to answer, before the stub does; those between tests are too. */
  skip?: number
}

/** A runner that stays in an environment: many runs, one after the other, each with modules and globals of its own. */
export interface RunSession {
  run(options: SessionRun): Promise<RunResult>
  /** Ends it; another run would begin anew. */
  close(): Promise<void>
}

/** What can be told of a test file from its text alone. */
export interface TestSource {
  /**
   * The same file with every test made to fail right after its last assertion, and the tests' titles. `null` when there is no
   * test with a body.
   */
  breakTests(path: string, content: string): { content: string; titles: string[] } | null
  read(path: string, content: string): TestFacts
  sequences?(path: string, content: string): TestSequence[]
}

export interface TestFacts {
  /** Text of each assertion, blanks squeezed, in order. */
  assertions: string[]
  /** Skipped and unwritten tests; `reason` is the comment beside it. */
  skips: { line: number; text: string; reason: string | null }[]
  /** Tests that keep others from running. */
  focused: { line: number; text: string }[]
  /** Assertions on something still to come that nothing waits for. */
  unawaited?: { line: number; text: string }[]
  stubs?: TestStub[]
}

/** Something that a test puts in the place of a module, of one method, or of the clock. */
export interface TestStub {
  line: number
  text: string
  kind: 'module' | 'method' | 'clock'
  /** As the file names it; `null` where that cannot be told. */
  module: string | null
  /** It does nothing but fail: to see what the application makes of that. */
  fault: boolean
}

/** A block whose tests build on each other, deliberately: they run in their order, together. */
export interface TestSequence {
  /** Titles from the outside in; `[]` for the whole file. */
  titles: string[]
  /** 1-based. */
  line: number
  why: string
}
