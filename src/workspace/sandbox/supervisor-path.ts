import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Directory of this package, where `package.json` lies. */
export function packageRoot(): string {
  let directory = dirname(fileURLToPath(import.meta.url))
  for (;;) {
    const manifest = join(directory, 'package.json')
    if (existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).name === 'integration-test-builder')
      return directory
    const parent = dirname(directory)
    if (parent === directory) throw new Error('package.json of integration-test-builder not found')
    directory = parent
  }
}

/** The compiled supervisor's directory: also when this very module runs from its TypeScript source. */
export function supervisorDirectory(): string {
  const directory = join(packageRoot(), 'dist/workspace/sandbox/supervisor')
  if (!existsSync(join(directory, 'main.mjs'))) throw new Error(`${directory} is missing: run "npm run build"`)
  return directory
}
