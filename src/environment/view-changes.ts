import { join } from 'node:path'
import type { Sandbox } from '../contracts/sandbox.ts'

const ENV = { PATH: '/usr/local/bin:/usr/bin:/bin' }

/** Files that building and migrating left in the view, as a tar archive; `null`: none. */
export async function packViewChanges(sandbox: Sandbox): Promise<Buffer | null> {
  const { files } = await sandbox.state()
  const changed = Object.entries(files).filter(([, stat]) => stat !== null)
  if (changed.length === 0) return null
  const archive = join(sandbox.scratch, 'view.tar')
  const packed = await sandbox.run({
    argv: ['tar', '-cf', archive, '-C', sandbox.root, '-T', '-'],
    stdin: changed.map(([path]) => `${path}\n`).join(''),
    env: ENV,
  })
  if (packed.exitCode !== 0) throw new Error(`cannot keep what the build made: ${packed.stderr}`)
  const data = await sandbox.readFile(archive)
  await sandbox.removeFile(archive)
  return data
}

/** Puts into a fresh view what `packViewChanges` kept. */
export async function unpackViewChanges(sandbox: Sandbox, data: Buffer | null): Promise<void> {
  if (!data) return
  const archive = join(sandbox.scratch, 'view.tar')
  await sandbox.writeFile(archive, data)
  const unpacked = await sandbox.run({ argv: ['tar', '-xpf', archive, '-C', sandbox.root], env: ENV })
  if (unpacked.exitCode !== 0) throw new Error(`cannot put back what the build made: ${unpacked.stderr}`)
  await sandbox.removeFile(archive)
}
