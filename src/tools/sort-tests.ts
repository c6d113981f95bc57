import { z } from 'zod'
import type { Environment } from '../contracts/environment.ts'
import type { RunnerPlug } from '../contracts/plugs.ts'
import type { Suite } from '../contracts/suite.ts'
import type { ToolCallOptions } from '../contracts/tool.ts'
import type { SortedFailure } from '../contracts/triage.ts'
import type { GateVerdict } from '../contracts/verdict.ts'
import { type Failure, sortFailures } from '../triage/index.ts'
import { findSequences, sequenceOf } from '../verify/sequences.ts'
import type { ExistingSuite } from './find-suite.ts'

/** One test and the start of its runner; what hangs longer has told enough. */
const ALONE_MS = 60_000

const failedList = z.array(z.object({ file: z.string(), name: z.string(), message: z.string() }))

/** Sorts failing tests of a suite by whose failure it is; some are run alone in the environment, which is reset for it. */
export async function sortTests(
  { environment, runner, suite }: { environment: Environment; runner: RunnerPlug; suite: Suite },
  failures: Failure[],
  { signal, progress }: Pick<ToolCallOptions, 'signal' | 'progress'>,
): Promise<SortedFailure[]> {
  const sequences = findSequences(suite, runner.source ?? null)
  return sortFailures({
    failures,
    suiteFiles: suite.files.map(({ path }) => path),
    caseOf: ({ file, name }) =>
      suite.cases?.find((drafted) => drafted.file === file && drafted.test === name)?.case ?? null,
    async runAlone({ file, name }) {
      await environment.reset()
      // A step says nothing without those before it.
      const only = sequenceOf(sequences, { file, name }) ? {} : { test: name }
      return runner.run(environment, suite, { files: [file], ...only, timeoutMs: ALONE_MS, signal })
    },
    progress,
  })
}

/** Whose failure it is that a test of somebody's own suite is red in some gate. */
export async function sortExisting(
  environment: Environment,
  { suite, runner, foreign }: Pick<ExistingSuite, 'suite' | 'runner' | 'foreign'>,
  verdicts: GateVerdict[],
  options: Pick<ToolCallOptions, 'signal' | 'progress'>,
): Promise<SortedFailure[]> {
  const failures = failedTests(verdicts)
  if (failures.length === 0) return []
  const own = await environment.clone({ unsteered: foreign })
  try {
    return await sortTests({ environment: own, runner, suite }, failures, options)
  } finally {
    await own.stop()
  }
}

/** Tests that gates name in `evidence.failed` (`[{ file, name, message }]`), each once. */
export function failedTests(verdicts: GateVerdict[]): Failure[] {
  const failures = verdicts.flatMap(({ evidence }) => failedList.safeParse(evidence.failed).data ?? [])
  return [...new Map(failures.map((failure) => [`${failure.file} ${failure.name}`, failure])).values()]
}
