/**
 * What a run may write, as globs relative to the root: tests, fixtures, services for tests, manifest and CI. Not the config: what is
 * decided there is decided by people.
 */
export const WRITE_SCOPE = [
  '**/{test,tests,__tests__,__mocks__,spec,specs,e2e,integration-tests,fixtures,testdata}/**',
  '**/*.{test,spec}.*',
  '**/*_test.{go,py}',
  '**/test_*.py',
  '**/conftest.py',
  '**/{docker-compose,compose}.{test,integration}.{yml,yaml}',
  '**/{jest,vitest,vite,mocha}.{integration,test}.config.*',
  '**/jest.config.integration.*',
  '.integration-tests/**',
  '.github/workflows/*.{yml,yaml}',
  '.gitlab-ci.yml',
  '.circleci/config.yml',
]

/** Never written, whatever the scope says. */
export const NEVER_WRITTEN = ['**/.git/**', '**/.git', '**/node_modules/**', '**/.venv/**']
