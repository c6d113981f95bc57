import type { RunnerPlug } from '../../../contracts/plugs.ts'
import { openSession } from '../../javascript/session.ts'
import { blockPattern, buildArgv, namePattern } from './command.ts'
import { layJestTraces } from './traces.ts'

/** A Jest of the suite's own command that stays: `resident.cts` in it runs what it is asked for. */
export const openJestSession: NonNullable<RunnerPlug['session']> = (environment, suite, { signal }) =>
  openSession(environment, suite, {
    signal,
    runner: {
      name: 'Jest',
      resident: new URL('./resident', import.meta.url),
      setup: new URL('./resident-setup', import.meta.url),
      layTraces: (sandbox) => layJestTraces(sandbox, suite, false),
      argv: (traces) => buildArgv(suite, {}, { ...traces, sequencer: null }),
      pattern: ({ name, block }) => (block ? blockPattern(name) : namePattern(name)),
    },
  })
