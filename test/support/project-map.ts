import type { ProjectMap } from '../../src/contracts/project.ts'

/** A complete map of a project with nothing in it; `parts` says what a test is about. */
export function projectMap(parts: Partial<ProjectMap> = {}): ProjectMap {
  return {
    schema: 1,
    root: `/projects/${parts.name ?? 'project'}`,
    name: 'project',
    languages: ['javascript'],
    frameworks: [],
    packageManager: 'npm',
    moduleSystem: 'cjs',
    typescript: false,
    dependencies: {},
    endpoints: [],
    auth: [],
    stores: [],
    externals: [],
    queues: [],
    variables: [],
    boot: null,
    tests: {
      runner: 'jest',
      runnerVersion: null,
      httpClient: null,
      httpClientVersion: null,
      files: [],
      dir: 'tests',
      suffix: '.test.js',
      caseWord: 'it',
      style: { semicolons: false, quotes: 'single', indent: 2, trailingCommas: true },
      helpers: [],
      configFile: null,
    },
    sources: [],
    warnings: [],
    ...parts,
  }
}
