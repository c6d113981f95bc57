import { defineConfig } from 'vitest/config'

// Tests start real processes and databases; two cores bear two of them at a time.
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    pool: 'forks',
  },
})
