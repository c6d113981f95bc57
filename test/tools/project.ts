import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import type { Sandbox } from '../../src/contracts/sandbox.ts'
import type { ToolResult } from '../../src/contracts/tool.ts'
import type { ToolHost } from '../../src/tools/host.ts'
import { primitiveTools } from '../../src/tools/primitive.ts'
import { createRegistry } from '../../src/tools/registry.ts'
import { childEnvironment } from '../../src/workspace/child-environment.ts'
import { openSandbox } from '../../src/workspace/sandbox/open-sandbox.ts'
import { openWorkspace } from '../../src/workspace/workspace.ts'

/** A temporary project with the primitive tools on it, over the real workspace and, when a command runs, a real sandbox. */
export async function openProject() {
  const base = await mkdtemp(path.join(os.tmpdir(), 'itb-tools-'))
  const root = path.join(base, 'project')
  await mkdir(path.join(root, 'test'), { recursive: true })
  let sandbox: Promise<Sandbox> | null = null
  const place = () => {
    sandbox ??= openSandbox({ root })
    return sandbox
  }
  const host: ToolHost = {
    files: await openWorkspace(root),
    seen: new Map(),
    spillDir: path.join(base, 'spill'),
    runCommand: async (command) => (await place()).run({ env: childEnvironment(), ...command }),
    spawnCommand: async (command) => (await place()).spawn({ env: childEnvironment(), ...command }),
  }
  const registry = createRegistry(primitiveTools(host))
  return {
    root,
    base,
    host,
    registry,
    call: (name: string, input: unknown, signal = new AbortController().signal): Promise<ToolResult> =>
      registry.call(name, input, { signal, progress() {} }),
    async close() {
      await (await sandbox)?.stop()
      await rm(base, { recursive: true, force: true })
    },
  }
}

export type Project = Awaited<ReturnType<typeof openProject>>
