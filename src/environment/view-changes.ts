import type { Sandbox } from '../contracts/sandbox.ts'
import { pack } from './archive.ts'

/** Files that building and migrating left in the view, as a tar archive; `null`: none. */
export async function packViewChanges(sandbox: Sandbox): Promise<Buffer | null> {
  const { files } = await sandbox.state()
  const changed = Object.entries(files).filter(([, stat]) => stat !== null)
  return changed.length > 0
    ? pack(
        sandbox,
        sandbox.root,
        changed.map(([path]) => path),
      )
    : null
}
