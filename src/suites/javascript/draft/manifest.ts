import { createHash } from 'node:crypto'
import { posix } from 'node:path'
import { z } from 'zod'
import type { DraftInput } from '../../../contracts/plugs.ts'
import type { SuiteFile } from '../../../contracts/suite.ts'

const MANIFEST = '.integration-tests/manifest.json'

const schema = z.object({
  schema: z.literal(1),
  command: z.string(),
  files: z.array(z.object({ path: z.string(), sha256: z.string() })),
})

const digest = (content: string) => createHash('sha256').update(content).digest('hex')

/** Which files are ours to write: absent, or unchanged since the manifest was written. */
export async function createOwnership(existing: DraftInput['existing']): Promise<{
  isOurs(path: string): Promise<boolean>
  /** The path itself, or a name beside it where somebody's file is in the way. */
  freePath(path: string): Promise<string>
}> {
  const hashes = new Map((parse(await existing(MANIFEST))?.files ?? []).map(({ path, sha256 }) => [path, sha256]))
  async function isOurs(path: string): Promise<boolean> {
    const content = await existing(path)
    return content === null || hashes.get(path) === digest(content)
  }
  async function freePath(path: string): Promise<string> {
    const folder = posix.dirname(path)
    const name = posix.basename(path)
    const stem = name.split('.')[0] ?? name
    const tail = name.slice(stem.length)
    for (let count = 1; ; count += 1) {
      const label = count === 1 ? name : `${stem}-${count}${tail}`
      const candidate = folder === '.' ? label : `${folder}/${label}`
      if (await isOurs(candidate)) return candidate
    }
  }
  return { isOurs, freePath }
}

function parse(text: string | null): z.infer<typeof schema> | null {
  try {
    return schema.parse(JSON.parse(text ?? ''))
  } catch {
    return null
  }
}

export function manifestFile(files: SuiteFile[], command: string): SuiteFile {
  const list = files
    .map(({ path, content }) => ({ path, sha256: digest(content) }))
    .sort((a, b) => (a.path < b.path ? -1 : 1))
  return {
    path: MANIFEST,
    kind: 'manifest',
    content: `${JSON.stringify({ schema: 1, command, files: list }, null, 2)}\n`,
  }
}
