import type { ErrorKind } from '../contracts/errors.ts'
import type { RunOutcome } from '../contracts/result.ts'

const EXIT_CODES: Record<ErrorKind, number> = {
  internal: 1,
  usage: 2,
  environment: 3,
  budget: 4,
  model: 5,
  safety: 6,
  interrupted: 130,
}

/** The process's exit code for an error, as the command line's contract has it. */
export function exitCodeOf(kind: ErrorKind): number {
  return EXIT_CODES[kind]
}

/** The exit code of `agent run`; with `failOnFindings` a bug counts, also a known one, until people say that it is intended. */
export function exitCodeOfRun(
  { error, status, findings }: Pick<RunOutcome, 'error' | 'status' | 'findings'>,
  failOnFindings: boolean,
): number {
  if (error !== null) return exitCodeOf(error.kind)
  if (status !== 'verified') return 1
  return failOnFindings && findings.some(({ decision }) => decision?.verdict !== 'accepted') ? 1 : 0
}
