import { z } from 'zod'
import type { Tool } from '../contracts/tool.ts'
import { digest, expectFile, refuseStale, relativePath, type ToolHost } from './host.ts'
import { plural, splitLines } from './text.ts'

const input = z.strictObject({
  file_path: z.string().min(1).describe('Path of the file, absolute or relative to the project root'),
  content: z.string().describe('The whole content of the file'),
})

/** Makes a file or replaces its whole content. */
export function writeTool(host: ToolHost): Tool<z.infer<typeof input>> {
  return {
    name: 'Write',
    kind: 'primitive',
    description:
      'Writes a whole file and makes its parent directories. Only test, fixture, compose, manifest and CI files may be written. Prefer Edit for a change within a file.',
    input,
    annotations: {
      title: 'Write a file',
      readOnlyHint: false,
      destructiveHint: true,
      idempotentHint: true,
      openWorldHint: false,
    },
    async run({ file_path, content }) {
      const relative = relativePath(host.files, file_path)
      await expectFile(host.files, relative)
      const before = await host.files.read(relative)
      if (before !== null) refuseStale(host, relative, before)
      const bytes = Buffer.from(content, 'utf8')
      await host.files.write(relative, bytes)
      host.seen.set(relative, digest(bytes))
      const verb = before === null ? 'Created' : 'Replaced the content of'
      return { text: `${verb} ${relative} (${plural(splitLines(content).length, 'line')}).` }
    },
  }
}
