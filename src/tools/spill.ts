import { constants } from 'node:fs'
import { mkdir, open, readdir } from 'node:fs/promises'
import path from 'node:path'
import type { ToolHost } from './host.ts'

const NAME = /^bash-\d+\.txt$/

/** Makes the next `bash-N.txt` of the spill directory, readable by the owner alone, and answers its absolute path. */
export async function createSpill(host: ToolHost, content: string): Promise<string> {
  await mkdir(host.spillDir, { recursive: true, mode: 0o700 })
  for (let next = (await readdir(host.spillDir)).filter((name) => NAME.test(name)).length + 1; ; next++) {
    const file = path.join(host.spillDir, `bash-${next}.txt`)
    try {
      const handle = await open(file, 'wx', 0o600)
      await handle.writeFile(content)
      await handle.close()
      return file
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
  }
}

/** Content of a file that `createSpill` made; `null` when the path is no such file. */
export async function readSpill(host: ToolHost, filePath: string): Promise<Buffer | null> {
  if (path.dirname(filePath) !== path.resolve(host.spillDir) || !NAME.test(path.basename(filePath))) return null
  try {
    const handle = await open(filePath, constants.O_RDONLY | constants.O_NOFOLLOW)
    try {
      return (await handle.stat()).isFile() ? await handle.readFile() : null
    } finally {
      await handle.close()
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}
