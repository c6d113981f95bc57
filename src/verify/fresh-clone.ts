import { existsSync } from 'node:fs'
import { copyFile, cp, lstat, mkdir, readlink, symlink, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { execa } from 'execa'
import { AgentError } from '../contracts/errors.ts'
import type { SuiteFile } from '../contracts/suite.ts'
import { createPlace, removePlace } from '../workspace/sandbox/scratch-directory.ts'

export interface FreshClone {
  /** Absolute. */
  path: string
  files: number
  /** How it was told what belongs to the project. */
  how: string
  remove(): Promise<void>
}

const NOT_SOURCE = new Set([
  '.git',
  'node_modules',
  '.venv',
  'venv',
  '__pycache__',
  'vendor',
  'dist',
  'build',
  'coverage',
])

/** A directory as a colleague would have it after `git clone`: tracked files only, plus the suite's own. */
export async function makeFreshClone(root: string, suite: SuiteFile[]): Promise<FreshClone> {
  const place = createPlace()
  const path = join(place, 'clone')
  const remove = async () => removePlace(place)
  try {
    await mkdir(path)
    const tracked = await listTracked(root)
    const files = tracked ? await copyListed(root, path, tracked) : await copyUnlisted(root, path)
    for (const file of suite) {
      await mkdir(dirname(join(path, file.path)), { recursive: true })
      await writeFile(join(path, file.path), file.content)
    }
    return {
      path,
      files,
      how: tracked ? 'as tracked by git' : 'git tracks nothing here: without dependency and build folders',
      remove,
    }
  } catch (error) {
    await remove()
    throw error
  }
}

/** Paths relative to `root`; `null` where git tracks nothing. Throws GIT_FAILS in a repository that git does not read. */
async function listTracked(root: string): Promise<string[] | null> {
  const result = await execa('git', ['-c', 'safe.directory=*', 'ls-files', '-z', '--cached'], {
    cwd: root,
    reject: false,
    maxBuffer: 1e9,
  })
  if (result.exitCode !== 0 && isInRepository(root)) {
    throw new AgentError(
      'environment',
      'GIT_FAILS',
      'What belongs to the project cannot be told: git does not read it.',
      {
        value: root,
        next: `Repair what git says: ${result.stderr.trim().slice(-300) || 'it could not be started'}`,
      },
    )
  }
  const paths = result.exitCode === 0 ? result.stdout.split('\0').filter(Boolean) : []
  return paths.length > 0 ? paths : null
}

function isInRepository(path: string): boolean {
  return existsSync(join(path, '.git')) || (dirname(path) !== path && isInRepository(dirname(path)))
}

async function copyListed(root: string, target: string, paths: string[]): Promise<number> {
  let files = 0
  for (const path of paths) {
    const stat = await lstat(join(root, path)).catch(() => null)
    // Deleted in the work tree, or a submodule.
    if (!stat || stat.isDirectory()) continue
    await mkdir(dirname(join(target, path)), { recursive: true })
    if (stat.isSymbolicLink()) await symlink(await readlink(join(root, path)), join(target, path))
    else await copyFile(join(root, path), join(target, path))
    files += 1
  }
  return files
}

async function copyUnlisted(root: string, target: string): Promise<number> {
  let files = 0
  await cp(root, target, {
    recursive: true,
    verbatimSymlinks: true,
    filter: async (source) => {
      if (source !== root && NOT_SOURCE.has(basename(source))) return false
      if (/^\.env(\.|$)/.test(basename(source)) && !/example|sample|template/.test(source)) return false
      files += (await lstat(source)).isFile() ? 1 : 0
      return true
    },
  })
  return files
}
