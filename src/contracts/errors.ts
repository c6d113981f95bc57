/** What an error means for the process that hits it; `cli/` turns it into an exit code. */
export type ErrorKind = 'usage' | 'environment' | 'budget' | 'model' | 'safety' | 'interrupted' | 'internal'

/**
 * The one family of errors a user may see: what went wrong, the value that caused it, and what to do next.
 * `code` is stable and SCREAMING_SNAKE, e.g. `NO_SUCH_PATH`.
 */
export class AgentError extends Error {
  readonly code: string
  readonly kind: ErrorKind
  readonly value: string
  readonly next: string

  constructor(kind: ErrorKind, code: string, message: string, details: { value?: string; next: string }) {
    super(message)
    this.name = 'AgentError'
    this.kind = kind
    this.code = code
    this.value = details.value ?? ''
    this.next = details.next
  }
}

/** Any thrown thing as an error for users: what was aborted was interrupted, what nobody foresaw is a bug of ours. */
export function toAgentError(reason: unknown): AgentError {
  if (reason instanceof AgentError) return reason
  if (reason instanceof Error && reason.name === 'AbortError') return interrupted()
  const { code, message } = reason instanceof Error ? (reason as NodeJS.ErrnoException) : { message: String(reason) }
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new AgentError('environment', 'DISK_FULL', message, { next: 'Make room, then run again.' })
  return new AgentError('internal', 'INTERNAL_ERROR', message, {
    next: 'This is a bug of ours; please report it, with the journal in the run’s folder if there is one.',
  })
}

export function interrupted(): AgentError {
  return new AgentError('interrupted', 'INTERRUPTED', 'Interrupted.', { next: 'Run again when ready.' })
}
