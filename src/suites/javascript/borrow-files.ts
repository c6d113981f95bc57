import { randomBytes } from 'node:crypto'
import type { Sandbox } from '../../contracts/sandbox.ts'

/**
 * Shows other contents of files that are there, until the answer is called: then they are as before, times included, so that nobody
 * takes them for something that a run has left. Paths are relative to the root.
 */
export async function borrowFiles(
  sandbox: Sandbox,
  files: { path: string; content: string }[],
): Promise<() => Promise<void>> {
  if (files.length === 0) return async () => {}
  const kept = `${sandbox.scratch}/kept-${randomBytes(4).toString('hex')}`
  const paths = files.map(({ path }) => path)
  const copy = async (line: string) => {
    const { exitCode, stderr } = await sandbox.run({ argv: ['sh', '-c', line, 'sh', kept, ...paths], env: { PATH } })
    if (exitCode !== 0) throw new Error(`Files could not be kept: ${stderr}`)
  }
  await copy('mkdir -p "$1"; k=$1; shift; n=0; for f; do cp -pL "$f" "$k/$n" || exit 1; n=$((n+1)); done')
  await Promise.all(files.map(({ path, content }) => sandbox.writeFile(path, content)))
  return () => copy('k=$1; shift; n=0; for f; do cp -p "$k/$n" "$f" || exit 1; n=$((n+1)); done; rm -r "$k"')
}

const PATH = process.env.PATH ?? '/usr/bin:/bin'
