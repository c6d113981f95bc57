import { tmpdir } from 'node:os'

/** All that a child process may learn of this machine. */
const ALLOWED = ['PATH', 'LANG', 'LC_ALL', 'LC_CTYPE', 'TZ']

/** A complete environment for a child: a few harmless variables of ours, and `extra`. `HOME` is a scratch directory unless given. */
export function childEnvironment(
  extra: Record<string, string> = {},
  ours: NodeJS.ProcessEnv = process.env,
): Record<string, string> {
  const environment: Record<string, string> = { HOME: tmpdir(), LANG: 'C.UTF-8', TZ: 'UTC' }
  for (const name of ALLOWED) {
    const value = ours[name]
    if (value) environment[name] = value
  }
  return { ...environment, ...extra }
}
