import { tmpdir } from 'node:os'

/** All that a child process may learn of this machine. */
const ALLOWED = ['PATH', 'LANG', 'LC_ALL', 'LC_CTYPE', 'TZ']

/** Tools that look for a newer version of themselves would count as attempts to leave. */
const QUIET = { npm_config_update_notifier: 'false', NO_UPDATE_NOTIFIER: '1' }

/** A complete environment for a child: a few harmless variables of ours, and `extra`. `HOME` is a scratch directory unless given. */
export function childEnvironment(
  extra: Record<string, string> = {},
  ours: NodeJS.ProcessEnv = process.env,
): Record<string, string> {
  const environment: Record<string, string> = { HOME: tmpdir(), LANG: 'C.UTF-8', TZ: 'UTC', ...QUIET }
  for (const name of ALLOWED) {
    const value = ours[name]
    if (value) environment[name] = value
  }
  return { ...environment, ...extra }
}
