import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { AgentError } from '../contracts/errors.ts'
import { type RunOutcome, runResultSchema } from '../contracts/result.ts'

/** Ids of the runs in a folder, the oldest first; `finished`: those with a report. */
export function listRuns(dir: string): { all: string[]; finished: string[] } {
  const all = existsSync(dir) ? readdirSync(dir).sort() : []
  return { all, finished: all.filter((run) => existsSync(join(dir, run, 'report.json'))) }
}

/** A finished run's report. Throws REPORT_UNREADABLE. */
export function readOutcome(dir: string, run: string): RunOutcome {
  const file = join(dir, run, 'report.json')
  const parsed = runResultSchema.safeParse(parseJson(readFileSync(file, 'utf8')))
  if (parsed.success) return parsed.data
  throw new AgentError('usage', 'REPORT_UNREADABLE', 'This report was written by another version, or damaged.', {
    value: file,
    next: 'Read the file itself, or run again.',
  })
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
