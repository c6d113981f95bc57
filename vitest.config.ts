import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Whole runs of the agent first, then gates on suites that run: whoever is left with one of them at the end works alone. */
const LONGEST = [
  /\/test\/e2e\//,
  /\/test\/cli\/(verify|landing|interrupts)\./,
  /\/test\/(verify|cli|suites\/run)\/[^/]+$/,
]

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b))
  }
}

function rank({ moduleId }: TestSpecification): number {
  const at = LONGEST.findIndex((pattern) => pattern.test(moduleId))
  return at < 0 ? LONGEST.length : at
}

// Tests start real processes and databases; two cores bear two of them at a time.
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    pool: 'forks',
    sequence: { sequencer: LongestFirst },
  },
})
