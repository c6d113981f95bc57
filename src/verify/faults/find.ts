import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Endpoint, ProjectMap, SourceRef } from '../../contracts/project.ts'
import type { Fault, Lines } from './fault.ts'
import { findJavaScriptFaults } from './javascript/index.ts'

/** Every fault that can be put into the application's own sources, in the order of files and lines. */
export async function findFaults(
  map: Pick<ProjectMap, 'root' | 'sources' | 'dependencies' | 'endpoints'>,
): Promise<Fault[]> {
  const files = await Promise.all(
    map.sources.map(async (path) => ({ path, text: await readFile(join(map.root, path), 'utf8') })),
  )
  const { faults } = findJavaScriptFaults(files, Object.keys(map.dependencies))
  return faults
    .map((fault) => ({ ...fault, near: nearHandlers(fault, map.endpoints) }))
    .sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line))
}

/** Whether any source is in a language that faults are known for. */
export function hasReadableSource({ sources }: Pick<ProjectMap, 'sources'>): boolean {
  return sources.some((path) => /\.[cm]?[jt]sx?$/.test(path))
}

/** First lines of a handler, enough to tell that it ran. */
const HEAD = 4

/** For a route that names its handler from elsewhere, and for what stands before all routes of its file. */
function nearHandlers({ file, statement, until, near }: Fault, endpoints: Endpoint[]): Lines[] | null {
  if (near === null || near.length > 0) return near
  const here = endpoints.filter(({ source }) => fileOf(source) === file)
  const within = here.filter(({ source }) => lineOf(source) >= statement && lineOf(source) <= until)
  const routes = here.some(({ source }) => lineOf(source) > until) && within.length === 0 ? here : within
  return routes.flatMap(({ handler }) =>
    handler === undefined ? [] : [{ file: fileOf(handler), from: lineOf(handler), to: lineOf(handler) + HEAD }],
  )
}

const fileOf = (ref: SourceRef): string => ref.replace(/:\d+$/, '')
const lineOf = (ref: SourceRef): number => Number(/:(\d+)$/.exec(ref)?.[1] ?? 0)
