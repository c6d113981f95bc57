import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseEnvFile } from '../../workspace/env-file.ts'
import { isEnvFile } from '../../workspace/secret-files.ts'

/** Files that show which variables there are, with values fit for anybody. */
const SAMPLE = /example|sample|template|dist|defaults?/i

export interface EnvFile {
  /** Relative to the root. */
  path: string
  sample: boolean
  values: ReadonlyMap<string, string>
}

/** The `NAME=value` files in a project's root. */
export async function readEnvFiles(root: string): Promise<EnvFile[]> {
  const entries = await readdir(root, { withFileTypes: true })
  const names = entries.filter((entry) => entry.isFile() && isNamedLikeOne(entry.name)).map((entry) => entry.name)
  return Promise.all(
    names.sort().map(async (path) => ({
      path,
      sample: SAMPLE.test(path),
      values: parseEnvFile(await readFile(join(root, path), 'utf8')),
    })),
  )
}

/** `.example-env` is as common as `.env.example`. */
function isNamedLikeOne(name: string): boolean {
  return isEnvFile(name) || /^\.\w+-env$/.test(name)
}
