import { posix } from 'node:path'
import type { RunOptions, Suite } from '../../../contracts/suite.ts'

const HOOK_TIMEOUT_MS = 60_000

/** The suite's own command plus what makes Vitest run once and report to us. `reporter`: absolute inside the sandbox. */
export function buildArgv(suite: Suite, options: RunOptions, reporter: string): string[] {
  const argv = options.files ? withoutTestPaths(suite) : [...suite.argv]
  // npm keeps unknown flags to itself unless they come after `--`.
  if (argv[0] === 'npm' && !argv.includes('--')) argv.push('--')
  if (!argv.includes('run') && !argv.includes('--run')) argv.push('--run')
  if (options.files) argv.push(...options.files.map((file) => posix.relative(suite.cwd, file)))
  if (options.test !== undefined) argv.push(`--testNamePattern=${namePattern(options.test)}`)
  if (options.seed !== undefined) argv.push('--sequence.shuffle', `--sequence.seed=${options.seed}`)
  // A project that bails would show its first failure only.
  argv.push(...(options.untilRed ? ['--bail=1', '--no-file-parallelism'] : ['--bail=0']))
  // Set-up that starts programs is slower beside other runs, which is not the suite's doing.
  argv.push(`--hookTimeout=${HOOK_TIMEOUT_MS}`)
  // We count for ourselves, and a project's threshold is about its whole test suite.
  if (options.coverage) argv.push('--coverage.enabled=false')
  argv.push('--reporter=default', `--reporter=${reporter}`)
  return argv
}

/** Words of the command that select test files, such as `tests/integration`, would add to a given list of files. */
function withoutTestPaths({ argv, cwd, files }: Suite): string[] {
  const tests = files.filter(({ kind }) => kind === 'test' || kind === 'unit').map(({ path }) => path)
  return argv.filter((word, index) => {
    const path = posix.join(cwd, word).replace(/\/$/, '')
    return index === 0 || !tests.some((file) => file === path || file.startsWith(`${path}/`))
  })
}

/** Matches exactly the test with this full name; Vitest joins blocks and title with a blank, and so do we but for ` > `. */
function namePattern(name: string): string {
  const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return `^ ?${name.split(' > ').map(escaped).join('( > | )')}$`
}
