import { CONFIG_FILE } from '../workspace/config.ts'
import { matchesGlob } from '../workspace/match-glob.ts'
import { NEVER_WRITTEN, WRITE_SCOPE } from '../workspace/write-scope.ts'

const LOCKFILES = /(^|\/)(package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lockb?)$/

/** May this file change when tests are written? Relative path with forward slashes. */
export function isInScope(path: string): boolean {
  const matches = (glob: string) => matchesGlob(path, glob)
  // People's decisions change along with the tests they are about.
  return [...WRITE_SCOPE, CONFIG_FILE].some(matches) && !NEVER_WRITTEN.some(matches)
}

/** A manifest that differs in its test dependencies alone, or a lockfile, which follows it. */
export function onlyDevDependencies(path: string, before: string | null, after: string | null): boolean {
  if (LOCKFILES.test(path)) return true
  if (!/(^|\/)package\.json$/.test(path) || before === null || after === null) return false
  return withoutDev(before) === withoutDev(after)
}

function withoutDev(text: string): string {
  const { devDependencies: _, ...rest } = JSON.parse(text)
  return JSON.stringify(rest)
}
