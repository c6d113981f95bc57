import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Sandbox } from '../../../src/contracts/sandbox.ts'
import { openSandbox } from '../../../src/workspace/sandbox/open-sandbox.ts'
import type { SandboxOptions } from '../../../src/workspace/sandbox/options.ts'

/** A directory with these files, removed after the test. */
export function makeProject(files: Record<string, string>, name = 'project'): string {
  const parent = realpathSync(mkdtempSync(join(tmpdir(), 'workspace-test-')))
  onTestFinished(() => rmSync(parent, { recursive: true, force: true }))
  const root = join(parent, name)
  mkdirSync(root)
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), content)
  }
  return root
}

/** A sandbox that is stopped after the test. */
export async function open(options: SandboxOptions): Promise<Sandbox> {
  const sandbox = await openSandbox(options)
  onTestFinished(() => sandbox.stop())
  return sandbox
}

export const sh = (script: string) => ['sh', '-c', script]

/** Waits until `holds` is true. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, deadlineMs = 5_000): Promise<void> {
  const end = Date.now() + deadlineMs
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`still not after ${deadlineMs} ms: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
