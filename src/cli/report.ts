import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { AgentError } from '../contracts/errors.ts'
import { type RunOutcome, runResultSchema } from '../contracts/result.ts'
import { renderOutcome } from '../report/terminal.ts'
import { runsDir } from '../workspace/directories.ts'
import { colorsFor } from './colors.ts'

/** `agent report`: a finished run's report, the newest without an id. */
export async function report(id: string | undefined, options: { json?: boolean }): Promise<void> {
  const outcome = readOutcome(runsDir(), id)
  process.stdout.write(
    options.json ? `${JSON.stringify(outcome, null, 2)}\n` : renderOutcome(outcome, colorsFor(process.stdout)),
  )
}

function readOutcome(dir: string, id: string | undefined): RunOutcome {
  const runs = existsSync(dir)
    ? readdirSync(dir)
        .filter((run) => existsSync(join(dir, run, 'report.json')))
        .sort()
    : []
  const run = id ?? runs.at(-1)
  if (run === undefined || !runs.includes(run)) {
    throw new AgentError('usage', 'NO_SUCH_RUN', 'There is no report of such a run.', {
      value: id ?? dir,
      next: runs.length === 0 ? 'Start one with agent run.' : `The newest are ${runs.slice(-5).reverse().join(', ')}.`,
    })
  }
  return runResultSchema.parse(JSON.parse(readFileSync(join(dir, run, 'report.json'), 'utf8')))
}
