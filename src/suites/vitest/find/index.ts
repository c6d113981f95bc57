import { randomBytes } from 'node:crypto'
import type { Environment } from '../../../contracts/environment.ts'
import type { FindInput, FoundSuite } from '../../../contracts/plugs.ts'
import { findSuite, runnerFails } from '../../javascript/find-suite.ts'
import { readHook } from '../../javascript/hooks.ts'
import { withRequire } from '../../javascript/requests.ts'
import type { RunnerCommand } from '../../javascript/runner-command.ts'
import { relativeTo } from '../../javascript/traces.ts'

const LIST_TIMEOUT_MS = 120_000

/** The project's Vitest suite, whoever wrote it; it does not watch. */
export function findVitestSuite(environment: Environment, input: FindInput): Promise<FoundSuite | null> {
  return findSuite(environment, input, { program: 'vitest', name: 'Vitest', words: ['--run'], list: listTests })
}

/** Not every version has a word for it that runs nothing. */
async function listTests(environment: Environment, plan: RunnerCommand): Promise<string[]> {
  const { sandbox } = environment
  const token = randomBytes(8).toString('hex')
  const resident = `${sandbox.scratch}/vitest-list/resident.cjs`
  await sandbox.writeFile(resident, await readHook(new URL('../run/resident', import.meta.url)))
  const { NODE_OPTIONS } = { ...environment.variables, ...plan.env }
  const result = await environment.run({
    argv: [...plan.runner, '--run'],
    env: {
      ...environment.variables,
      npm_config_update_notifier: 'false',
      ...plan.env,
      NODE_OPTIONS: withRequire(NODE_OPTIONS, resident),
      INTEGRATION_TESTS_LIST: '1',
      INTEGRATION_TESTS_RESIDENT: `${sandbox.scratch}/vitest-list`,
      INTEGRATION_TESTS_RESIDENT_TOKEN: token,
    },
    timeoutMs: LIST_TIMEOUT_MS,
  })
  const told = result.stdout.split('\n').find((line) => line.startsWith(`${token} ready `))
  if (told === undefined) throw runnerFails('Vitest', plan, `${result.stderr}\n${result.stdout}`)
  const { files }: { files: string[] } = JSON.parse(told.slice(`${token} ready `.length))
  const inProject = await relativeTo(sandbox.root)
  return files.flatMap((file) => inProject(file) ?? []).sort()
}
