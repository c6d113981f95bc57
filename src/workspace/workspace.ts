import { randomBytes } from 'node:crypto'
import { constants, type Stats } from 'node:fs'
import { chmod, lstat, open, realpath, rename, rm, unlink } from 'node:fs/promises'
import { basename, dirname, join, relative } from 'node:path'
import { AgentError } from '../contracts/errors.ts'
import type { FileStat, Files } from '../contracts/files.ts'
import { holdDirectory, isWithin, notAFile, openFile, outside, plainPath } from './contained-path.ts'
import { type EnvEntry, readEnvEntries } from './env-file.ts'
import { globFiles } from './glob-files.ts'
import { matchesGlob } from './match-glob.ts'
import { isSecretFile } from './secret-files.ts'
import { NEVER_WRITTEN, WRITE_SCOPE } from './write-scope.ts'

/** The one directory tree a run may touch, with the policy on what may be read and written in it. */
export interface Workspace extends Files {
  /** Names in a `.env`-like file with the class of each value, never the value. `null` when there is no such file. */
  readEnvNames(path: string): Promise<EnvEntry[] | null>
  /** A secrets file's content, for the production guard alone: its values are compared and replaced, never shown. */
  readSecretFileForGuard(path: string): Promise<string | null>
  stat(path: string): Promise<FileStat | null>
  /** Throws as `write` would, without writing. */
  checkWrite(path: string): Promise<void>
}

interface WorkspaceOptions {
  /** Globs that may be written, instead of the usual test and CI files. */
  writeScope?: string[]
  /** Permission bits of new files, before the process's mask. */
  fileMode?: number
}

/** Opens a project's tree. */
export async function openWorkspace(root: string, options: WorkspaceOptions = {}): Promise<Workspace> {
  const real = await realRoot(root)
  return new RealWorkspace(real, options.writeScope ?? WRITE_SCOPE, options.fileMode ?? 0o666)
}

async function realRoot(root: string): Promise<string> {
  const real = await realpath(root).catch(() => null)
  if (real !== null && (await lstat(real)).isDirectory()) return real
  throw new AgentError('usage', 'NO_SUCH_PATH', `no such directory: ${root}`, {
    value: root,
    next: 'Name the directory of a project.',
  })
}

class RealWorkspace implements Workspace {
  readonly root: string
  readonly #writeScope: string[]
  readonly #fileMode: number

  constructor(root: string, writeScope: string[], fileMode: number) {
    this.root = root
    this.#writeScope = writeScope
    this.#fileMode = fileMode
  }

  async read(path: string): Promise<Buffer | null> {
    return this.#read(path, false)
  }

  async readText(path: string): Promise<string | null> {
    return (await this.read(path))?.toString('utf8') ?? null
  }

  async readEnvNames(path: string): Promise<EnvEntry[] | null> {
    const content = await this.#read(path, true)
    return content && readEnvEntries(content.toString('utf8'))
  }

  async readSecretFileForGuard(path: string): Promise<string | null> {
    return (await this.#read(path, true))?.toString('utf8') ?? null
  }

  async #read(path: string, secretsAllowed: boolean): Promise<Buffer | null> {
    const plain = plainPath(this.root, path)
    if (plain === '.') throw notAFile(path)
    const opened = await openFile(this.root, plain, path)
    if (!opened) return null
    try {
      const secret = isSecretFile(basename(plain)) || isSecretFile(basename(opened.real))
      if (secret && !secretsAllowed) throw secretFile(path)
      return await opened.handle.readFile()
    } finally {
      await opened.handle.close()
    }
  }

  async stat(path: string): Promise<FileStat | null> {
    const plain = plainPath(this.root, path)
    if (plain === '.') return describe(await lstat(this.root))
    const directory = await holdDirectory(this.root, dirname(plain), path)
    if (!directory) return null
    try {
      const info = await lstat(directory.at(basename(plain))).catch(() => null)
      if (!info?.isSymbolicLink()) return info && describe(info)
      const target = await realpath(join(this.root, directory.relative, basename(plain))).catch(() => null)
      if (target === null || !isWithin(this.root, target)) throw outside(path)
      return await this.stat(target)
    } finally {
      await directory.close()
    }
  }

