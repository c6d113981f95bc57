import { randomBytes } from 'node:crypto'
import { AgentError } from '../../contracts/errors.ts'
import type { Sandbox } from '../../contracts/sandbox.ts'
import { openNamespaceSandbox } from './namespace/sandbox.ts'
import type { SandboxOptions } from './options.ts'
import { openPlainSandbox } from './plain/sandbox.ts'

/**
 * Opens a throw-away place for a project's services, app and tests: namespaces where the kernel lets us, else plain processes
 * in a copy. `stop()` it; it also dies with this process. Throws `SANDBOX_FAILED`.
 */
export async function openSandbox(options: SandboxOptions): Promise<Sandbox> {
  const id = randomBytes(6).toString('hex')
  const { prefer } = options
  try {
    if (prefer === 'plain') return await openPlainSandbox(id, options, 'asked for')
    if (prefer === 'namespace') return await openNamespaceSandbox(id, options)
    let why: string
    try {
      return await openNamespaceSandbox(id, options)
    } catch (error) {
      why = (error as Error).message
    }
    return await openPlainSandbox(id, options, why)
  } catch (error) {
    throw new AgentError('environment', 'SANDBOX_FAILED', `no sandbox: ${(error as Error).message}`, {
      value: options.root,
      next: 'Run "agent doctor" to see what this machine allows.',
    })
  }
}
