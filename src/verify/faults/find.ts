import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ProjectMap } from '../../contracts/project.ts'
import type { Fault } from './fault.ts'
import { findJavaScriptFaults } from './javascript/index.ts'

/** Every fault that can be put into the application's own sources, in the order of files and lines. */
export async function findFaults(map: Pick<ProjectMap, 'root' | 'sources' | 'dependencies'>): Promise<Fault[]> {
  const files = await Promise.all(
    map.sources.map(async (path) => ({ path, text: await readFile(join(map.root, path), 'utf8') })),
  )
  const { faults } = findJavaScriptFaults(files, Object.keys(map.dependencies))
  return faults.sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line))
}
