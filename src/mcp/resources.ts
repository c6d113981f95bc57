import type { McpServer } from '@modelcontextprotocol/server'
import type { Skill } from '../skills/index.ts'

/** Registers `SKILL.md` and every linked file as `skill://<name>/<path>`, byte for byte. */
export function registerSkillFiles(server: McpServer, skill: Skill): void {
  for (const { path, content } of skill.files) {
    const uri = `skill://${skill.name}/${path}`
    const mimeType = path.endsWith('.md') ? 'text/markdown' : 'text/plain'
    const description = path === 'SKILL.md' ? skill.description : (firstHeading(content.toString('utf8')) ?? path)
    server.registerResource(path, uri, { title: path, description, mimeType, size: content.length }, () => ({
      contents: [{ uri, mimeType, text: content.toString('utf8') }],
    }))
  }
}

function firstHeading(markdown: string): string | undefined {
  return /^# (.+)$/m.exec(markdown)?.[1]
}
