import { homedir } from 'node:os'
import { join } from 'node:path'

const NAME = 'integration-test-builder'

function base(variable: string, fallback: string, name: string): string {
  const { INTEGRATION_TEST_BUILDER_HOME: home, [variable]: xdg } = process.env
  if (home) return join(home, name)
  // A relative XDG directory is to be ignored, says its specification.
  return join(xdg?.startsWith('/') ? xdg : join(homedir(), fallback), NAME, name === 'cache' ? '' : name)
}

/** What can be made again: prepared database clusters and the like. May not exist yet. */
export function cacheDir(): string {
  return base('XDG_CACHE_HOME', '.cache', 'cache')
}

/** One folder a run: journal, reports, staged files. May not exist yet. */
export function runsDir(): string {
  return base('XDG_STATE_HOME', '.local/state', 'runs')
}

/** Locks of projects being worked on. May not exist yet. */
export function locksDir(): string {
  return base('XDG_STATE_HOME', '.local/state', 'locks')
}
