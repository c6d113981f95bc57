const WAL_HEADER = 32
const FRAME_HEADER = 24

/**
 * The database as a reader would see it: the main file with every committed frame of its write-ahead log applied, and
 * marked as using a rollback journal so that an engine without shared memory opens it. Neither buffer is changed.
 */
export function applyWal(database: Buffer, wal: Buffer | null): Buffer {
  const frames = wal ? committedFrames(wal) : null
  const copy = frames ? patch(database, frames) : Buffer.from(database)
  if (copy.length >= 20) {
    copy[18] = 1
    copy[19] = 1
  }
  return copy
}

/** Does the file say that it is written through a write-ahead log? */
export function usesWal(database: Buffer): boolean {
  return database.length >= 20 && database[18] === 2
}

interface Frames {
  pageSize: number
  /** Pages of the database after the last commit. */
  pages: number
  content: Map<number, Buffer>
}

function committedFrames(wal: Buffer): Frames | null {
  if (wal.length < WAL_HEADER) return null
  const magic = wal.readUInt32BE(0)
  if (magic !== 0x377f0682 && magic !== 0x377f0683) return null
  const bigEndian = magic === 0x377f0683
  const pageSize = wal.readUInt32BE(8)
  let sum = checksum(wal.subarray(0, 24), [0, 0], bigEndian)
  if (sum[0] !== wal.readUInt32BE(24) || sum[1] !== wal.readUInt32BE(28)) return null

  const committed: Frames = { pageSize, pages: 0, content: new Map() }
  let pending = new Map<number, Buffer>()
  for (let at = WAL_HEADER; at + FRAME_HEADER + pageSize <= wal.length; at += FRAME_HEADER + pageSize) {
    const header = wal.subarray(at, at + FRAME_HEADER)
    const page = wal.subarray(at + FRAME_HEADER, at + FRAME_HEADER + pageSize)
    // Frames of an earlier generation of the log carry other salts: the log ends before them.
    if (!header.subarray(8, 16).equals(wal.subarray(16, 24))) break
    sum = checksum(page, checksum(header.subarray(0, 8), sum, bigEndian), bigEndian)
    if (sum[0] !== header.readUInt32BE(16) || sum[1] !== header.readUInt32BE(20)) break
    pending.set(header.readUInt32BE(0), page)
    const pagesAfterCommit = header.readUInt32BE(4)
    if (pagesAfterCommit === 0) continue
    for (const [number, content] of pending) committed.content.set(number, content)
    committed.pages = pagesAfterCommit
    pending = new Map()
  }
  return committed.pages > 0 ? committed : null
}

function checksum(data: Buffer, [s0, s1]: [number, number], bigEndian: boolean): [number, number] {
  for (let at = 0; at < data.length; at += 8) {
    s0 = (s0 + (bigEndian ? data.readUInt32BE(at) : data.readUInt32LE(at)) + s1) >>> 0
    s1 = (s1 + (bigEndian ? data.readUInt32BE(at + 4) : data.readUInt32LE(at + 4)) + s0) >>> 0
  }
  return [s0, s1]
}

function patch(database: Buffer, frames: Frames): Buffer {
  const copy = Buffer.alloc(frames.pages * frames.pageSize)
  database.copy(copy, 0, 0, Math.min(database.length, copy.length))
  for (const [number, content] of frames.content) {
    if (number <= frames.pages) content.copy(copy, (number - 1) * frames.pageSize)
  }
  return copy
}
