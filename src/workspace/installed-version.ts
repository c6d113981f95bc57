import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/**
 * The version of a package that Node would load for a project, `null` where it would find none: in its own `node_modules`, linked
 * from elsewhere, or hoisted to a folder above. Only the package's version is read there, nothing else outside the project.
 */
export async function installedVersion(root: string, name: string): Promise<string | null> {
  for (let at = root; ; at = dirname(at)) {
    const text = await readFile(join(at, 'node_modules', name, 'package.json'), 'utf8').catch(() => null)
    if (text !== null) return versionIn(text)
    if (at === dirname(at)) return null
  }
}

function versionIn(text: string): string | null {
  try {
    const { version } = JSON.parse(text) as { version?: unknown }
    return typeof version === 'string' ? version : null
  } catch {
    return null
  }
}
