import { posix } from 'node:path'
import type { DraftInput } from '../../contracts/plugs.ts'

/** Of what an import names; a name with an ending of its own may be a file as it is. */
const ENDINGS = ['.js', '.cjs', '.mjs', '.ts', '.jsx', '.tsx', '.json', '/index.js', '/index.ts']

/**
 * A set-up file that the project's Jest configuration names and that cannot load, since it, or what it imports from the project,
 * is not there: no test would run. `null` where there is none.
 */
export async function findBrokenSetup({ map, existing }: Pick<DraftInput, 'map' | 'existing'>): Promise<string | null> {
  const { configFile } = map.tests
  const config = configFile === null ? null : await existing(configFile)
  if (configFile === null || config === null) return null
  const isThere = async (path: string) => {
    // What lies outside the project is none of our business.
    if (path.startsWith('..')) return true
    for (const ending of posix.extname(path) === '' ? ENDINGS : ['', ...ENDINGS])
      if ((await existing(path + ending)) !== null) return true
    return false
  }
  for (const named of setupFiles(config)) {
    const file = posix.join(posix.dirname(configFile), named)
    if (!(await isThere(file))) return file
    for (const imported of relativeImports((await existing(file)) ?? '')) {
      if (!(await isThere(posix.join(posix.dirname(file), imported)))) return file
    }
  }
  return null
}

/** Paths from the configuration's folder. */
function setupFiles(config: string): string[] {
  const code = config.replace(/^\s*\/\/.*$/gm, '')
  const lists = code.matchAll(
    /["']?setup(?:Files(?:AfterEnv)?|TestFrameworkScriptFile)["']?\s*:\s*(\[[^\]]*\]|["'][^"']*["'])/g,
  )
  return [...lists].flatMap(([, list = '']) =>
    [...list.matchAll(/["'](?:<rootDir>\/|\.\/)([^"']+)["']/g)].map(([, path = '']) => path),
  )
}

const relativeImports = (text: string): string[] =>
  [...text.matchAll(/(?:\brequire\(|\bfrom|^\s*import)\s*["'](\.{1,2}\/[^"']+)["']/gm)].map(([, path = '']) => path)
