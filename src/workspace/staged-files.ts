import { mkdir, readFile, rmdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Files } from '../contracts/files.ts'
import { plainPath } from './contained-path.ts'
import { missingFolders } from './landing.ts'
import { openWorkspace, type Workspace } from './workspace.ts'

/** A project's files with changes that lie elsewhere until they are landed. */
export interface StagedFiles extends Files {
  /** Paths written and not removed again, sorted. */
  list(): Promise<string[]>
  /** Writes and removes in `to` what was staged: all of it, or, when that throws, nothing. */
  land(to: Files): Promise<void>
}

/**
 * `base` seen through changes kept in `dir`, a folder outside the project: reads see what is staged first, writes obey the
 * write scope of `base`. What an earlier process staged in the same folder is there again.
 */
export async function stageFiles(base: Workspace, dir: string): Promise<StagedFiles> {
  const written = join(dir, 'files')
  const removedFile = join(dir, 'removed.json')
  await mkdir(written, { recursive: true, mode: 0o700 })
  const staged = await openWorkspace(written, { writeScope: ['**'], fileMode: 0o600 })
  const removed = new Set<string>(JSON.parse(await readFile(removedFile, 'utf8').catch(() => '[]')) as string[])
  const saveRemoved = () => writeFile(removedFile, JSON.stringify([...removed]), { mode: 0o600 })
  const everything = () => staged.glob(['**', '**/{node_modules,dist,build,coverage,vendor}/**'], { dot: true })
  const name = (path: string) => plainPath(base.root, path)
  const read = async (path: string) =>
    (await staged.read(name(path))) ?? (removed.has(name(path)) ? null : await base.read(path))

  return {
    root: base.root,
    read,
    stat: async (path) => (await staged.stat(path)) ?? (removed.has(path) ? null : await base.stat(path)),
    readText: async (path) => (await read(path))?.toString('utf8') ?? null,
    async write(path, content) {
      await base.checkWrite(path)
      await staged.write(name(path), content)
      if (removed.delete(name(path))) await saveRemoved()
    },
    async remove(path) {
      await base.checkWrite(path)
      await staged.remove(name(path))
      if ((await base.read(path)) === null) return
      removed.add(name(path))
      await saveRemoved()
    },
    async glob(patterns, options) {
      const [here, there] = await Promise.all([staged.glob(patterns, options), base.glob(patterns, options)])
      return [...new Set([...here, ...there.filter((path) => !removed.has(path))])].sort()
    },
    list: everything,
    async land(to) {
      const undo: (() => Promise<unknown>)[] = []
      try {
        for (const path of [...(await everything()), ...removed]) {
          const [before, after] = [await to.read(path), await staged.read(path)]
          if (before === after || (before && after?.equals(before))) continue
          const made = await missingFolders(to.root, path)
          undo.push(async () => {
            await (before === null ? to.remove(path) : to.write(path, before)).catch(() => undefined)
            for (const folder of made) await rmdir(join(to.root, folder)).catch(() => undefined)
          })
          await (after === null ? to.remove(path) : to.write(path, after))
        }
      } catch (error) {
        for (const step of undo.reverse()) await step()
        throw error
      }
    },
  }
}
