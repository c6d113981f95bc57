import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import { AgentError } from '../contracts/errors.ts'

/** Throws PROJECT_READ_ONLY where nothing can be written, before minutes are spent on what could not be kept. */
export async function assertWritable(root: string): Promise<void> {
  await access(root, constants.W_OK).catch(() => {
    throw new AgentError('environment', 'PROJECT_READ_ONLY', 'The project cannot be written to.', {
      value: root,
      next: 'Make it writable for this user, or run on a copy of it.',
    })
  })
}
