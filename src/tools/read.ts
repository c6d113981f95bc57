import { z } from 'zod'
import { AgentError } from '../contracts/errors.ts'
import type { Tool } from '../contracts/tool.ts'
import { digest, expectFile, relativePath, type ToolHost } from './host.ts'
import { readSpill } from './spill.ts'
import { decodeText, numberLines, plural, splitLines } from './text.ts'

const MAX_BYTES = 256 * 1024

const input = z.strictObject({
  file_path: z.string().min(1).describe('Path of the file, absolute or relative to the project root'),
  offset: z
    .number()
    .int()
    .min(1)
    .optional()
    .describe('First line to show, 1-based; for files too large to read at once'),
  limit: z.number().int().min(1).optional().describe('Number of lines to show'),
})

/** Shows a text file as `N<TAB>line`, whole or in part. */
export function readTool(host: ToolHost): Tool<z.infer<typeof input>> {
  return {
    name: 'Read',
    kind: 'primitive',
    description:
      'Reads a text file of the project. Answers each line as its 1-based number, a tab and the line. Files over 256 KB need offset and limit.',
    input,
    annotations: {
      title: 'Read a file',
      readOnlyHint: true,
      destructiveHint: false,
      idempotentHint: true,
      openWorldHint: false,
    },
    async run({ file_path, offset, limit }) {
      const content = (await readSpill(host, file_path)) ?? (await readProjectFile(host, file_path, offset ?? limit))
      if (content.length === 0) return { text: `The file exists but is empty: ${file_path}` }
      const lines = splitLines(decodeText(content, file_path).text)
      const first = offset ?? 1
      if (first > lines.length) {
        throw new AgentError('usage', 'OFFSET_PAST_END', `The file has only ${plural(lines.length, 'line')}.`, {
          value: `offset ${first}`,
          next: `Give an offset between 1 and ${lines.length}.`,
        })
      }
      const shown = numberLines(lines.slice(first - 1, limit === undefined ? undefined : first - 1 + limit), first)
      refuseLong(Buffer.byteLength(shown), file_path)
      return { text: shown }
    },
  }
}

async function readProjectFile(host: ToolHost, filePath: string, range: number | undefined): Promise<Buffer> {
  const relative = relativePath(host.files, filePath)
  const stat = await expectFile(host.files, relative)
  if (stat && range === undefined) refuseLong(stat.size, relative)
  const content = await host.files.read(relative)
  if (content === null) throw await missing(host, relative)
  host.seen.set(relative, digest(content))
  return content
}

function refuseLong(bytes: number, path: string): void {
  if (bytes <= MAX_BYTES) return
  const size = Math.ceil(bytes / 1024)
  throw new AgentError('usage', 'TOO_LARGE', `This is ${size} KB, more than the 256 KB that fit in one answer.`, {
    value: path,
    next: 'Ask for fewer lines with offset and limit, or search it with Grep.',
  })
}

/** Says that a file is missing and names files of the same name elsewhere. */
export async function missing(host: ToolHost, relative: string): Promise<AgentError> {
  const name = (relative.split('/').at(-1) ?? '').replace(/[[\]{}()*?!@+\\]/g, '\\$&')
  const similar = await host.files.glob([`**/${name}`, `**/${name.replace(/\.\w+$/, '')}.*`]).catch(() => [])
  const next =
    similar.length > 0 ? `Did you mean ${similar.slice(0, 3).join(' or ')}?` : 'Find the right path with Glob or Grep.'
  return new AgentError('usage', 'NO_SUCH_FILE', 'There is no such file.', { value: relative, next })
}
