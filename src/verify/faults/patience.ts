import type { RunResult } from '../../contracts/suite.ts'

/** Beyond what test files take when nothing is wrong. */
const PATIENCE_MS = 20_000
/** For each of two more files: one of them may tell by an assertion what another one only waits for in vain. */
const PER_FILE_MS = 10_000
const SHORTEST_LOADING_MS = 1_000

/** Milliseconds for a run of these test files, one after the other: twice what they take by `baseline`, and time to wait in vain. */
export function patienceFor(
  { tests, durationMs, coverageByFile = [] }: Pick<RunResult, 'tests' | 'durationMs' | 'coverageByFile'>,
  files: string[],
): number {
  const sum = (list: RunResult['tests']) => list.reduce((total, test) => total + test.durationMs, 0)
  const own = sum(tests.filter(({ file }) => files.includes(file)))
  // Loading takes its time too, and no test's duration tells of it.
  const loading = Math.max(SHORTEST_LOADING_MS, (durationMs - sum(tests)) / Math.max(1, coverageByFile.length))
  return PATIENCE_MS + Math.min(files.length - 1, 2) * PER_FILE_MS + 2 * (own + loading * files.length)
}
