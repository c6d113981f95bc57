import type { Message, ToolResultBlock } from '../../src/contracts/conversation.ts'
import type { Json } from '../../src/contracts/json.ts'
import { offlinePlanner } from '../../src/models/offline.ts'

/** Plays the tools' part: answers each call with the next result and lists what was called. */
export async function play(results: Partial<ToolResultBlock>[], first: Json = {}) {
  const planner = offlinePlanner()
  const messages: Message[] = [{ role: 'user', content: [{ type: 'text', text: 'Go.', data: first }] }]
  const calls: [string, Json][] = []
  for (const result of [...results, null]) {
    const { message } = await planner.respond({ system: '', messages, tools: [], signal: new AbortController().signal })
    messages.push(message)
    const [block] = message.content
    if (block?.type !== 'tool_use') return { calls, stop: message.stopReason }
    calls.push([block.name, block.input])
    if (result === null) return { calls, stop: null }
    const answer: ToolResultBlock = { type: 'tool_result', toolUseId: block.id, text: '', isError: false, ...result }
    messages.push({ role: 'user', content: [answer] })
  }
  throw new Error('unreachable')
}
