import { createHash, randomBytes } from 'node:crypto'
import { readFileSync, rmSync } from 'node:fs'
import { link, mkdir, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AgentError } from '../contracts/errors.ts'
import { locksDir } from './directories.ts'
import { isAlive, type ProcessIdentity, thisProcess } from './process-identity.ts'

/**
 * Claims a project for this process; answers the function that lets it go. The lock lies outside the project, and one that a
 * dead process left is taken over. Throws `ALREADY_RUNNING` while another run holds it.
 */
export async function lockProject(root: string): Promise<() => Promise<void>> {
  const real = await realpath(root)
  await mkdir(locksDir(), { recursive: true, mode: 0o700 })
  const lock = join(locksDir(), `${createHash('sha256').update(real).digest('hex').slice(0, 24)}.json`)
  const mine = JSON.stringify({ ...thisProcess(), root: real, token: randomBytes(8).toString('hex') })
  const aside = `${lock}.${randomBytes(6).toString('hex')}`
  await writeFile(aside, mine, { mode: 0o600 })
  try {
    // A link appears with its content in one step; whoever reads the lock reads it whole.
    while (!(await tryLink(aside, lock))) {
      const theirs = await readFile(lock, 'utf8').catch(() => null)
      if (theirs === null) continue
      const holder = parse(theirs)
      if (holder && isAlive(holder))
        throw new AgentError('environment', 'ALREADY_RUNNING', `process ${holder.pid} is already working on ${real}`, {
          value: String(holder.pid),
          next: 'Wait until it has finished, or stop it.',
        })
      await takeAway(lock, theirs)
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

/** Removes a stale lock; one that was renewed between reading and taking is put back. */
async function takeAway(lock: string, stale: string): Promise<void> {
  const taken = `${lock}.${randomBytes(6).toString('hex')}`
  try {
    await rename(lock, taken)
  } catch {
    return
  }
  if ((await readFile(taken, 'utf8')) !== stale) await tryLink(taken, lock)
  await rm(taken, { force: true })
}

function parse(text: string): ProcessIdentity | null {
  try {
    const { pid, started } = JSON.parse(text)
    return Number.isInteger(pid) ? { pid, started: typeof started === 'string' ? started : null } : null
  } catch {
    return null
  }
}
