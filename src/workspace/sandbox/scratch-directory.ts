import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A fresh directory of the machine for one sandbox; its path is short enough for Unix sockets. */
export function createPlace(): string {
  return mkdtempSync(join(tmpdir(), 'itb-'))
}

export function removePlace(place: string): void {
  rmSync(place, { recursive: true, force: true })
}
