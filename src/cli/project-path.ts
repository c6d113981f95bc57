import { realpathSync, statSync } from 'node:fs'
import { AgentError } from '../contracts/errors.ts'

/** The project's directory as an absolute real path. Throws NO_SUCH_PATH or NOT_A_DIRECTORY. */
export function resolveProject(path: string): string {
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
