import type { Sandbox } from '../../../contracts/sandbox.ts'
import { SupervisorClient } from '../client.ts'
import type { SandboxOptions } from '../options.ts'
import { buildSandbox } from '../sandbox-object.ts'
import { createPlace, removePlace } from '../scratch-directory.ts'
import { launchInNamespaces } from './launch.ts'

/**
 * A sandbox of Linux namespaces: the kernel keeps network, processes and files apart. `files`: how the view of the project is
 * made; older kernels and sandboxes inside sandboxes refuse overlays.
 */
export async function openNamespaceSandbox(
  id: string,
  options: SandboxOptions,
  files: 'overlay' | 'copy' = 'overlay',
): Promise<Sandbox> {
  const place = createPlace()
  try {
    const launched = await launchInNamespaces(id, place, options, files)
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
        files,
        processes: 'namespace',
        how: `user, network, PID, mount and IPC namespaces (unshare); ${launched.how}; ${egress}`,
      },
      files: launched.changes,
    })
  } catch (error) {
    removePlace(place)
    if (files === 'overlay' && /overlay/.test((error as Error).message))
      return openNamespaceSandbox(id, options, 'copy')
    throw error
  }
}
