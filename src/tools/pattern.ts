import { createContext, Script } from 'node:vm'
import { AgentError } from '../contracts/errors.ts'

const PATIENCE_MS = 2_000

const POSIX: Record<string, string> = {
  alpha: 'A-Za-z',
  digit: '0-9',
  alnum: 'A-Za-z0-9',
  upper: 'A-Z',
  lower: 'a-z',
  space: '\\s',
  punct: '!-\\/:-@\\[-`{-~',
  word: '\\w',
  xdigit: '0-9A-Fa-f',
}

/** A JavaScript expression that means what ripgrep's means. Throws BAD_PATTERN with the reason. */
export function compilePattern(pattern: string, options: { ignoreCase: boolean; multiline: boolean }): RegExp {
  let flags = `${options.ignoreCase ? 'i' : ''}${options.multiline ? 'gms' : ''}`
  let source = pattern.replace(/^\(\?([ims]+)\)/, (_, inline: string) => {
    for (const flag of inline) if (!flags.includes(flag)) flags += flag
    return ''
  })
  source = source
    .replaceAll('(?P<', '(?<')
    .replace(/\[:(\w+):\]/g, (whole, name: string) => POSIX[name] ?? whole)
    .replace(/\\([Az])/g, (whole, anchor: string) => (options.multiline ? whole : anchor === 'A' ? '^' : '$'))
  if (/\\[pP]\{/.test(source)) flags += 'u'
  try {
    return new RegExp(source, flags)
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^Invalid regular expression: /, '') : String(error)
    throw new AgentError('usage', 'BAD_PATTERN', `The pattern is not a valid regular expression: ${reason}.`, {
      value: pattern,
      next: 'Escape characters that are meant literally with a backslash, e.g. "\\(" or "\\{".',
    })
  }
}

const patient: { search: () => void } = { search() {} }
const context = createContext(patient)
const script = new Script('search()')

/** Runs a search and gives up on an expression that backtracks without end, which would stop the whole process. */
export function withPatience<T>(what: string, search: () => T): T {
  let found: T | undefined
  patient.search = () => {
    found = search()
  }
  try {
    script.runInContext(context, { timeout: PATIENCE_MS })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error
    throw new AgentError('usage', 'PATTERN_TOO_SLOW', `The pattern took more than ${PATIENCE_MS / 1000} s.`, {
      value: what,
      next: 'Remove nested repetition such as (a+)+, or search fewer files with path, glob or type.',
    })
  }
  return found as T
}
