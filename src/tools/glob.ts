import { z } from 'zod'
import { AgentError } from '../contracts/errors.ts'
import type { Tool } from '../contracts/tool.ts'
import { relativePath, type ToolHost } from './host.ts'

const MAX_FILES = 100

const input = z.strictObject({
  pattern: z.string().min(1).describe('Glob pattern, e.g. "src/**/*.ts"'),
  path: z.string().min(1).optional().describe('Directory to look in; the project root by default'),
})

/** Finds files by name, newest first. */
export function globTool(host: ToolHost): Tool<z.infer<typeof input>> {
  return {
    name: 'Glob',
    kind: 'primitive',
    description:
      'Finds files of the project by glob pattern, newest first, at most 100. Dependency, build and version control folders are left out unless named.',
    input,
    annotations: {
      title: 'Find files',
      readOnlyHint: true,
      destructiveHint: false,
      idempotentHint: true,
      openWorldHint: false,
    },
    async run({ pattern, path }) {
      const found = await host.files.glob(await underDirectory(host, pattern, path))
      if (found.length === 0) return { text: 'No files found' }
      const dated = await Promise.all(
        found.map(async (file) => ({ file, mtimeMs: (await host.files.stat?.(file))?.mtimeMs ?? 0 })),
      )
      dated.sort((a, b) => b.mtimeMs - a.mtimeMs || (a.file < b.file ? -1 : 1))
      const shown = dated.slice(0, MAX_FILES).map(({ file }) => file)
      if (found.length > MAX_FILES) {
        shown.push(`(the newest ${MAX_FILES} of ${found.length} files; a narrower pattern or path shows the others)`)
      }
      return { text: shown.join('\n') }
    },
  }
}

async function underDirectory(host: ToolHost, pattern: string, path: string | undefined): Promise<string> {
  const { root } = host.files
  const relative = pattern.startsWith(`${root}/`) ? pattern.slice(root.length + 1) : pattern
  if (path === undefined) return relative
  const directory = relativePath(host.files, path)
  if ((await host.files.stat?.(directory))?.kind !== 'directory') {
    throw new AgentError('usage', 'NO_SUCH_DIRECTORY', 'There is no such directory.', {
      value: directory,
      next: 'Leave path out, or find the directory with Glob.',
    })
  }
  return directory === '.' ? relative : `${directory.replace(/[[\]{}()*?!@+\\]/g, '\\$&')}/${relative}`
}
