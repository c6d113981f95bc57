import { oneLine, plain } from './one-line.ts'

/**
 * Text of the project in a Markdown sentence: shown as it is, never as formatting, HTML, a mention of a person (`@name`), a link to an
 * issue (`#12`) or to a page (`https://…`); also where it begins a line, never as a heading or an item of a list.
 */
export function prose(text: string): string {
  return oneLine(text)
    .replace(/[\\`*_[\]{}|~$]/g, '\\$&')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/^(?=[#+=-])|(?<=^\d+)(?=[.)])/, '\\')
    .replace(/[@#](?=\w)|\b(?:[a-z]+:(?=\/\/)|www(?=\.))/gi, '$&<!-- -->')
}

/** The same as code in a sentence; the fence is longer than any in the text. */
export function code(text: string): string {
  const line = oneLine(text)
  const fence = '`'.repeat(longestRun(line) + 1)
  const pad = line === '' || line.startsWith('`') || line.endsWith('`') ? ' ' : ''
  return `${fence}${pad}${line}${pad}${fence}`
}

/** Lines of code in a block of their own, indented to stay in a list item. */
export function codeBlock(text: string, indent: string): string[] {
  const fence = '`'.repeat(Math.max(3, longestRun(text) + 1))
  return [fence, ...plain(text).split('\n'), fence].map((line) => indent + line)
}

function longestRun(text: string): number {
  return Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length))
}
