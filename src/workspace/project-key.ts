import { createHash } from 'node:crypto'
import { realpath } from 'node:fs/promises'

/** Names a project in our own folders; the same for every path that leads to it. */
export async function projectKey(root: string): Promise<string> {
  return createHash('sha256')
    .update(await realpath(root))
    .digest('hex')
    .slice(0, 24)
}
