import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { AgentError } from '../contracts/errors.ts'
import type { ProjectMap } from '../contracts/project.ts'
import { installedVersion } from '../workspace/installed-version.ts'

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
  // They may have been installed since the map was made.
  for (const [name, { installed }] of needed)
    if (installed === null && (await installedVersion(map.root, name)) === null) missing.push(name)
  // Yarn's plug-and-play has no folder: only what inspection looked up counts there.
  if (missing.length === 0 || missing.length < needed.length || (await exists(join(map.root, '.pnp.cjs')))) return
  throw new AgentError('environment', 'DEPENDENCIES_MISSING', `the dependencies of ${map.name} are not installed`, {
    value: missing.slice(0, 5).join(', '),
    next: `Run \`${install}\` in ${map.root}.`,
  })
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
