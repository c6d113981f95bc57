import { realpath } from 'node:fs/promises'
import { isAbsolute, join, posix } from 'node:path'
import fastGlob from 'fast-glob'
import { isWithin, outside } from './contained-path.ts'

/** Not looked into unless a pattern names them. */
const LEFT_OUT = ['.git', 'node_modules', 'dist', 'build', 'coverage', '.venv', 'vendor']

/** Regular files below the root that match, sorted; nothing that lies behind a link out of it. */
export async function globFiles(
  root: string,
  patterns: string[],
  options: { ignore?: string[]; dot?: boolean },
): Promise<string[]> {
  for (const pattern of patterns) {
    const plain = posix.normalize(pattern.replace(/^!/, ''))
    if (isAbsolute(plain) || plain.split('/').includes('..') || pattern.includes('\0')) throw outside(pattern)
  }
  const named = new Set(patterns.flatMap((pattern) => pattern.split(/[/{},]/)))
  const found = await fastGlob(patterns, {
    cwd: root,
    dot: options.dot ?? false,
    ignore: [...LEFT_OUT.filter((name) => !named.has(name)).map((name) => `**/${name}/**`), ...(options.ignore ?? [])],
    followSymbolicLinks: false,
    onlyFiles: true,
    suppressErrors: true,
  })
  // A pattern's fixed beginning is opened as it stands, link or not.
  const inside = new Map<string, boolean>()
  const kept: string[] = []
  for (const path of found) {
    const directory = posix.dirname(path)
    let good = inside.get(directory)
    if (good === undefined) {
      good = isWithin(root, await realpath(join(root, directory)).catch(() => '/'))
      inside.set(directory, good)
    }
    if (good) kept.push(path)
  }
  return kept.sort()
}
