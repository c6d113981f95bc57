import { createHash, randomBytes } from 'node:crypto'
import { readFileSync, rmSync } from 'node:fs'
import { link, mkdir, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AgentError } from '../contracts/errors.ts'
import { locksDir } from './directories.ts'
import { isAlive, type ProcessIdentity, thisProcess } from './process-identity.ts'
import { projectKey } from './project-key.ts'

/** Who replaces a stale lock needs a moment. */
const CLAIM_POLL_MS = 5

/**
 * Claims a project for this process; answers the function that lets it go. The lock lies outside the project, and one that a
 * dead process left is taken over. Throws `ALREADY_RUNNING` while another run holds it.
 */
export async function lockProject(root: string): Promise<() => Promise<void>> {
  const real = await realpath(root)
  await mkdir(locksDir(), { recursive: true, mode: 0o700 })
  const lock = join(locksDir(), `${await projectKey(real)}.json`)
  const mine = JSON.stringify({ ...thisProcess(), root: real, token: randomBytes(8).toString('hex') })
  const aside = `${lock}.${randomBytes(6).toString('hex')}`
  await writeFile(aside, mine, { mode: 0o600 })
  try {
    // A link appears with its content in one step; whoever reads the lock reads it whole.
    while (!(await tryLink(aside, lock))) {
      const theirs = await readFile(lock, 'utf8').catch((error: NodeJS.ErrnoException) => {
        // Let go in this very moment: to be tried again. What is there and cannot be read would be tried for ever.
        if (error.code === 'ENOENT') return null
        throw unreadable(lock, error)
      })
      if (theirs === null) continue
      const holder = parse(theirs)
      if (holder && isAlive(holder))
        throw new AgentError('environment', 'ALREADY_RUNNING', `process ${holder.pid} is already working on ${real}`, {
          value: String(holder.pid),
          next: 'Wait until it has finished, or stop it.',
        })
      if (await replaceStale(lock, theirs, aside)) break
    }
  } finally {
    await rm(aside, { force: true })
  }
  const unlock = () => {
    if (readQuietly(lock) === mine) rmSync(lock, { force: true })
  }
  process.once('exit', unlock)
  return async () => {
    process.off('exit', unlock)
    unlock()
  }
}

function unreadable(lock: string, error: Error): AgentError {
  return new AgentError('environment', 'LOCK_UNREADABLE', `The project’s lock cannot be read: ${error.message}`, {
    value: lock,
    next: 'Remove it, or make it readable, when no other run is at work (an earlier one may have run as another user).',
  })
}

function readQuietly(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return null
  }
}

async function tryLink(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/**
 * Puts `ours` in the place of a lock whose holder is dead. Only who has claimed that very content may replace it, and only
 * while it is still there, so that of many one wins; a claim whose maker died is dropped.
 */
async function replaceStale(lock: string, stale: string, ours: string): Promise<boolean> {
  const claim = `${lock}.${createHash('sha256').update(stale).digest('hex').slice(0, 12)}.claim`
  if (!(await tryLink(ours, claim))) {
    const text = await readFile(claim, 'utf8').catch(() => null)
    const claimant = text === null ? null : parse(text)
    if (text !== null && (claimant === null || !isAlive(claimant))) await rm(claim, { force: true })
    else await new Promise((resolve) => setTimeout(resolve, CLAIM_POLL_MS))
    return false
  }
  try {
    if (readQuietly(lock) !== stale) return false
    await rename(ours, lock)
    return true
  } finally {
    await rm(claim, { force: true })
  }
}

function parse(text: string): ProcessIdentity | null {
  try {
    const { pid, started } = JSON.parse(text)
    return Number.isInteger(pid) ? { pid, started: typeof started === 'string' ? started : null } : null
  } catch {
    return null
  }
}
