import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { Environment } from '../../contracts/environment.ts'
import { AgentError } from '../../contracts/errors.ts'
import type { FindInput, FoundSuite } from '../../contracts/plugs.ts'
import type { SuiteFile } from '../../contracts/suite.ts'
import { findRunnerCommand, type RunnerCommand } from './runner-command.ts'

/** A runner whose suite is to be found. */
export interface SuiteFinder {
  /** As commands name it. */
  program: string
  /** For people. */
  name: string
  /** Words that every run of it needs. */
  words: string[]
  /** Test files that the command selects, relative to the root. */
  list(environment: Environment, plan: RunnerCommand): Promise<string[]>
}

const SHOWN_OUTPUT = 2_000

/** The project's suite: which command runs it is the project's to say, which files belong to it is the runner's. */
export async function findSuite(
  environment: Environment,
  input: FindInput,
  { program, name, words, list }: SuiteFinder,
): Promise<FoundSuite | null> {
  const plan = findRunnerCommand({
    program,
    scripts: await readScripts(environment),
    named: input.command,
    hasProgram: (other) =>
      (environment.variables.PATH ?? '').split(delimiter).some((dir) => existsSync(join(dir, other))),
  })
  if (plan === null) {
    throw new AgentError('usage', 'UNSUPPORTED_COMMAND', `This command does not run ${name}.`, {
      value: input.command ?? '',
      next: `Name one that does, with ${name} as its last part: --command "NODE_ENV=test npx ${program} tests".`,
    })
  }
  const paths = await list(environment, plan)
  if (paths.length === 0) return null
  const files = await Promise.all(paths.map((path) => readTestFile(environment, path)))
  return {
    suite: {
      runner: program,
      files,
      command: plan.command,
      argv: [...plan.argv, ...words],
      cwd: '.',
      env: plan.env,
      tests: 0,
      review: [],
      missing: [],
    },
    notes: plan.notes,
  }
}

async function readTestFile({ sandbox }: Environment, path: string): Promise<SuiteFile> {
  return { path, kind: 'test', content: (await sandbox.readFile(path)).toString('utf8') }
}

async function readScripts({ sandbox }: Environment): Promise<Record<string, string>> {
  const text = (await sandbox.readFile('package.json')).toString('utf8')
  const { scripts = {} }: { scripts?: Record<string, unknown> } = JSON.parse(text.replace(/^\uFEFF/, ''))
  return Object.fromEntries(
    Object.entries(scripts).flatMap(([name, line]) => (typeof line === 'string' ? [[name, line]] : [])),
  )
}

/** It ended before it said which files it would run. */
export function runnerFails(name: string, plan: RunnerCommand, said: string): AgentError {
  return new AgentError(
    'environment',
    'RUNNER_FAILS',
    `${name} does not get as far as naming its tests:\n${said.trim().slice(-SHOWN_OUTPUT)}`,
    {
      value: plan.command,
      next: 'Install the project’s development dependencies, or name the right command with --command.',
    },
  )
}
