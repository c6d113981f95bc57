import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'

/**
 * The text of a CommonJS file of ours that is to run inside a sandbox: built (`.cjs`) or, when we run from source, as written
 * (`.cts`, which these files keep free of types). `path` is given without the ending.
 */
export async function readHook(path: URL): Promise<string> {
  const built = new URL(`${path.href}.cjs`)
  return readFile(existsSync(built) ? built : new URL(`${path.href}.cts`), 'utf8')
}
