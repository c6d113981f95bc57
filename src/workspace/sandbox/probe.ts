import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Sandbox } from '../../contracts/sandbox.ts'
import { openSandbox } from './open-sandbox.ts'

export interface SandboxProbe {
  namespaces: boolean
  /** What enforces what, or why namespaces are refused. */
  detail: string
  startMs: number | null
}

/** Opens and closes a sandbox on an empty directory, to tell what this machine allows. */
export async function probeSandbox(): Promise<SandboxProbe> {
  const root = mkdtempSync(join(tmpdir(), 'itb-probe-'))
  const begun = performance.now()
  try {
    const sandbox: Sandbox = await openSandbox({ root, prefer: 'namespace' })
    const startMs = performance.now() - begun
    await sandbox.stop()
    return { namespaces: true, detail: sandbox.enforcement.how, startMs }
  } catch (error) {
    return { namespaces: false, detail: (error as Error).message, startMs: null }
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}