  async checkWrite(path: string): Promise<void> {
    const plain = plainPath(this.root, path)
    this.#checkScope(plain, path)
    const directory = await holdDirectory(this.root, dirname(plain), path)
    if (!directory) return
    try {
      await this.#checkTarget(directory.relative, basename(plain), path)
    } finally {
      await directory.close()
    }
  }

  async write(path: string, content: string | Buffer): Promise<void> {
    const plain = plainPath(this.root, path)
    this.#checkScope(plain, path)
    await this.checkWrite(path)
    const directory = await holdDirectory(this.root, dirname(plain), path, true)
    if (!directory) throw notAFile(path)
    const name = basename(plain)
    const aside = directory.at(`.${name}.${randomBytes(6).toString('hex')}`)
    try {
      await this.#checkTarget(directory.relative, name, path)
      const before = await lstat(directory.at(name)).catch(() => null)
      const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants
      const handle = await open(aside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, this.#fileMode)
      try {
        await handle.writeFile(content)
        await this.#keepOwner(handle, before ?? (await lstat(directory.at('.'))))
      } finally {
        await handle.close()
      }
      if (before) await chmod(aside, before.mode & 0o7777)
      await rename(aside, directory.at(name))
    } catch (error) {
      await rm(aside, { force: true })
      throw error
    } finally {
      await directory.close()
    }
  }

  async remove(path: string): Promise<void> {
    const plain = plainPath(this.root, path)
    this.#checkScope(plain, path)
    const directory = await holdDirectory(this.root, dirname(plain), path)
    if (!directory) return
    try {
      this.#checkScope(join(directory.relative, basename(plain)), path)
      const target = directory.at(basename(plain))
      const info = await lstat(target).catch(() => null)
      if (info?.isDirectory()) throw notAFile(path)
      if (info) await unlink(target)
    } finally {
      await directory.close()
    }
  }

  glob(patterns: string | string[], options: { ignore?: string[]; dot?: boolean } = {}): Promise<string[]> {
    return globFiles(this.root, [patterns].flat(), options)
  }

  /** The file really meant must be in scope as well, and a regular file or nothing. */
  async #checkTarget(directory: string, name: string, asked: string): Promise<void> {
    const full = join(this.root, directory, name)
    const info = await lstat(full).catch(() => null)
    this.#checkScope(relative(this.root, full), asked)
    if (info?.isSymbolicLink()) {
      const target = await realpath(full).catch(() => null)
      if (target === null || !isWithin(this.root, target)) throw outside(asked)
      throw notAFile(asked)
    }
    if (info && !info.isFile()) throw notAFile(asked)
  }

  #checkScope(plain: string, asked: string): void {
    const within = this.#writeScope.some((glob) => matchesGlob(plain, glob))
    const never = NEVER_WRITTEN.some((glob) => matchesGlob(plain, glob)) || isSecretFile(basename(plain))
    if (within && !never) return
    throw new AgentError('safety', 'OUTSIDE_WRITE_SCOPE', `${asked} may not be written`, {
      value: asked,
      next: 'Only tests, fixtures, test services, the manifest and CI files are written; product code is left alone.',
    })
  }

  /** Run by root on another user's project, new files still belong to that user. */
  async #keepOwner(handle: Awaited<ReturnType<typeof open>>, like: { uid: number; gid: number }): Promise<void> {
    if (process.getuid?.() === 0 && (like.uid !== 0 || like.gid !== 0)) await handle.chown(like.uid, like.gid)
  }
}

function describe(info: Stats): FileStat {
  const kind = info.isFile() ? 'file' : info.isDirectory() ? 'directory' : 'other'
  return { kind, size: info.size, mtimeMs: info.mtimeMs, mode: info.mode & 0o7777 }
}

function secretFile(path: string): AgentError {
  return new AgentError('safety', 'SECRET_FILE', `${path} holds secrets and is not shown`, {
    value: path,
    next: 'Look at an example file (.env.example), or at the variable names the project map lists.',
  })
}
