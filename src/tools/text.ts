import { AgentError } from '../contracts/errors.ts'

const BOM = '\uFEFF'

/** A text file taken apart so that it can be put together again byte for byte. */
export interface DecodedText {
  bom: boolean
  /** Without the byte order mark; line ends as they are. */
  text: string
}

/** Throws BINARY_FILE for content with NUL bytes and NOT_UTF8 for other encodings, which an edit would corrupt. */
export function decodeText(content: Buffer, path: string): DecodedText {
  if (content.subarray(0, 8192).includes(0)) {
    throw new AgentError('usage', 'BINARY_FILE', 'This is a binary file and cannot be shown as text.', {
      value: path,
      next: 'Inspect it with a command, e.g. Bash {"command": "file … && xxd … | head"}.',
    })
  }
  const text = content.toString('utf8')
  if (!Buffer.from(text, 'utf8').equals(content)) {
    throw new AgentError('usage', 'NOT_UTF8', 'This file is not valid UTF-8.', {
      value: path,
      next: 'Convert a copy with Bash (iconv) to look at it; leave the original as it is.',
    })
  }
  return text.startsWith(BOM) ? { bom: true, text: text.slice(1) } : { bom: false, text }
}

/** The inverse of `decodeText`. */
export function encodeText({ bom, text }: DecodedText): Buffer {
  return Buffer.from((bom ? BOM : '') + text, 'utf8')
}

/** Lines without their ends; a final line end does not open another line. */
export function splitLines(text: string): string[] {
  const lines = text.split(/\r?\n/)
  if (lines.at(-1) === '') lines.pop()
  return lines
}

/** `N<TAB>line` for each line; `first` is the number of the first. */
export function numberLines(lines: string[], first: number): string {
  return lines.map((line, index) => `${first + index}\t${line}`).join('\n')
}

/** `1 file`, `2 files`. */
export function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : word.endsWith('ch') ? 'es' : 's'}`
}
