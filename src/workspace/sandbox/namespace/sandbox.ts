import type { Sandbox } from '../../../contracts/sandbox.ts'
import { SupervisorClient } from '../client.ts'
import type { SandboxOptions } from '../options.ts'
import { buildSandbox } from '../sandbox-object.ts'
import { createPlace, removePlace } from '../scratch-directory.ts'
import type { StateValue } from '../supervisor/protocol.mts'
import { changedFiles } from './changed-files.ts'
import { launchInNamespaces } from './launch.ts'

/** A sandbox of Linux namespaces: the kernel keeps network, processes and files apart. */
export async function openNamespaceSandbox(id: string, options: SandboxOptions): Promise<Sandbox> {
  const place = createPlace()
  try {
    const launched = await launchInNamespaces(id, place, options)
    const { root, scratch, home } = launched
    const client = new SupervisorClient(launched.child, {
      cwd: root,
      env: { PATH: `${process.env.PATH ?? ''}`, HOME: home, LANG: 'C.UTF-8', TZ: 'UTC' },
    })
    const egress = await client.ready
    return buildSandbox({
      id,
      root,
      scratch,
      client,
      place,
      shared: launched.shared,
      child: launched.child,
      enforcement: {
        network: 'kernel',
        files: 'overlay',
        processes: 'namespace',
        how: `user, network, PID, mount and IPC namespaces (unshare); overlay over the project; ${egress}`,
      },
      files: (state: StateValue) => changedFiles(state.layers, launched.layers, new Set(launched.masked)),
    })
  } catch (error) {
    removePlace(place)
    throw error
  }
}
