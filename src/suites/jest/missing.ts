import type { ProjectMap } from '../../contracts/project.ts'
import type { Suite } from '../../contracts/suite.ts'
import { missingDependencies } from './draft/command.ts'

/** Test dependencies that are not declared, or declared and not installed although others are (an install without them). */
export function findMissing(map: ProjectMap): Suite['missing'] {
  const undeclared = missingDependencies({ map }, { typescript: /\.[cm]?tsx?$/.test(map.tests.suffix) })
  // Where nothing is found at all, packages may be kept in a way that has no folders.
  const found = Object.values(map.dependencies).some(({ installed }) => installed !== null)
  const absent = ['jest', 'supertest'].flatMap((name) => {
    const declared = map.dependencies[name]
    if (!found || declared === undefined || declared.installed !== null) return []
    return [{ name, range: declared.range, install: `${map.packageManager} install` }]
  })
  return [...absent, ...undeclared]
}
