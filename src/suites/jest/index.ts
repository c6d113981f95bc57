import type { RunnerPlug } from '../../contracts/plugs.ts'
import { javascriptTestSource } from '../javascript/test-source.ts'
import { draftJestSuite } from './draft/index.ts'
import { findJestSuite } from './find/index.ts'
import { findMissing } from './missing.ts'
import { runJestSuite } from './run/index.ts'
import { openJestSession } from './run/session.ts'

export const jest: RunnerPlug = {
  name: 'jest',
  handles: ['jest'],
  draft: draftJestSuite,
  run: runJestSuite,
  session: openJestSession,
  find: findJestSuite,
  missing: findMissing,
  source: javascriptTestSource,
}
