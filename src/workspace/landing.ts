import { lstat, mkdir, readdir, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { z } from 'zod'
import type { Files } from '../contracts/files.ts'
import { locksDir } from './directories.ts'
import { projectKey } from './project-key.ts'

/** A file that landing writes (`after`) over what is there (`before`); `null`: no file. */
export interface LandingChange {
  path: string
  before: string | null
  after: string | null
}

const noteSchema = z.object({
  changes: z.array(z.object({ path: z.string(), before: z.string().nullable(), after: z.string().nullable() })),
  /** Folders that landing makes, the innermost first. */
  folders: z.array(z.string()),
})

/**
 * Notes outside the project what is about to be written into it, so that the next run can undo it where a kill interrupts. Answers
 * how to take the note away again.
 */
export async function noteLanding(root: string, changes: LandingChange[]): Promise<() => Promise<void>> {
  const note = await noteFile(root)
  const folders = new Set<string>()
  for (const { path, after } of changes)
    if (after !== null) for (const folder of await missingFolders(root, path)) folders.add(folder)
  const innermostFirst = [...folders].sort((a, b) => b.length - a.length)
  await mkdir(dirname(note), { recursive: true, mode: 0o700 })
  await writeFile(`${note}.new`, JSON.stringify({ changes, folders: innermostFirst }), { mode: 0o600 })
  await rename(`${note}.new`, note)
  return () => rm(note, { force: true })
}

/**
 * Puts back what an interrupted landing had written into the project, and answers those paths. A file that was changed since is
 * somebody's work and stays. To be called by the one who holds the project's lock.
 */
export async function undoLanding(files: Files): Promise<string[]> {
  const note = await noteFile(files.root)
  const text = await readFile(note, 'utf8').catch(() => null)
  if (text === null) return []
  const parsed = noteSchema.safeParse(JSON.parse(text))
  const { changes, folders } = parsed.data ?? { changes: [], folders: [] }
  const undone: string[] = []
  const present = await Promise.all(changes.map(({ path }) => readQuietly(files, path)))
  // All of it is there: nothing was interrupted but the taking away of the note.
  const complete = changes.every(({ after }, index) => present[index] === after)
  for (const [index, { path, before, after }] of complete ? [] : changes.entries()) {
    await removeHalfWritten(join(files.root, path))
    if (before === after || present[index] !== after) continue
    await (before === null ? files.remove(path) : files.write(path, before))
    undone.push(path)
  }
  if (!complete) for (const folder of folders) await rmdir(join(files.root, folder)).catch(() => undefined)
  await rm(note, { force: true })
  return undone
}

/** `undefined`: what is there cannot be read as a file of the project, so it is not ours. */
const readQuietly = (files: Files, path: string) => files.readText(path).catch(() => undefined)

/** A file appears in one step, by renaming; what it was written under until then carries its name and a random word. */
async function removeHalfWritten(file: string): Promise<void> {
  const folder = dirname(file)
  for (const name of await readdir(folder).catch(() => [])) {
    const rest = name.startsWith(`.${basename(file)}.`) ? name.slice(basename(file).length + 2) : ''
    if (/^[0-9a-f]{12}$/.test(rest)) await rm(join(folder, name), { force: true })
  }
}

async function noteFile(root: string): Promise<string> {
  return join(locksDir(), `${await projectKey(root)}.landing.json`)
}

/** Folders above a file that are not there, the innermost first; relative to the root. */
export async function missingFolders(root: string, path: string): Promise<string[]> {
  const missing: string[] = []
  for (let at = dirname(path); at !== '.' && at !== '/'; at = dirname(at)) {
    if (await lstat(join(root, at)).catch(() => null)) break
    missing.push(at)
  }
  return missing
}
