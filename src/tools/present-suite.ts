import type { Suite, SuiteFile } from '../contracts/suite.ts'
import { requireSuite, type Session } from './session.ts'

/** The suite with its files as they are now: a model or a person may have edited them, or added some, since they were drafted. */
export async function presentSuite(session: Session): Promise<Suite> {
  const suite = requireSuite(session)
  const drafted = new Map(suite.files.map((file) => [file.path, file]))
  const paths = new Set([...drafted.keys(), ...session.originals.keys()])
  const files: SuiteFile[] = []
  for (const path of paths) {
    const content = await session.files.readText(path)
    if (content !== null) files.push({ path, content, kind: drafted.get(path)?.kind ?? kindOf(session, path) })
  }
  return { ...suite, files }
}

function kindOf(session: Session, path: string): SuiteFile['kind'] {
  return path.endsWith(session.map?.tests.suffix ?? '.test.js') ? 'test' : 'helper'
}
