import { existsSync, realpathSync, statSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { AgentError } from '../contracts/errors.ts'

/** Where a project lies. */
export interface ProjectPath {
  /** Absolute, real: the folder with the manifest. */
  root: string
  /** The folder below it that was named, relative with forward slashes; `null`: the root itself. */
  within: string | null
}

/**
 * The project at a path. A folder without a manifest of its own belongs to the nearest one above it that has one, not
 * beyond the repository. Throws NO_SUCH_PATH or NOT_A_DIRECTORY.
 */
export function locateProject(path: string): ProjectPath {
  const named = resolveDirectory(path)
  for (let at = named; ; at = dirname(at)) {
    if (existsSync(join(at, 'package.json')))
      return { root: at, within: at === named ? null : relative(at, named).split(sep).join('/') }
    if (existsSync(join(at, '.git')) || dirname(at) === at) return { root: named, within: null }
  }
}

function resolveDirectory(path: string): string {
  let real: string
  try {
    real = realpathSync(path)
  } catch {
    throw new AgentError('usage', 'NO_SUCH_PATH', 'There is no such path.', {
      value: path,
      next: 'Name an existing project directory.',
    })
  }
  if (!statSync(real).isDirectory()) {
    throw new AgentError('usage', 'NOT_A_DIRECTORY', 'This is not a directory.', {
      value: path,
      next: 'Name the project’s directory.',
    })
  }
  return real
}
