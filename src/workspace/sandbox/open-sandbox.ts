import { randomBytes } from 'node:crypto'
import { AgentError } from '../../contracts/errors.ts'
import type { Sandbox } from '../../contracts/sandbox.ts'
import { openNamespaceSandbox } from './namespace/sandbox.ts'
import type { SandboxOptions } from './options.ts'

/** Opens a throw-away place for a project's services, app and tests. `stop()` it; it also dies with this process. */
export async function openSandbox(options: SandboxOptions): Promise<Sandbox> {
  const id = randomBytes(6).toString('hex')
  try {
    return await openNamespaceSandbox(id, options)
  } catch (error) {
    throw new AgentError('environment', 'SANDBOX_FAILED', `no sandbox: ${(error as Error).message}`, {
      value: options.root,
      next: 'Run "agent doctor" to see what this machine allows.',
    })
  }
}
