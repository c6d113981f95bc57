import type { Environment } from '../../../contracts/environment.ts'
import type { FindInput, FoundSuite } from '../../../contracts/plugs.ts'
import { findSuite, runnerFails } from '../../javascript/find-suite.ts'
import type { RunnerCommand } from '../../javascript/runner-command.ts'
import { relativeTo } from '../../javascript/traces.ts'

const LIST_TIMEOUT_MS = 120_000

/** The project's Jest suite, whoever wrote it. */
export function findJestSuite(environment: Environment, input: FindInput): Promise<FoundSuite | null> {
  return findSuite(environment, input, { program: 'jest', name: 'Jest', words: [], list: listTests })
}

async function listTests(environment: Environment, plan: RunnerCommand): Promise<string[]> {
  const result = await environment.run({
    argv: [...plan.runner, '--listTests'],
    env: { npm_config_update_notifier: 'false', ...plan.env },
    timeoutMs: LIST_TIMEOUT_MS,
  })
  const inProject = await relativeTo(environment.sandbox.root)
  const paths = result.stdout
    .split('\n')
    .flatMap((line) => (line.startsWith('/') ? (inProject(line.trim()) ?? []) : []))
  if (paths.length > 0 || (result.exitCode === 0 && !result.timedOut)) return paths.sort()
  const said = `${result.stderr}\n${result.stdout}`.trim()
  // Some versions call it a failure to find none.
  if (/No tests found/i.test(said)) return []
  throw runnerFails('Jest', plan, said)
}
