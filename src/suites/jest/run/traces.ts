import type { Sandbox } from '../../../contracts/sandbox.ts'
import type { Suite } from '../../../contracts/suite.ts'
import { readHook } from '../../javascript/hooks.ts'
import { layTraces, type Traces } from '../../javascript/traces.ts'

/** `sequencer`: `null` where this Jest is too old to be given an order. */
export type JestTraces = Traces & { sequencer: string | null }

/** What every run leaves its traces in, and what brings Jest's test files into a given order where that is asked for. */
export async function layJestTraces(sandbox: Sandbox, suite: Suite, ordered: boolean): Promise<JestTraces> {
  const traces = await layTraces(sandbox, suite, { name: 'jest', reporter: new URL('./reporter', import.meta.url) })
  const sequencer = ordered ? `${sandbox.scratch}/jest-sequencer.cjs` : null
  if (sequencer) await sandbox.writeFile(sequencer, await readHook(new URL('./sequencer', import.meta.url)))
  return { ...traces, sequencer }
}
