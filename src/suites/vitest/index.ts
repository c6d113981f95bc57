import type { RunnerPlug } from '../../contracts/plugs.ts'
import { findMissing } from '../javascript/draft/dialect.ts'
import { draftSuite } from '../javascript/draft/index.ts'
import { javascriptTestSource } from '../javascript/test-source.ts'
import { vitestDialect } from './dialect.ts'
import { findVitestSuite } from './find/index.ts'
import { runVitestSuite } from './run/index.ts'
import { openVitestSession } from './run/session.ts'

export const vitest: RunnerPlug = {
  name: 'vitest',
  handles: ['vitest'],
  draft: (input) => draftSuite(input, vitestDialect),
  run: runVitestSuite,
  session: openVitestSession,
  find: findVitestSuite,
  missing: (map) => findMissing(map, vitestDialect),
  source: javascriptTestSource,
}
