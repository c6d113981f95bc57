import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { isAlive, type ProcessIdentity, thisProcess } from '../process-identity.ts'

const PREFIX = 'itb-'
const OWNER = 'owner.json'
let swept = false
const present = new Set<string>()

/** A fresh directory of the machine for one sandbox; its path is short enough for Unix sockets. */
export function createPlace(): string {
  if (!swept) {
    sweepPlaces()
    // Whoever is told twice to end does not wait for sandboxes to stop.
    process.once('exit', () => present.forEach(tryRemove))
  }
  swept = true
  const place = mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`))
  present.add(place)
  writeFileSync(join(place, OWNER), JSON.stringify(thisProcess()))
  return place
}

export function removePlace(place: string): void {
  present.delete(place)
  rmSync(place, { recursive: true, force: true, maxRetries: 3 })
}

/** Removes what processes left that were killed; answers the directories. */
export function sweepPlaces(): string[] {
  const gone: string[] = []
  for (const name of readdirSync(tmpdir())) {
    const place = join(tmpdir(), name)
    if (!name.startsWith(PREFIX) || !isAbandoned(place)) continue
    if (tryRemove(place)) gone.push(place)
  }
  return gone
}

function tryRemove(place: string): boolean {
  try {
    removePlace(place)
    return true
  } catch {
    // Another user's, or another process sweeps too.
    return false
  }
}

function isAbandoned(place: string): boolean {
  try {
    if (process.getuid && statSync(place).uid !== process.getuid() && process.getuid() !== 0) return false
    return !isAlive(ownerOf(place))
  } catch {
    return false
  }
}

/** The name alone tells where the owner died before it could write more. */
function ownerOf(place: string): ProcessIdentity {
  try {
    return JSON.parse(readFileSync(join(place, OWNER), 'utf8')) as ProcessIdentity
  } catch {
    const pid = Number(basename(place).split('-')[1])
    return { pid: pid > 0 ? pid : process.pid, started: null }
  }
}
