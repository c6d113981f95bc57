import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { readJournal } from '../agent/journal.ts'
import { AgentError } from '../contracts/errors.ts'
import type { RunOutcome } from '../contracts/result.ts'
import { renderOutcome } from '../report/terminal.ts'
import { runsDir } from '../workspace/directories.ts'
import { colorsFor, columnsOf } from './colors.ts'
import { listRuns, readOutcome } from './read-outcomes.ts'

/** `agent report`: a finished run's report, the newest without an id. */
export async function report(id: string | undefined, options: { json?: boolean }): Promise<void> {
  const outcome = findOutcome(runsDir(), id)
  process.stdout.write(
    options.json
      ? `${JSON.stringify(outcome, null, 2)}\n`
      : renderOutcome(outcome, colorsFor(process.stdout), columnsOf(process.stdout)),
  )
}

function findOutcome(dir: string, id: string | undefined): RunOutcome {
  const { all: runs, finished } = listRuns(dir)
  const run = id ?? finished.at(-1)
  if (run !== undefined && runs.includes(run) && !finished.includes(run)) throw unfinished(join(dir, run))
  if (run === undefined || !finished.includes(run)) {
    throw new AgentError('usage', 'NO_SUCH_RUN', 'There is no report of such a run.', {
      value: id ?? dir,
      next:
        finished.length === 0
          ? 'Start one with agent run.'
          : `The newest are ${finished.slice(-5).reverse().join(', ')}.`,
    })
  }
  return readOutcome(dir, run)
}

/** Killed, or still at work. */
function unfinished(runDir: string): AgentError {
  const entries = existsSync(join(runDir, 'journal.jsonl')) ? readJournal(join(runDir, 'journal.jsonl')) : []
  const last = entries.at(-1)
  const step = entries.findLast(({ type }) => type === 'tool_started')?.name
  const when = last === undefined ? 'It wrote nothing.' : `Its journal ends at ${last.at}${step ? ` in ${step}` : ''}.`
  return new AgentError(
    'usage',
    'RUN_NOT_FINISHED',
    `This run has no report: it goes on still, or was killed. ${when}`,
    {
      value: runDir,
      next: 'Wait until it has finished; after a kill start again with agent run.',
    },
  )
}
