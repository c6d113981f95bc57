import { AgentError } from '../../contracts/errors.ts'
import type { RunnerPlug } from '../../contracts/plugs.ts'
import { javascriptTestSource } from '../javascript/test-source.ts'
import { findVitestSuite } from './find/index.ts'
import { runVitestSuite } from './run/index.ts'
import { openVitestSession } from './run/session.ts'

export const vitest: RunnerPlug = {
  name: 'vitest',
  handles: ['vitest'],
  async draft() {
    throw new AgentError('usage', 'UNSUPPORTED_RUNNER', 'Suites for Vitest cannot be written yet.', {
      value: 'vitest',
      next: 'agent verify holds the one that is there against the gates.',
    })
  },
  run: runVitestSuite,
  session: openVitestSession,
  find: findVitestSuite,
  source: javascriptTestSource,
}
