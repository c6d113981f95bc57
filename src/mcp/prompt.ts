import type { McpServer } from '@modelcontextprotocol/server'
import { z } from 'zod'
import type { Skill } from '../skills/index.ts'

const args = z.object({
  goal: z.string().optional().describe('What to cover, e.g. "POST /orders"; everything by default'),
})

/** Registers the prompt that sets a client's model to work by the skill. */
export function registerPrompt(server: McpServer, skill: Skill): void {
  const config = {
    title: 'Build integration tests',
    description: 'Write integration tests for this repository and prove them.',
    argsSchema: args,
  }
  server.registerPrompt('build-integration-tests', config, ({ goal }) => {
    const task = `Write integration tests for this repository${goal ? `: ${goal}` : ''}. Follow these instructions; the files they link to are resources under skill://${skill.name}/.`
    return { messages: [{ role: 'user', content: { type: 'text', text: `${task}\n\n${skill.body.trim()}` } }] }
  })
}
