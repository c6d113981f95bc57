import type { RunResult } from '../../contracts/suite.ts'
import type { Stage } from '../stages.ts'
import { applyEdits, type Fault } from './fault.ts'

/** What became of a fault. `uncovered`: no test runs its place, so nothing was tried. */
export type Fate = 'detected' | 'survived' | 'crashed' | 'timed out' | 'uncovered'

export interface Trial {
  fate: Fate
  /** The test that noticed it, or what happened instead. */
  by: string | null
  /** The same test, where one noticed it. */
  test: { file: string; name: string } | null
  message: string | null
  durationMs: number
}

const TIMEOUT =
  /Exceeded timeout of|Async callback was not invoked|Timeout of \d+ ?ms exceeded|(Test|Hook) timed out in \d+ ?ms/

/** Puts one fault into the stage's view, runs the test files that reach it up to the first red, and takes it out again. */
export async function tryFault(
  { environment: { sandbox }, run }: Pick<Stage, 'environment' | 'run'>,
  fault: Pick<Fault, 'file' | 'edits'>,
  files: string[],
  options: { timeoutMs: number; answers: boolean },
): Promise<Trial> {
  const began = Date.now()
  const original = await sandbox.readFile(fault.file)
  await sandbox.writeFile(fault.file, withFault(original.toString('utf8'), fault))
  try {
    const result = await run({ files, untilRed: true, timeoutMs: options.timeoutMs })
    return { ...judge(result, options.answers), durationMs: Date.now() - began }
  } finally {
    await sandbox.writeFile(fault.file, original)
  }
}

/** Types may no longer fit; that is not what is being tried. */
function withFault(text: string, { file, edits }: Pick<Fault, 'file' | 'edits'>): string {
  const broken = applyEdits(text, edits)
  return /\.[cm]?tsx?$/.test(file) ? `// @ts-nocheck\n${broken}` : broken
}

/** Detected is what an assertion noticed of an application that was up: not a crash while loading, and no timeout. */
function judge(result: RunResult, answers: boolean): Pick<Trial, 'fate' | 'by' | 'test' | 'message'> {
  const failed = result.tests.filter((test) => test.status === 'failed')
  const noticed = failed.find((test) => !TIMEOUT.test(test.message ?? ''))
  if (noticed && (!answers || result.requests.length > 0)) {
    const { file, name, message } = noticed
    return { fate: 'detected', by: `${file}: ${name}`, test: { file, name }, message }
  }
  const unnoticed = { test: null, message: null }
  if (noticed) return { ...unnoticed, fate: 'crashed', by: 'no request was answered', message: noticed.message }
  if (result.timedOut || failed.length > 0) return { ...unnoticed, fate: 'timed out', by: failed[0]?.name ?? null }
  const error = result.errors[0]
  if (error) return { ...unnoticed, fate: 'crashed', by: error.file, message: error.message }
  return { ...unnoticed, fate: 'survived', by: null }
}
