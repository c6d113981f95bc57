import type { RunnerPlug } from '../../contracts/plugs.ts'
import { findMissing } from '../javascript/draft/dialect.ts'
import { javascriptTestSource } from '../javascript/test-source.ts'
import { jestDialect } from './dialect.ts'
import { draftJestSuite } from './draft.ts'
import { findJestSuite } from './find/index.ts'
import { runJestSuite } from './run/index.ts'
import { openJestSession } from './run/session.ts'

export const jest: RunnerPlug = {
  name: 'jest',
  handles: ['jest'],
  draft: draftJestSuite,
  run: runJestSuite,
  session: openJestSession,
  find: findJestSuite,
  missing: (map) => findMissing(map, jestDialect),
  source: javascriptTestSource,
}
