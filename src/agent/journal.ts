import { appendFileSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { z } from 'zod'
import type { Json } from '../contracts/json.ts'

const entrySchema = z.object({ at: z.string(), type: z.string() }).catchall(z.json())

/** One line of a run's `journal.jsonl`. */
export type JournalEntry = { at: string; type: string } & { [key: string]: Json }

export interface Journal {
  /** Written through to the file before it returns, so that it precedes the effect it announces. */
  write(type: string, fields: { [key: string]: Json }): void
}

/** Opens `file` for appending; its folder is made, readable by its owner only. */
export function openJournal(file: string, now: () => number): Journal {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  return {
    write(type, fields) {
      const entry: JournalEntry = { at: new Date(now()).toISOString(), type, ...fields }
      appendFileSync(file, `${JSON.stringify(entry)}\n`, { mode: 0o600 })
    },
  }
}

/** All whole entries; a last line cut by a kill is left out. */
export function readJournal(file: string): JournalEntry[] {
  const entries: JournalEntry[] = []
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    if (line === '') continue
    try {
      entries.push(entrySchema.parse(JSON.parse(line)) as JournalEntry)
    } catch {
      break
    }
  }
  return entries
}
