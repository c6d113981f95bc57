import type { AgentError } from '../contracts/errors.ts'

/** Code, message, value and what to do next, on stderr; never a stack trace. */
export function tellError({ code, message, value, next }: AgentError): void {
  const shown = value === '' || message.includes(value) ? '' : `  ${value}\n`
  process.stderr.write(`${code}: ${message}\n${shown}next: ${next}\n`)
}
