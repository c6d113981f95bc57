import { access } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { AgentError } from '../contracts/errors.ts'
import type { ProjectMap } from '../contracts/project.ts'

const INSTALL: Record<string, string> = {
  npm: 'npm ci',
  yarn: 'yarn install --frozen-lockfile',
  pnpm: 'pnpm install --frozen-lockfile',
  bun: 'bun install --frozen-lockfile',
}

/** Throws DEPENDENCIES_MISSING, with the install command, when a JavaScript project's dependencies are declared but not there. */
export async function checkDependencies(map: ProjectMap): Promise<void> {
  const install = INSTALL[map.packageManager]
  if (!install) return
  const needed = Object.entries(map.dependencies).filter(([, { dev }]) => !dev)
  const missing: string[] = []
  for (const [name, { installed }] of needed)
    if (installed === null && !(await isInstalled(map.root, name))) missing.push(name)
  // Yarn's plug-and-play has no folder: only what inspection looked up counts there.
  if (missing.length === 0 || missing.length < needed.length || (await exists(join(map.root, '.pnp.cjs')))) return
  throw new AgentError('environment', 'DEPENDENCIES_MISSING', `the dependencies of ${map.name} are not installed`, {
    value: missing.slice(0, 5).join(', '),
    next: `Run \`${install}\` in ${map.root}.`,
  })
}

/** Where Node would find it: linked from elsewhere, or hoisted to the workspace around a package. */
async function isInstalled(root: string, name: string): Promise<boolean> {
  for (let at = root; ; at = dirname(at)) {
    if (await exists(join(at, 'node_modules', name, 'package.json'))) return true
    if (at === dirname(at)) return false
  }
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
