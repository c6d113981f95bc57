import { access, readFile } from 'node:fs/promises'
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
  const { version } = parse(text)
  return typeof version === 'string' ? version : null
}

function parse(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

/**
 * What the workspace around a package declares for development, name → range; empty where the package is in none. Of the manifest
 * above nothing else is read.
 */
export async function workspaceDevDependencies(root: string): Promise<Record<string, string>> {
  for (let at = dirname(root); ; at = dirname(at)) {
    const manifest = parse(await readFile(join(at, 'package.json'), 'utf8').catch(() => '{}'))
    const pnpm = await access(join(at, 'pnpm-workspace.yaml')).then(
      () => true,
      () => false,
    )
    if (pnpm || manifest.workspaces !== undefined) return strings(manifest.devDependencies)
    if (at === dirname(at)) return {}
  }
}

function strings(value: unknown): Record<string, string> {
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : []
  return Object.fromEntries(entries.flatMap(([name, range]) => (typeof range === 'string' ? [[name, range]] : [])))
}
