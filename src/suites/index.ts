import type { RunnerPlug } from '../contracts/plugs.ts'
import { jest } from './jest/index.ts'
import { vitest } from './vitest/index.ts'

/** Every runner we write for and run. */
const runners: readonly RunnerPlug[] = [jest, vitest]

/** The plug for a runner as named in `TestConventions.runner`; `null` when none handles it. */
export function findRunner(name: string): RunnerPlug | null {
  return runners.find((runner) => runner.name === name || runner.handles.includes(name)) ?? null
}
