import { execa } from 'execa'

/** Those of the paths below `root` that git is told to ignore; none where there is no repository. */
export async function listIgnored(root: string, paths: string[]): Promise<Set<string>> {
  if (paths.length === 0) return new Set()
  const { stdout } = await execa('git', ['-c', 'safe.directory=*', 'check-ignore', '--no-index', '--stdin', '-z'], {
    cwd: root,
    input: paths.join('\0'),
    reject: false,
  })
  return new Set(stdout.split('\0').filter(Boolean))
}
