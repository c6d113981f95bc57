import type { ChildProcess } from 'node:child_process'
import { isAbsolute, join } from 'node:path'
import type { EgressAttempt, Sandbox, SandboxState } from '../../contracts/sandbox.ts'
import type { SupervisorClient } from './client.ts'
import { removePlace } from './scratch-directory.ts'
import { handContent, takeContent } from './supervisor/content.mts'
import type { Content, StateValue } from './supervisor/protocol.mts'

interface Parts {
  id: string
  root: string
  scratch: string
  enforcement: Sandbox['enforcement']
  client: SupervisorClient
  child: ChildProcess
  /** Directory of the machine that is removed at the end. */
  place: string
  /** Directory shared with the supervisor, as seen outside. */
  shared: string
  files(state: StateValue): Promise<SandboxState['files']>
}

/** How long a sandbox may take to end by itself before it is killed. */
const PATIENCE_MS = 1_000

/** The `Sandbox` of contracts/, over a line to a supervisor. */
export function buildSandbox(parts: Parts): Sandbox {
  const { client } = parts
  const resolve = (path: string) => (isAbsolute(path) ? path : join(parts.root, path))
  let stopping: Promise<void> | null = null
  async function end(): Promise<void> {
    client.hangUp()
    const timer = setTimeout(() => parts.child.kill('SIGKILL'), PATIENCE_MS)
    await client.ended
    clearTimeout(timer)
    removePlace(parts.place)
  }
  return {
    id: parts.id,
    root: parts.root,
    scratch: parts.scratch,
    enforcement: parts.enforcement,
    run: (command) => client.run(command),
    spawn: (command) => client.spawn(command),
    relay: async (port) => join(parts.shared, (await client.request({ op: 'relay', port })) as string),
    readFile: async (path) =>
      takeContent((await client.request({ op: 'read', path: resolve(path) })) as Content, parts.shared),
    writeFile: async (path, data) => {
      const content = await handContent(Buffer.from(data), parts.shared)
      await client.request({ op: 'write', path: resolve(path), content })
    },
    removeFile: async (path) => {
      await client.request({ op: 'remove', path: resolve(path) })
    },
    state: async () => {
      const state = (await client.request({ op: 'state' })) as StateValue
      return {
        processes: state.processes,
        ports: state.ports,
        files: await parts.files(state),
        temporary: state.temporary,
      }
    },
    attempts: async () => (await client.request({ op: 'attempts' })) as EgressAttempt[],
    clearAttempts: async () => {
      await client.request({ op: 'clearAttempts' })
    },
    stop: () => {
      stopping ??= end()
      return stopping
    },
  }
}
