/** What is said where something that tests and application run on is not there or used up. */
const ENVIRONMENT = [
  /\b(?:ECONNREFUSED|ENETUNREACH|EHOSTUNREACH|ENOTFOUND|EAI_AGAIN|ETIMEDOUT)\b/,
  /\b(?:EADDRINUSE|EMFILE|ENFILE|ENOSPC|EDQUOT|ENOMEM)\b|heap out of memory/,
  /password authentication failed|too many (?:clients|connections)|the database system is (?:starting up|shutting down)/i,
  /server is not for tests: it lacks the setting/,
  /server does not support SSL/i,
  /Cannot connect to the Docker daemon|container runtime strategy|docker(?:-compose)?: (?:command )?not found/i,
  /Cannot find (?:module|package) '(?![./])[^']+'/,
]

/** The line that shows a failure to be the environment's; `null` where none does. */
export function environmentSign(text: string): string | null {
  const lines = text.split('\n').filter((line) => ENVIRONMENT.some((sign) => sign.test(line)))
  // A stack's first line says more than the fields of the error printed below it.
  const line = lines.find((candidate) => !/^\s*(at |code|errno|syscall|name)\b/.test(candidate)) ?? lines[0]
  return line === undefined ? null : shorten(line)
}

const MISTAKE = /^(?:\w+: )?((?:TypeError|ReferenceError|SyntaxError|RangeError): .*)/m

/** The error in a test's own code, where the first frame of the project below it is in one of the suite's files. */
export function mistakeIn(text: string, suiteFiles: string[]): string | null {
  const error = MISTAKE.exec(text)
  if (error === null) return null
  const frames = text.slice(error.index).match(/^\s+at .*$/gm) ?? []
  const own = frames.find((frame) => !/node_modules|node:|<anonymous>\)?$/.test(frame))
  return own !== undefined && suiteFiles.some((file) => own.includes(file)) ? shorten(error[1] ?? '') : null
}

/** The runner gave up on it. */
export function isTimeout(text: string): boolean {
  return /Exceeded timeout of|Async callback was not invoked|[Tt]imeout of \d+ ?ms exceeded|Test timed out in/.test(
    text,
  )
}

/** What two failures for the same reason have in common: their words without numbers and values made up for one test. */
export function wordsOf(text: string): string {
  return withoutStack(text)
    .replace(/"[^"\n]*"|'[^'\n]*'|[\w-]*\d[\w-]*/g, '#')
    .replace(/\s+/g, ' ')
    .slice(0, 600)
}

/** The first words of a failure on one line, without its stack. */
export function shorten(text: string): string {
  return withoutStack(text).trim().replace(/\s+/g, ' ').slice(0, 200)
}

const withoutStack = (text: string) => text.split(/^\s+at /m, 1).join('')
