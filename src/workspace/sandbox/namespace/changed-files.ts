import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { SandboxState } from '../../../contracts/sandbox.ts'
import type { LayerEntry } from '../supervisor/protocol.mts'

/** What an overlay's upper layers mean, held against the directories below: changed or new files, and deleted ones. */
export async function changedFiles(
  entries: LayerEntry[],
  layers: { lower: string; at: string }[],
  masked: Set<string>,
): Promise<SandboxState['files']> {
  // Longest first: a dependency folder has a layer of its own inside the project's.
  const below = [...layers].sort((a, b) => b.at.length - a.at.length)
  const lowerPath = (path: string) => {
    const layer = below.find(({ at }) => at === '' || path === at || path.startsWith(`${at}/`))
    return join(layer?.lower ?? '', path.slice(layer?.at.length ?? 0))
  }
  const files: SandboxState['files'] = {}
  for (const entry of entries) {
    if (masked.has(entry.path)) continue
    const lower = await lstat(lowerPath(entry.path)).catch(() => null)
    if (entry.kind === 'file') {
      const same = lower?.isFile() && lower.size === entry.size && Math.abs(lower.mtimeMs - entry.mtimeMs) < 1
      if (!same) files[entry.path] = { size: entry.size, mtimeMs: entry.mtimeMs }
    } else if (entry.kind === 'gone') {
      if (lower) files[entry.path] = null
    } else if (lower?.isDirectory()) {
      // A directory that was removed and made anew hides what lies below without a mark of its own.
      for (const name of await readdir(lowerPath(entry.path)))
        if (!entry.names.includes(name)) files[`${entry.path}/${name}`] = null
    }
  }
  return files
}
