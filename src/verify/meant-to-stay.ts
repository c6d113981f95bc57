import { listIgnored } from '../workspace/git-ignored.ts'
import type { Residue } from './footprint.ts'

/** Tables that are written to and never taken from: what happened stays on record. */
const RECORDS =
  /(^|[._])(audit\w*|(change|event|access|activity|request)?_?logs?|changelogs?|history|histories|journal|outbox)(_|$)|_(audit|log|logs|history|outbox)$/i

/**
 * Without what stays on purpose: rows added to a table that keeps records, and files that the project has git ignore, such as
 * reports. `root`: the project's place on the machine.
 */
export async function withoutMeantToStay(residue: Residue[], root: string): Promise<Residue[]> {
  const files = residue.filter(({ kind }) => kind === 'file').map(({ name }) => name)
  const ignored = await listIgnored(root, files)
  return residue.filter(({ kind, name, detail }) => {
    if (kind === 'rows') return !(/ inserted\b/.test(detail) && RECORDS.test(name.replace(/^[^.]*\./, '')))
    return kind !== 'file' || !ignored.has(name)
  })
}
