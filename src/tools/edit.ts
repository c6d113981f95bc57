import { z } from 'zod'
import { AgentError } from '../contracts/errors.ts'
import type { Tool } from '../contracts/tool.ts'
import { digest, expectFile, refuseStale, relativePath, type ToolHost } from './host.ts'
import { nearestLines } from './nearest.ts'
import { missing } from './read.ts'
import { decodeText, encodeText, numberLines, splitLines } from './text.ts'

const input = z.strictObject({
  file_path: z.string().min(1).describe('Path of the file, absolute or relative to the project root'),
  old_string: z.string().describe('The text to replace, exactly as in the file, without line numbers'),
  new_string: z.string().describe('The text to put in its place'),
  replace_all: z.boolean().optional().describe('Replace every occurrence; without it old_string must occur once'),
})

type Input = z.infer<typeof input>

/** Replaces exact text in a file; byte order mark, line ends and mode survive. */
export function editTool(host: ToolHost): Tool<Input> {
  return {
    name: 'Edit',
    kind: 'primitive',
    description:
      'Replaces exact text in a file. old_string must occur exactly once unless replace_all is true. Line ends, byte order mark and file mode are kept.',
    input,
    annotations: {
      title: 'Edit a file',
      readOnlyHint: false,
      destructiveHint: true,
      idempotentHint: false,
      openWorldHint: false,
    },
    async run(edit) {
      const relative = relativePath(host.files, edit.file_path)
      refuseSenseless(edit)
      await expectFile(host.files, relative)
      const content = await host.files.read(relative)
      if (content === null) throw await missing(host, relative)
      refuseStale(host, relative, content)
      const { bom, text } = decodeText(content, relative)
      const matches = findMatches(text, edit.old_string)
      refuseUnclear(edit, text, matches)
      const replaced = replace(text, matches, edit.new_string)
      const bytes = encodeText({ bom, text: replaced })
      await host.files.write(relative, bytes)
      host.seen.set(relative, digest(bytes))
      const line = lineAt(text, matches[0]?.start ?? 0)
      const count = matches.length === 1 ? '' : ` in ${matches.length} places`
      return {
        text: `Edited ${relative}${count}. Around the ${count ? 'first ' : ''}change:\n${around(replaced, line)}`,
      }
    },
  }
}

interface Match {
  start: number
  end: number
}

function refuseSenseless({ old_string, new_string }: Input): void {
  if (old_string === new_string) {
    throw new AgentError('usage', 'NOTHING_TO_CHANGE', 'old_string and new_string are identical.', {
      next: 'Give a new_string that differs, or leave the file as it is.',
    })
  }
  if (old_string === '') {
    throw new AgentError('usage', 'EMPTY_OLD_STRING', 'old_string is empty.', {
      next: 'Quote the text next to where the new text belongs, or use Write for a new file.',
    })
  }
}

function refuseUnclear({ old_string, replace_all }: Input, text: string, matches: Match[]): void {
  if (matches.length === 0) {
    const nearest = nearestLines(splitLines(text), splitLines(old_string))
    const hint = nearest
      ? ` The nearest text is${nearest.whitespaceOnly ? ' the same but for white space' : ''}:\n${numberLines(nearest.lines, nearest.first)}`
      : ' Nothing in the file resembles it.'
    throw new AgentError('usage', 'NOT_FOUND', `old_string was not found in the file.${hint}`, {
      next: 'Copy the text exactly as the file has it (Read shows it), without line numbers.',
    })
  }
  if (matches.length > 1 && !replace_all) {
    const lines = matches.slice(0, 20).map(({ start }) => lineAt(text, start))
    throw new AgentError(
      'usage',
      'AMBIGUOUS',
      `Found ${matches.length} matches of old_string, on lines ${lines.join(', ')}.`,
      {
        next: 'Add surrounding lines until it is unique, or set replace_all to true.',
      },
    )
  }
}

/** Where `wanted` occurs in `text`, a CRLF in either counting as LF. */
function findMatches(text: string, wanted: string): Match[] {
  const needle = wanted.replaceAll('\r\n', '\n')
  const { plain, original } = withoutCr(text)
  const matches: Match[] = []
  for (let at = plain.indexOf(needle); at !== -1; at = plain.indexOf(needle, at + needle.length)) {
    matches.push({ start: original(at), end: original(at + needle.length) })
  }
  return matches
}

/** The text with LF ends alone, and the way from its offsets back to those of the original. */
function withoutCr(text: string): { plain: string; original(offset: number): number } {
  const dropped = [...text.matchAll(/\r\n/g)].map((match, index) => match.index - index)
  return {
    plain: text.replaceAll('\r\n', '\n'),
    original(offset) {
      let [low, high] = [0, dropped.length]
      while (low < high) {
        const middle = (low + high) >> 1
        if ((dropped[middle] as number) < offset) low = middle + 1
        else high = middle
      }
      return offset + low
    },
  }
}

function replace(text: string, matches: Match[], wanted: string): string {
  const fallback = prefersCrLf(text)
  let result = ''
  let last = 0
  for (const { start, end } of matches) {
    const old = text.slice(start, end)
    const crLf = old.includes('\n') ? prefersCrLf(old) : fallback
    const plain = wanted.replaceAll('\r\n', '\n')
    result += text.slice(last, start) + (crLf ? plain.replaceAll('\n', '\r\n') : plain)
    last = end
  }
  return result + text.slice(last)
}

function prefersCrLf(text: string): boolean {
  const lines = text.split('\n').length - 1
  const crLf = text.split('\r\n').length - 1
  return crLf * 2 > lines
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length
}

function around(text: string, line: number): string {
  const lines = splitLines(text)
  const first = Math.max(1, Math.min(line, lines.length) - 3)
  return numberLines(lines.slice(first - 1, line + 6), first)
}
