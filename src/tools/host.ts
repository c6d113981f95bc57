import { createHash } from 'node:crypto'
import path from 'node:path'
import { AgentError } from '../contracts/errors.ts'
import type { Files } from '../contracts/files.ts'
import type { Command, CommandResult, Running } from '../contracts/sandbox.ts'

/**
 * What the primitive tools act on. Containment, write scope and isolation are the business of `files` and of the sandbox
 * behind `runCommand` and `spawnCommand`; the tools never touch the machine themselves, spilled output aside.
 */
export interface ToolHost {
  files: Files
  /** A command in the project's root with the host's own variables where `env` is missing. */
  runCommand(command: Command): Promise<CommandResult>
  /** The same for a command that stays; whoever made the host ends it. */
  spawnCommand(command: Omit<Command, 'timeoutMs' | 'stdin'>): Promise<Running>
  /** Digest of each file as it was last read or written through the tools, by relative path. */
  seen: Map<string, string>
  /** Absolute directory for output too long to hand over; made when needed. */
  spillDir: string
}

/** The file's path relative to the root with forward slashes; `Files` refuses what lies outside. */
export function relativePath(files: Files, filePath: string): string {
  if (filePath.includes('\0')) {
    throw new AgentError('usage', 'BAD_PATH', 'The path contains a NUL byte.', { next: 'Give a plain file path.' })
  }
  const relative = path.relative(files.root, path.resolve(files.root, filePath))
  return relative.split(path.sep).join('/') || '.'
}

/** Identifies a file's content, so that a change since the last read shows even when the clock does not. */
export function digest(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex')
}

/** Throws MODIFIED_SINCE_READ when somebody else changed a file that was read before. */
export function refuseStale(host: ToolHost, relative: string, current: Buffer): void {
  const seen = host.seen.get(relative)
  if (seen === undefined || seen === digest(current)) return
  throw new AgentError('usage', 'MODIFIED_SINCE_READ', 'The file has been modified since it was read.', {
    value: relative,
    next: 'Read it again, then repeat the change on its present content.',
  })
}

/** Throws when the path is a directory, a FIFO, a socket or a device; answers whether a file is there. */
export async function expectFile(files: Files, relative: string): Promise<{ size: number } | null> {
  const stat = await files.stat?.(relative)
  if (stat?.kind === 'directory') {
    throw new AgentError('usage', 'IS_DIRECTORY', 'This is a directory, not a file.', {
      value: relative,
      next: `List its files with Glob, pattern "**/*" and path "${relative}".`,
    })
  }
  if (stat?.kind === 'other') {
    throw new AgentError('usage', 'NOT_A_FILE', 'This is a device, socket or pipe, not a file.', {
      value: relative,
      next: 'Name a regular file.',
    })
  }
  return stat ?? null
}
