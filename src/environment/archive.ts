import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { AgentError } from '../contracts/errors.ts'
import type { Sandbox } from '../contracts/sandbox.ts'

/** What the few system programs we run in a sandbox need. */
export const SYSTEM_ENV = { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C' }

/** Entries of a directory of the sandbox (relative to it) as a tar archive. */
export async function pack(sandbox: Sandbox, directory: string, entries: string[]): Promise<Buffer> {
  const archive = nameArchive(sandbox)
  await must(
    sandbox,
    ['tar', '-cf', archive, '-C', directory, '-T', '-'],
    entries.map((entry) => `${entry}\n`).join(''),
  )
  const data = await sandbox.readFile(archive)
  await sandbox.removeFile(archive)
  return data
}

/** Puts what `pack` gave into a directory of a sandbox, which is made if it is missing. */
export async function unpack(sandbox: Sandbox, directory: string, data: Buffer): Promise<void> {
  const archive = nameArchive(sandbox)
  await sandbox.writeFile(archive, data)
  await must(sandbox, ['mkdir', '-p', directory])
  await must(sandbox, ['tar', '-xpf', archive, '-C', directory])
  await sandbox.removeFile(archive)
}

function nameArchive(sandbox: Sandbox): string {
  return join(sandbox.scratch, `${randomBytes(6).toString('hex')}.tar`)
}

async function must(sandbox: Sandbox, argv: string[], stdin?: string): Promise<void> {
  const result = await sandbox.run({ argv, env: SYSTEM_ENV, ...(stdin === undefined ? {} : { stdin }) })
  if (result.exitCode === 0) return
  throw new AgentError('environment', 'SANDBOX_COMMAND_FAILED', result.stderr.trim() || 'a command failed', {
    value: argv.join(' '),
    next: 'Is there space left on the device of the temporary directory?',
  })
}
