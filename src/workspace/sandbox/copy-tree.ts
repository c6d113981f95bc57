import { chownSync, lchownSync } from 'node:fs'
import { constants, copyFile, lstat, mkdir, readdir, readlink, symlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { SandboxState } from '../../contracts/sandbox.ts'
import type { Survey } from './survey.ts'

export interface Owner {
  uid: number
  gid: number
}

/**
 * Copies a tree (cloning blocks where the file system can), with times kept and links as they are. `.git` stays behind; files
 * named by `empty` are made empty.
 */
export async function copyTree(
  from: string,
  to: string,
  options: { empty: Set<string>; skip: Set<string>; owner: Owner | null },
  path = '',
): Promise<void> {
  await mkdir(join(to, path), { recursive: true })
  if (options.owner) chownSync(join(to, path), options.owner.uid, options.owner.gid)
  for (const entry of await readdir(join(from, path), { withFileTypes: true })) {
    const relative = path === '' ? entry.name : `${path}/${entry.name}`
    const source = join(from, relative)
    const target = join(to, relative)
    if (relative === '.git' || options.skip.has(relative)) continue
    if (entry.isDirectory()) {
      await copyTree(from, to, options, relative)
      continue
    }
    if (options.empty.has(relative)) await writeFile(target, '')
    else if (entry.isSymbolicLink()) await symlink(await readlink(source), target)
    else if (entry.isFile()) {
      await copyFile(source, target, constants.COPYFILE_FICLONE)
      const { atime, mtime } = await lstat(source)
      await utimes(target, atime, mtime)
    } else continue
    if (options.owner) lchownSync(target, options.owner.uid, options.owner.gid)
  }
}

export type Listing = Map<string, { size: number; mtimeMs: number }>

/** All files of a tree but those in dependency folders. */
export async function listTree(tree: string, leftOut: Survey['dependencies'], path = ''): Promise<Listing> {
  const found: Listing = new Map()
  for (const entry of await readdir(join(tree, path), { withFileTypes: true }).catch(() => [])) {
    const relative = path === '' ? entry.name : `${path}/${entry.name}`
    if (entry.isDirectory()) {
      if (leftOut.includes(relative)) continue
      for (const [name, info] of await listTree(tree, leftOut, relative)) found.set(name, info)
    } else {
      const info = await lstat(join(tree, relative)).catch(() => null)
      if (info) found.set(relative, { size: info.size, mtimeMs: info.mtimeMs })
    }
  }
  return found
}

export function compareListings(before: Listing, now: Listing): SandboxState['files'] {
  const files: SandboxState['files'] = {}
  for (const [path, info] of now) {
    const was = before.get(path)
    if (was?.size !== info.size || was.mtimeMs !== info.mtimeMs) files[path] = info
  }
  for (const path of before.keys()) if (!now.has(path)) files[path] = null
  return files
}
