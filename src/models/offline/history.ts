import type { Message, ToolResultBlock } from '../../contracts/conversation.ts'
import type { Json } from '../../contracts/json.ts'

/** A tool call with what it answered. */
export interface PastCall {
  name: string
  input: Json
  result: ToolResultBlock
}

/** Finished tool calls in order, all or those of one tool. */
export function pastCalls(messages: Message[], name?: string): PastCall[] {
  const results = new Map<string, ToolResultBlock>()
  for (const message of messages)
    if (message.role === 'user')
      for (const block of message.content) if (block.type === 'tool_result') results.set(block.toolUseId, block)
  return messages
    .flatMap((message) => (message.role === 'assistant' ? message.content : []))
    .flatMap((block) => {
      if (block.type !== 'tool_use' || (name !== undefined && block.name !== name)) return []
      const result = results.get(block.id)
      return result === undefined ? [] : [{ name: block.name, input: block.input, result }]
    })
}

/** The member of an object; `undefined` for anything else. */
export function member(value: Json | undefined, key: string): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value[key] : undefined
}

/** The strings in a member that is a list. */
export function strings(value: Json | undefined, key: string): string[] {
  return items(value, key).filter((item) => typeof item === 'string')
}

/** The items of a member that is a list. */
export function items(value: Json | undefined, key: string): Json[] {
  const list = member(value, key)
  return Array.isArray(list) ? list : []
}
