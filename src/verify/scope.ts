const TEST_FOLDER = /(^|\/)(tests?|__tests__|specs?|e2e|integration|integration-tests|fixtures|__fixtures__|testdata)\//
const TEST_FILE = /(\.(test|spec|e2e|integration)\.[^/]+|(^|\/)test_[^/]+\.py|_test\.(go|py)|(^|\/)conftest\.py)$/
const SUPPORT = [
  /^\.integration-tests\//,
  /(^|\/)integration-tests\.config\.json$/,
  /(^|\/)(docker-)?compose[^/]*\.ya?ml$/,
  /^\.github\/workflows\/[^/]+\.ya?ml$/,
  /^\.gitlab-ci\.yml$/,
  /^\.circleci\//,
  /^(azure-pipelines|bitbucket-pipelines)\.ya?ml$/,
]
const LOCKFILES = /(^|\/)(package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lockb?)$/

/** May this file change when tests are written? Relative path with forward slashes. */
export function isInScope(path: string): boolean {
  return TEST_FOLDER.test(path) || TEST_FILE.test(path) || SUPPORT.some((pattern) => pattern.test(path))
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
