import { z } from 'zod'
import { AgentError } from '../contracts/errors.ts'
import type { Tool } from '../contracts/tool.ts'
import { FILE_TYPES } from './filetypes.ts'
import { relativePath, type ToolHost } from './host.ts'
import { compilePattern, withPatience } from './pattern.ts'
import { missing } from './read.ts'

const DEFAULT_HEAD_LIMIT = 250
const MAX_COLUMNS = 500
const MAX_BYTES = 4 * 1024 * 1024

const lines = z.number().int().min(0).optional()
const input = z.strictObject({
  pattern: z
    .string()
    .min(1)
    .describe('Regular expression, in ripgrep\'s manner: "interface\\{\\}" finds "interface{}"'),
  path: z.string().min(1).optional().describe('File or directory to search; the project root by default'),
  glob: z.string().min(1).optional().describe('Only files that match, e.g. "*.ts" or "src/**"; "!" in front excludes'),
  type: z.string().min(1).optional().describe('Only files of this type, e.g. js, ts, py, go, json'),
  output_mode: z
    .enum(['files_with_matches', 'content', 'count'])
    .optional()
    .describe('Paths (default), matching lines, or the number of matching lines per file'),
  '-i': z.boolean().optional().describe('Ignore case'),
  '-n': z.boolean().optional().describe('Line numbers, in content mode; default true'),
  '-A': lines.describe('Lines to show after each match, in content mode'),
  '-B': lines.describe('Lines to show before each match, in content mode'),
  '-C': lines.describe('Lines to show before and after each match, in content mode'),
  multiline: z.boolean().optional().describe('Let the pattern span lines, with . matching line ends'),
  head_limit: z.number().int().min(0).optional().describe('Entries to show; default 250, 0 for all'),
})

type Input = z.infer<typeof input>

/** Searches file contents with a regular expression. */
export function grepTool(host: ToolHost): Tool<Input> {
  return {
    name: 'Grep',
    kind: 'primitive',
    description:
      "Searches the contents of the project's files with a regular expression, as ripgrep does. Hidden files, binary files and dependency, build and version control folders are left out unless path or glob names them.",
    input,
    annotations: {
      title: 'Search files',
      readOnlyHint: true,
      destructiveHint: false,
      idempotentHint: true,
      openWorldHint: false,
    },
    async run(query, { signal }) {
      const expression = compilePattern(query.pattern, {
        ignoreCase: query['-i'] ?? false,
        multiline: query.multiline ?? false,
      })
      const entries: string[] = []
      for (const path of await filesToSearch(host, query)) {
        signal.throwIfAborted()
        const text = await readSearchable(host, path)
        if (text === null) continue
        const all = text.split(/\r?\n/)
        if (all.at(-1) === '') all.pop()
        const hits = withPatience(path, () =>
          query.multiline ? spannedLines(text, expression) : matchingLines(all, expression),
        )
        if (hits.length > 0) entries.push(...present(query, path, all, hits))
      }
      return { text: limit(query, entries) }
    },
  }
}

async function filesToSearch(host: ToolHost, { path, glob, type }: Input): Promise<string[]> {
  const base = path === undefined ? '.' : relativePath(host.files, path)
  const stat = path === undefined ? null : await host.files.stat?.(base)
  if (stat?.kind === 'file') return [base]
  if (stat === null && path !== undefined) throw await missing(host, base)
  const literal = base.replace(/[[\]{}()*?!@+\\]/g, '\\$&')
  const under = (pattern: string) => (base === '.' ? pattern : `${literal}/${pattern}`)
  const excluded = glob?.startsWith('!') ? [under(anyDepth(glob.slice(1)))] : []
  const wanted = glob && excluded.length === 0 ? anyDepth(glob) : '**/*'
  const found = await host.files.glob(under(wanted), { ignore: excluded })
  const ofType = type === undefined ? null : extensionsOf(type)
  return ofType ? found.filter((file) => ofType.some((ending) => file.endsWith(ending))) : found
}

/** As in a .gitignore: a pattern without a slash matches at any depth. */
function anyDepth(glob: string): string {
  if (glob.startsWith('/')) return glob.slice(1)
  return glob.includes('/') ? glob : `**/${glob}`
}

function extensionsOf(type: string): string[] {
  const endings = FILE_TYPES[type]
  if (endings) return endings
  throw new AgentError('usage', 'UNKNOWN_TYPE', 'This file type is not known.', {
    value: type,
    next: `Use one of ${Object.keys(FILE_TYPES).join(', ')}, or glob.`,
  })
}

/** `null` for what ripgrep would not search: binary files, and files that policy or size keep from us. */
async function readSearchable(host: ToolHost, path: string): Promise<string | null> {
  const stat = await host.files.stat?.(path)
  if (stat && (stat.kind !== 'file' || stat.size > MAX_BYTES)) return null
  const content = await host.files.read(path).catch((error: unknown) => {
    if (error instanceof AgentError) return null
    throw error
  })
  return content === null || content.subarray(0, 8192).includes(0) ? null : content.toString('utf8')
}

/** Zero-based first and last line of each match; in line mode both are the same. */
type Hit = [number, number]

function matchingLines(all: string[], expression: RegExp): Hit[] {
  const hits: Hit[] = []
  for (const [index, line] of all.entries()) if (expression.test(line)) hits.push([index, index])
  return hits
}

function spannedLines(text: string, expression: RegExp): Hit[] {
  const starts = [0, ...[...text.matchAll(/\n/g)].map((match) => match.index + 1)]
  let line = 0
  const lineOf = (offset: number) => {
    while (line + 1 < starts.length && (starts[line + 1] as number) <= offset) line++
    return line
  }
  return [...text.matchAll(expression)].map((match): Hit => {
    const first = lineOf(match.index)
    return [first, lineOf(match.index + Math.max(0, match[0].length - 1))]
  })
}

function present(query: Input, path: string, all: string[], hits: Hit[]): string[] {
  if (query.output_mode === 'count') return [`${path}:${hits.length}`]
  if (query.output_mode !== 'content') return [path]
  const matched = new Set(hits.flatMap(([first, last]) => range(first, last)))
  const before = query['-B'] ?? query['-C'] ?? 0
  const after = query['-A'] ?? query['-C'] ?? 0
  const shown = new Set(hits.flatMap(([first, last]) => range(first - before, last + after)))
  const entries: string[] = []
  let previous: number | null = null
  for (const index of [...shown].sort((a, b) => a - b)) {
    const line = all[index]
    if (line === undefined) continue
    if (before + after > 0 && previous !== null && index > previous + 1) entries.push('--')
    const mark = matched.has(index) ? ':' : '-'
    entries.push(`${path}${mark}${query['-n'] === false ? '' : `${index + 1}${mark}`}${cut(line)}`)
    previous = index
  }
  return entries
}

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index)
}

function cut(line: string): string {
  return line.length <= MAX_COLUMNS
    ? line
    : `${line.slice(0, MAX_COLUMNS)} [… ${line.length - MAX_COLUMNS} more characters]`
}

function limit({ head_limit }: Input, entries: string[]): string {
  if (entries.length === 0) return 'No matches found'
  const most = head_limit === 0 ? entries.length : (head_limit ?? DEFAULT_HEAD_LIMIT)
  const shown = entries.slice(0, most)
  if (entries.length > most) shown.push(`(the first ${most} of ${entries.length} entries; head_limit shows more)`)
  return shown.join('\n')
}
