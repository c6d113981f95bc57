import { existsSync } from 'node:fs'
import { realpath } from 'node:fs/promises'
import { delimiter, join, relative, sep } from 'node:path'
import type { Environment } from '../../../contracts/environment.ts'
import { AgentError } from '../../../contracts/errors.ts'
import type { FindInput, FoundSuite } from '../../../contracts/plugs.ts'
import type { SuiteFile } from '../../../contracts/suite.ts'
import { findRunnerCommand, type RunnerCommand } from '../../javascript/runner-command.ts'

const LIST_TIMEOUT_MS = 120_000
const SHOWN_OUTPUT = 2_000

/** The project's Jest suite: which command runs it is the project's to say, which files belong to it is Jest's. */
export async function findJestSuite(environment: Environment, input: FindInput): Promise<FoundSuite | null> {
  const plan = findRunnerCommand({
    program: 'jest',
    scripts: await readScripts(environment),
    named: input.command,
    hasProgram: (name) =>
      (environment.variables.PATH ?? '').split(delimiter).some((dir) => existsSync(join(dir, name))),
  })
  if (plan === null) {
    throw new AgentError('usage', 'UNSUPPORTED_COMMAND', 'This command does not run Jest.', {
      value: input.command ?? '',
      next: 'Name one that does, with Jest as its last part: --command "NODE_ENV=test npx jest tests".',
    })
  }
  const paths = await listTests(environment, plan)
  if (paths.length === 0) return null
  const files = await Promise.all(paths.map((path) => readTestFile(environment, path)))
  return {
    suite: {
      runner: 'jest',
      files,
      command: plan.command,
      argv: plan.argv,
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

/** Test files that the command selects, relative to the root. */
async function listTests(environment: Environment, plan: RunnerCommand): Promise<string[]> {
  const { sandbox } = environment
  const result = await environment.run({
    argv: [...plan.runner, '--listTests'],
    env: { npm_config_update_notifier: 'false', ...plan.env },
    timeoutMs: LIST_TIMEOUT_MS,
  })
  const roots = [sandbox.root, await realpath(sandbox.root).catch(() => sandbox.root)]
  const paths = result.stdout.split('\n').flatMap((line) => {
    const root = roots.find((one) => line.startsWith(one + sep))
    return root === undefined ? [] : [relative(root, line.trim()).split(sep).join('/')]
  })
  if (paths.length > 0 || (result.exitCode === 0 && !result.timedOut)) return paths.sort()
  const said = `${result.stderr}\n${result.stdout}`.trim()
  // Some versions call it a failure to find none.
  if (/No tests found/i.test(said)) return []
  throw new AgentError(
    'environment',
    'RUNNER_FAILS',
    `Jest does not get as far as naming its tests:\n${said.slice(-SHOWN_OUTPUT)}`,
    {
      value: plan.command,
      next: 'Install the project’s development dependencies, or name the right command with --command.',
    },
  )
}
