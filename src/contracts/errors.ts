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
