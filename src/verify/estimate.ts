import type { RunResult, Suite } from '../contracts/suite.ts'
import type { GateName } from '../contracts/verdict.ts'

/** What is known of a suite after one run. */
interface Pace {
  /** Milliseconds of the whole command. */
  whole: number
  tests: number
  /** One test file in a runner that is up. */
  file: number
  files: number
}

/** What the gate allows itself for single tests. */
const MOST_ALONE_MS = 30_000

/** Runs of the suite, or of parts of it, that each gate makes. */
const COSTS: Record<string, (pace: Pace) => number> = {
  runs: ({ whole }) => whole,
  twice: ({ whole }) => whole,
  shuffled: ({ whole }) => 6 * whole,
  alone: ({ tests, files, file }) => Math.min((tests + files) * file, MOST_ALONE_MS + 2 * files * file),
  clean: ({ whole }) => 3 * whole + 3_000,
  isolated: () => 3_000,
  guarded: ({ whole }) => whole,
  fast: () => 0,
  real: () => 0,
  strong: ({ whole }) => 2 * whole,
  kills: ({ whole, file }) => whole + 60 * file,
  scoped: () => 0,
  portable: ({ whole }) => whole + 2_000,
}

/** Milliseconds that each gate will take, roughly, judged by one run of the suite. */
export function estimateGates(
  gates: readonly GateName[],
  suite: Suite,
  run: Pick<RunResult, 'durationMs' | 'tests'>,
): Record<string, number> {
  const files = suite.files.filter(({ kind }) => kind === 'test' || kind === 'unit').length || 1
  const own = new Set(suite.files.filter(({ kind }) => kind === 'test').map(({ path }) => path))
  const inTests = run.tests.reduce((sum, test) => sum + test.durationMs, 0)
  const pace = {
    whole: run.durationMs,
    tests: run.tests.filter(({ file }) => own.has(file)).length,
    file: Math.max(300, run.durationMs, inTests) / (files + 1),
    files,
  }
  return Object.fromEntries(gates.map((gate) => [gate, Math.round(COSTS[gate]?.(pace) ?? pace.whole)]))
}
