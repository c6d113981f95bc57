import type { ErrorKind } from '../contracts/errors.ts'

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
