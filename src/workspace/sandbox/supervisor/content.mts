import { randomBytes } from 'node:crypto'
import { constants, copyFile, mkdir, open, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Content } from './protocol.mts'

/** Larger contents than this travel as a file instead of as a line. */
const LINE_LIMIT = 256 * 1024

export async function readContent(path: string, shared: string): Promise<Content> {
  const info = await stat(path)
  if (!info.isFile() || info.size <= LINE_LIMIT) return { data: (await readFile(path)).toString('base64') }
  const file = randomBytes(8).toString('hex')
  await copyFile(path, join(shared, file), constants.COPYFILE_FICLONE)
  return { file }
}

export async function writeContent(path: string, content: Content, shared: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  if ('data' in content) return writeFile(path, Buffer.from(content.data, 'base64'))
  const from = join(shared, basename(content.file))
  // Into the existing file, as a plain write does, so that its mode stays.
  await copyFile(from, path, constants.COPYFILE_FICLONE)
  await rm(from)
}

/** Makes `bytes` ready for the other side. */
export async function handContent(bytes: Buffer, shared: string): Promise<Content> {
  if (bytes.length <= LINE_LIMIT) return { data: bytes.toString('base64') }
  const file = randomBytes(8).toString('hex')
  await writeFile(join(shared, file), bytes, { flag: 'wx' })
  return { file }
}

/** What the other side handed over. The directory is writable from inside: a link planted there is not followed. */
export async function takeContent(content: Content, shared: string): Promise<Buffer> {
  if ('data' in content) return Buffer.from(content.data, 'base64')
  const path = join(shared, basename(content.file))
  const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    if (!(await handle.stat()).isFile()) throw new Error('the sandbox handed over something that is no file')
    return await handle.readFile()
  } finally {
    await handle.close()
    await rm(path, { force: true })
  }
}
