import { constants } from 'node:fs'
import { type FileHandle, lstat, mkdir, open, readlink, realpath } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, normalize, relative, sep } from 'node:path'
import { AgentError } from '../contracts/errors.ts'

const { O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants

export function outside(path: string): AgentError {
  return new AgentError('safety', 'OUTSIDE_WORKSPACE', `${path} lies outside the project`, {
    value: path,
    next: 'Name a path inside the project, relative to its root; links that lead out are not followed.',
  })
}

export function notAFile(path: string): AgentError {
  return new AgentError('usage', 'NOT_A_FILE', `${path} is not a regular file`, {
    value: path,
    next: 'Name a regular file.',
  })
}

/**
 * A path as asked for, brought to its one form: relative, forward slashes, no `.` or `..`. Throws `OUTSIDE_WORKSPACE` when it
 * leaves the root by name, `INVALID_PATH` for names that other systems read as another file.
 */
export function plainPath(root: string, path: string): string {
  const lexical = isAbsolute(path) ? relative(root, path) : path
  const plain = normalize(lexical).split(sep).join('/')
  if (plain === '..' || plain.startsWith('../') || isAbsolute(plain)) throw outside(path)
  if (path === '' || /\p{Cc}/u.test(path) || plain.split('/').some((name) => /[\s.]$/.test(name) && name !== '.'))
    throw new AgentError('safety', 'INVALID_PATH', `not a usable path: ${JSON.stringify(path)}`, {
      value: path,
      next: 'Use a path without control characters and without spaces or dots at the end of a name.',
    })
  return plain.endsWith('/') ? plain.slice(0, -1) : plain
}

export function isWithin(root: string, path: string): boolean {
  return path === root || path.startsWith(root.endsWith(sep) ? root : root + sep)
}

/** A directory held open, so that nothing done through it can be led elsewhere by renaming its parents. */
export interface HeldDirectory {
  /** Where it really is, relative to the root. */
  relative: string
  /** A path for `name` that goes through the open directory where the system allows. */
  at(name: string): string
  close(): Promise<void>
}

/** Opens `path`'s directory inside the real root. `null` when it does not exist (and `create` is not set). */
export async function holdDirectory(
  root: string,
  path: string,
  asked: string,
  create = false,
): Promise<HeldDirectory | null> {
  const real = await realDirectory(root, path, asked, create)
  if (real === null) return null
  const handle = await open(real, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
  const through = `/proc/self/fd/${handle.fd}`
  // What was opened decides, not what the name said a moment ago.
  const opened = await readlink(through).catch(() => null)
  if (!isWithin(root, opened ?? (await realpath(real)))) {
    await handle.close()
    throw outside(asked)
  }
  return {
    relative: relative(root, opened ?? real)
      .split(sep)
      .join('/'),
    at: (name) => join(opened === null ? real : through, name),
    close: () => handle.close(),
  }
}

async function realDirectory(root: string, path: string, asked: string, create: boolean): Promise<string | null> {
  const full = join(root, path)
  const real = await realpath(full).catch((error: NodeJS.ErrnoException) => error.code ?? '')
  if (isAbsolute(real)) {
    if (!isWithin(root, real)) throw outside(asked)
    const info = await lstat(real)
    if (!info.isDirectory()) return null
    return real
  }
  if (real === 'ELOOP') throw outside(asked)
  // A link that leads nowhere leads outside as soon as someone makes its target.
  if (await lstat(full).catch(() => null)) throw outside(asked)
  if (full === root) return null
  const parent = await realDirectory(root, dirname(path), asked, create)
  if (parent === null || !create) return null
  const made = join(parent, basename(path))
  await mkdir(made).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
  if (!(await lstat(made)).isDirectory()) throw outside(asked)
  return made
}

/** Opens a regular file for reading inside the real root, links within it followed. `real` is its true relative path. */
export async function openFile(
  root: string,
  path: string,
  asked: string,
): Promise<{ handle: FileHandle; real: string } | null> {
  const directory = await holdDirectory(root, dirname(path), asked)
  if (!directory) return null
  const name = basename(path)
  let handle: FileHandle
  try {
    handle = await open(directory.at(name), O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return null
    if (code !== 'ELOOP' && code !== 'EMLINK') throw error
    const target = await realpath(join(root, directory.relative, name)).catch(() => null)
    if (target === null || !isWithin(root, target)) throw outside(asked)
    return openFile(root, relative(root, target), asked)
  } finally {
    await directory.close()
  }
  const info = await handle.stat()
  if (!info.isFile()) {
    await handle.close()
    throw notAFile(asked)
  }
  return { handle, real: directory.relative === '' ? name : `${directory.relative}/${name}` }
}
