import type { Environment } from '../contracts/environment.ts'
import { AgentError } from '../contracts/errors.ts'
import type { Files } from '../contracts/files.ts'
import type { RunnerPlug } from '../contracts/plugs.ts'
import type { ProjectMap } from '../contracts/project.ts'
import type { RunResult, Suite } from '../contracts/suite.ts'
import { findProbableCause } from '../environment/index.ts'
import { findRunner } from '../suites/index.ts'
import { environmentSign } from '../triage/signs.ts'
import { generatedPaths } from '../workspace/suite-manifest.ts'

export interface ExistingSuite {
  suite: Suite
  runner: RunnerPlug
  /** One run of the whole command, that tells unit tests from integration tests and how long everything takes. */
  trial: RunResult
  /** Somebody's own: not every one of its integration tests is a file that we wrote. */
  foreign: boolean
  /** What a reader should know. */
  notes: string[]
  /** The suite is red for want of something that is not its own: to be thrown by whoever wants it verified. */
  obstacle: AgentError | null
}

interface FindOptions {
  map: ProjectMap
  environment: Environment
  files: Files
  command: string | null
  signal: AbortSignal
  progress(message: string): void
}

/**
 * The suite that a project has, run once in the environment to see which of its files are integration tests. Throws NO_SUITE
 * or UNSUPPORTED_RUNNER.
 */
export async function findExistingSuite(options: FindOptions): Promise<ExistingSuite> {
  const { map, environment, files, command, signal, progress } = options
  const runner = findRunner(map.tests.runner)
  if (!runner?.find) {
    throw new AgentError('usage', 'UNSUPPORTED_RUNNER', `Suites for ${map.tests.runner} cannot be verified yet.`, {
      value: map.tests.runner,
      next: 'Suites for Jest and Vitest can be; name their command with --command if there is one beside this.',
    })
  }
  progress('looking for the suite')
  const found = await runner.find(environment, { map, command })
  if (found === null) throw noSuite(map, command)
  const { suite } = found
  const generated = await generatedPaths(files)
  const foreign = !suite.files.every(({ path }) => generated.has(path))
  progress(`running ${suite.command} once (${suite.files.length} test files)`)
  const place = await environment.clone({ unsteered: foreign })
  const trial = await runner.run(place, suite, { signal }).finally(() => place.stop())
  signal.throwIfAborted()
  const measured = { ...suite, files: tellUnitTests(suite, trial), tests: trial.tests.length }
  return {
    suite: measured,
    runner,
    trial,
    foreign: !measured.files.every(({ path, kind }) => kind !== 'test' || generated.has(path)),
    notes: [...found.notes, ...remarks(environment, measured, trial)],
    obstacle: findObstacle(map, environment, suite, trial),
  }
}

function noSuite(map: ProjectMap, command: string | null): AgentError {
  return new AgentError('usage', 'NO_SUITE', 'No test file was found.', {
    value: command ?? map.root,
    next: 'Name the command that runs the tests with --command, or write a suite with agent run.',
  })
}

/** Files that sent no request, while it can be told which ones did: what is red may not have got that far. */
function tellUnitTests(suite: Suite, trial: RunResult): Suite['files'] {
  const asking = new Set(trial.requests.map(({ file }) => file))
  if (asking.size === 0 || asking.has(undefined)) return suite.files
  const red = new Set([
    ...trial.tests.filter(({ status }) => status === 'failed').map(({ file }) => file),
    ...trial.errors.map(({ file }) => file),
  ])
  return suite.files.map((file) =>
    file.kind === 'test' && !asking.has(file.path) && !red.has(file.path) ? { ...file, kind: 'unit' } : file,
  )
}

/** A suite that is red for want of a service says nothing about itself; nor does one of which nothing ran. */
function findObstacle(
  map: ProjectMap,
  { unavailable }: Environment,
  suite: Suite,
  trial: RunResult,
): AgentError | null {
  const failed = trial.tests.filter(({ status }) => status === 'failed')
  const red = trial.exitCode !== 0 || failed.length > 0 || trial.errors.length > 0
  if (!red) return null
  const said = failed[0]?.message ?? trial.errors[0]?.message ?? trial.output
  const [service] = unavailable
  if (service !== undefined) {
    return new AgentError(
      'environment',
      'SERVICE_UNAVAILABLE',
      `${service.name}: ${service.why}; without it ${failed.length} of ${trial.tests.length} tests fail:\n${shorten(said)}`,
      { value: service.name, next: service.unblock },
    )
  }
  const messages = [
    ...failed.map(({ message }) => message ?? ''),
    ...trial.errors.flatMap(({ file, message }) => (file === null ? [] : [message])),
  ]
  const signs = messages.map((message) => environmentSign(message) ?? missingVariable(map, message))
  if (messages.length > 0 && !signs.includes(null)) {
    return new AgentError(
      'environment',
      'SUITE_LACKS_ENVIRONMENT',
      `Whatever fails (${messages.length} of ${trial.tests.length}) fails for want of something that it runs on: ${signs[0]}`,
      {
        value: suite.command,
        next:
          findProbableCause(messages.join('\n'))?.next ??
          'Let variables that the code reads decide where services are.',
      },
    )
  }
  if (trial.tests.length > 0 || messages.length > 0) return null
  const program = /(?:^|: )([\w./-]+): (?:command )?not found$/m.exec(trial.output)?.[1]
  const cause = program
    ? {
        cause: `${program} is not installed on this machine`,
        next: `Install ${program}, or name a command that does without with --command.`,
      }
    : findProbableCause(trial.output)
  return new AgentError(
    'environment',
    'SUITE_DOES_NOT_START',
    `No test was run by \`${suite.command}\`${cause ? `: ${cause.cause}` : ''}:\n${shorten(trial.output)}`,
    { value: suite.command, next: cause?.next ?? 'Name a command that needs nothing but the project with --command.' },
  )
}

/** The code asks for a variable that it reads and nobody has given a value. */
function missingVariable({ variables }: ProjectMap, message: string): string | null {
  const cause = findProbableCause(message)?.cause ?? ''
  const name = /^the variable (\w+) is missing$/.exec(cause)?.[1]
  return variables.some((variable) => variable.name === name) ? cause : null
}

function remarks({ unavailable }: Environment, { files }: Suite, trial: RunResult): string[] {
  const notes = unavailable.map(({ name, why }) => `${name}: ${why}; the suite passes without it`)
  if (trial.requests.length === 0) {
    notes.push(
      'no request to the application was seen while the tests ran, so unit tests cannot be told from integration tests; all files are looked at',
    )
  }
  const hung = trial.timedOut && trial.tests.length > 0 && trial.tests.every(({ status }) => status !== 'failed')
  if (hung) notes.push('the tests are through, but the command does not end by itself')
  const message = trial.tests.find(({ status }) => status === 'failed')?.message ?? trial.errors[0]?.message
  const cause = message ? findProbableCause(message) : null
  if (cause) notes.push(`probable cause of the first failure: ${cause.cause}. ${cause.next}`)
  return files.length === 0 ? [] : notes
}

const shorten = (text: string) => text.trim().slice(-SHOWN)
const SHOWN = 1_500
