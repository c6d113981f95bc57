import { toAgentError } from '../contracts/errors.ts'
import { tellError } from './tell-error.ts'

/**
 * A reader that goes away (`| head -1`) ends our talking, not our work: what was begun is finished or cleaned up, and the exit
 * code stays true. What nobody caught is told in words.
 */
export function guardProcess(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error
    })
  const end = (reason: unknown) => {
    tellError(toAgentError(reason))
    process.exit(1)
  }
  process.on('uncaughtException', end)
  process.on('unhandledRejection', end)
}
