import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { SupervisorConfig } from './protocol.mts'

const MOST = 10_000

/** Files below the temporary directories (same file system only) that are not in `known`; absolute, at most 10,000. */
export async function listTemporary(config: SupervisorConfig, known: Set<string>): Promise<string[]> {
  const found: string[] = []
  for (const directory of config.temporary) {
    const device = await lstat(directory).then(
      (info) => info.dev,
      () => null,
    )
    if (device !== null) await walk(directory, device, config, known, found)
  }
  return found.sort()
}

async function walk(
  directory: string,
  device: number,
  config: SupervisorConfig,
  known: Set<string>,
  found: string[],
): Promise<void> {
  for (const entry of await readdir(directory, { withFileTypes: true }).catch(() => [])) {
    const path = join(directory, entry.name)
    if (config.notTemporary.includes(path) || found.length >= MOST) continue
    if (entry.isDirectory()) {
      const info = await lstat(path).catch(() => null)
      if (info?.dev === device) await walk(path, device, config, known, found)
    } else if (!known.has(path)) found.push(path)
  }
}
