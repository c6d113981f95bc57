import type { DraftInput } from '../../contracts/plugs.ts'
import type { Suite } from '../../contracts/suite.ts'
import { draftSuite } from '../javascript/draft/index.ts'
import { jestDialect } from './dialect.ts'

/** Writes a Jest + Supertest suite from what exploring saw. */
export function draftJestSuite(input: DraftInput): Promise<Suite> {
  return draftSuite(input, jestDialect)
}
