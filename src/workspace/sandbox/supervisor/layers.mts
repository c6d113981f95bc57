import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { LayerEntry, SupervisorConfig } from './protocol.mts'

/** Everything in the upper layers, by path relative to the root. The outer process holds it against the project. */
export async function walkLayers(config: SupervisorConfig): Promise<LayerEntry[]> {
  const found: LayerEntry[] = []
  for (const { upper, at } of config.layers) await walk(upper, at, config.root, found)
  return found
}

async function walk(upper: string, path: string, root: string, found: LayerEntry[]): Promise<void> {
  for (const entry of await readdir(upper, { withFileTypes: true })) {
    const inLayer = join(upper, entry.name)
    const relative = path === '' ? entry.name : `${path}/${entry.name}`
    if (entry.isDirectory()) {
      const names = await readdir(join(root, relative)).catch(() => [])
      found.push({ path: relative, kind: 'directory', names })
      await walk(inLayer, relative, root, found)
    } else if (entry.isCharacterDevice()) {
      found.push({ path: relative, kind: 'gone' })
    } else {
      const info = await lstat(inLayer).catch(() => null)
      if (info) found.push({ path: relative, kind: 'file', size: info.size, mtimeMs: info.mtimeMs })
    }
  }
}
