import { posix } from 'node:path'
import type { RunOptions, Suite } from '../../../contracts/suite.ts'

/** Where a run's machine-readable traces go; absolute paths inside the sandbox. */
export interface Traces {
  reporter: string
  cache: string
  coverage: string
  /** `null`: this Jest is too old to be given an order. */
  sequencer: string | null
}

/**
 * The suite's own command plus what makes Jest report to us. Flags that take a list come last: Jest's parser lets them swallow
 * every plain word that follows.
 */
export function buildArgv(suite: Suite, options: RunOptions, traces: Traces): string[] {
  const command = options.untilRed ? { ...suite, argv: withoutParallel(direct(suite.argv)) } : suite
  const argv = options.files ? withoutTestPaths(command) : [...command.argv]
  // npm keeps unknown flags to itself unless they come after `--`.
  if (argv[0] === 'npm' && !argv.includes('--')) argv.push('--')
  if (options.files) argv.push('--runTestsByPath', ...options.files.map((file) => posix.relative(suite.cwd, file)))
  if (options.test !== undefined) argv.push(`--testNamePattern=${namePattern(options.test)}`)
  if (options.seed !== undefined) argv.push('--randomize', `--seed=${options.seed}`)
  if (options.untilRed) {
    argv.push('--bail', '--silent')
    // A shell line keeps its own words, and Jest refuses to be told twice how many workers to use.
    if (!argv.some((word) => /\s(-i|--runInBand|--maxWorkers|-w)\b/.test(word))) argv.push('--maxWorkers=1')
    if (traces.sequencer !== null) argv.push(`--testSequencer=${traces.sequencer}`)
  }
  // A project that bails would show its first failure only.
  else argv.push('--bail=false')
  argv.push(`--cacheDirectory=${traces.cache}`)
  if (options.coverage) {
    // A project's threshold is about its whole test suite and must not turn this run red.
    argv.push(
      '--coverage',
      `--coverageDirectory=${traces.coverage}`,
      '--coverageThreshold={}',
      '--coverageReporters=json',
    )
    if (options.sources?.length) argv.push(`--collectCoverageFrom=${oneGlob(options.sources)}`)
  }
  if (!options.untilRed) argv.push('--reporters=default')
  argv.push(`--reporters=${traces.reporter}`)
  return argv
}

/** npx spends half a second on finding what lies in node_modules. */
function direct(argv: string[]): string[] {
  const at = argv.findIndex((word, index) => word === 'npx' && argv[index + 1] === 'jest')
  return at < 0 ? [...argv] : argv.toSpliced(at, 2, 'node_modules/.bin/jest')
}

/** Jest refuses to be told twice how many workers to use. */
function withoutParallel(argv: string[]): string[] {
  return argv.filter(
    (word, index) =>
      !/^(-i|--runInBand|--maxWorkers(=.*)?|-w(=?\d.*)?|--workerThreads|--silent|--bail(=.*)?)$/.test(word) &&
      !/^(--maxWorkers|-w)$/.test(argv[index - 1] ?? ''),
  )
}

/** Old Jest takes a single pattern only. */
const oneGlob = (paths: string[]) => (paths.length === 1 ? (paths[0] ?? '') : `{${paths.join(',')}}`)

/** Words of the command that select test files, such as `tests/integration`, would add to a given list of files. */
function withoutTestPaths(suite: Suite): string[] {
  const files = suite.files.filter(({ kind }) => kind === 'test' || kind === 'unit').map((file) => file.path)
  return suite.argv.filter((word, index) => {
    const path = posix.join(suite.cwd, word).replace(/\/$/, '')
    return index === 0 || !files.some((file) => file === path || file.startsWith(`${path}/`))
  })
}

/**
 * Matches exactly the test with this full name. Jest joins describe blocks and title with a blank, we with ` > `, and a title
 * may hold ` > ` itself.
 */
export function namePattern(name: string): string {
  return `^${name.split(' > ').map(escaped).join('( > | )')}$`
}

/** Matches all tests below the block with this full name. */
export function blockPattern(name: string): string {
  return `${namePattern(name).slice(0, -1)} `
}

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
