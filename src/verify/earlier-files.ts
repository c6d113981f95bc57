import { createHash } from 'node:crypto'
import { z } from 'zod'

const MANIFEST = '.integration-tests/manifest.json'

const manifest = z.object({ files: z.array(z.object({ path: z.string(), sha256: z.string() })) })

/**
 * Answers whether a file, as it was, is one that an earlier run wrote and nobody edited since, by the manifest as it was. Such a
 * file may be written anew.
 */
export function findEarlierFiles(
  changes: { path: string; before: string | null }[],
): (path: string, before: string) => boolean {
  const old = changes.find(({ path }) => path === MANIFEST)?.before
  const parsed = manifest.safeParse(parseJson(old ?? ''))
  const hashes = new Map(parsed.data?.files.map(({ path, sha256 }) => [path, sha256]))
  return (path, before) => hashes.get(path) === createHash('sha256').update(before).digest('hex')
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
