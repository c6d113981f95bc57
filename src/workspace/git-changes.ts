import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { AgentError } from '../contracts/errors.ts'

export interface FileChange {
  path: string
  /** `null`: it is new. */
  before: string | null
  /** `null`: it is gone. */
  after: string | null
}

/** What differs between a commit and the work tree, untracked files included, below `root`. Throws NO_SUCH_REF. */
export async function readGitChanges(root: string, ref: string): Promise<FileChange[]> {
  const git = (...args: string[]) =>
    execa('git', ['-c', 'safe.directory=*', ...args], {
      cwd: root,
      reject: false,
      maxBuffer: 1e9,
      stripFinalNewline: false,
    })
  const base = await git('rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`)
  if (base.exitCode !== 0) {
    throw new AgentError('usage', 'NO_SUCH_REF', 'There is no such commit to compare with.', {
      value: ref,
      next: 'Name a branch, tag or commit of the project’s repository with --base.',
    })
  }
  const commit = base.stdout.trim()
  const changed = await git('diff', '--name-only', '--no-renames', '--relative', '-z', commit, '--', '.')
  const untracked = await git('ls-files', '--others', '--exclude-standard', '-z', '--', '.')
  const paths = new Set([...changed.stdout.split('\0'), ...untracked.stdout.split('\0')].filter(Boolean))
  return Promise.all(
    [...paths].sort().map(async (path) => {
      const before = await git('show', `${commit}:./${path}`)
      return {
        path,
        before: before.exitCode === 0 ? before.stdout : null,
        after: await readFile(join(root, path), 'utf8').catch(() => null),
      }
    }),
  )
}
