import type { RunnerPlug } from '../../../contracts/plugs.ts'
import { openSession } from '../../javascript/session.ts'
import { layVitestTraces } from './index.ts'

/** A Vitest of the suite's own command that stays: `resident.cts` in its place runs what it is asked for. */
export const openVitestSession: NonNullable<RunnerPlug['session']> = (environment, suite, { signal }) =>
  openSession(environment, suite, {
    signal,
    runner: {
      name: 'Vitest',
      resident: new URL('./resident', import.meta.url),
      setup: new URL('./resident-setup', import.meta.url),
      layTraces: (sandbox) => layVitestTraces(sandbox, suite),
      argv: () => suite.argv,
    },
  })
