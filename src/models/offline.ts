import type { Message, Model, ModelReply, ToolResultBlock } from '../contracts/conversation.ts'
import type { Json } from '../contracts/json.ts'

/** How often a suite with failing tests is drafted again without them. */
const MAX_REPAIRS = 3

/**
 * The deterministic planner: a pure function of the conversation that answers with the same tool calls a person would
 * make in order. It reads the tools' `data`; costs nothing and sends nothing anywhere.
 */
export function offlinePlanner(): Model {
  return {
    id: 'offline',
    destination: null,
    respond: async ({ messages }) => plan(messages),
  }
}

function plan(messages: Message[]): ModelReply {
  const turn = messages.length
  const step = nextStep(messages)
  const usage = { inputTokens: 0, outputTokens: 0, usd: 0 }
  if (step.do === 'stop') {
    return {
      message: { role: 'assistant', stopReason: 'end_turn', content: [{ type: 'text', text: step.say }] },
      usage,
    }
  }
  const call = { type: 'tool_use' as const, id: `offline-${turn}`, name: step.call, input: step.input }
  return { message: { role: 'assistant', stopReason: 'tool_use', content: [call] }, usage }
}

type Step = { do: 'call'; call: string; input: { [key: string]: Json } } | { do: 'stop'; say: string }

const call = (name: string, input: { [key: string]: Json } = {}): Step => ({ do: 'call', call: name, input })

function nextStep(messages: Message[]): Step {
  const last = lastCall(messages)
  if (last === null) return call('InspectProject')
  if (last.result.isError) return { do: 'stop', say: last.result.text }
  switch (last.name) {
    case 'InspectProject':
      return call('StartEnvironment')
    case 'StartEnvironment':
      return call('Explore', only(messages))
    case 'Explore':
      return call('DraftTests')
    case 'DraftTests':
      return call('RunTests', { coverage: true })
    case 'RunTests':
    case 'VerifySuite':
      return afterRun(messages, last)
    default:
      return { do: 'stop', say: `Nothing to do after ${last.name}.` }
  }
}

/** Tests that fail are left out of the next draft; a suite that runs is verified; a verified one is done. */
function afterRun(messages: Message[], last: LastCall): Step {
  const failing = failingCases(last.result.data)
  const drafts = calls(messages, 'DraftTests')
  const excluded = strings(drafts.at(-1)?.input, 'exclude')
  const news = failing.filter((id) => !excluded.includes(id))
  if (news.length > 0 && drafts.length <= MAX_REPAIRS) return call('DraftTests', { exclude: [...excluded, ...news] })
  if (last.name === 'RunTests') return call('VerifySuite')
  return { do: 'stop', say: 'The suite is drafted and verified as far as it goes.' }
}

/** `data.failing`: `[{ test, case }]` of RunTests and VerifySuite. */
function failingCases(data: Json | undefined): string[] {
  const failing = isObject(data) && Array.isArray(data.failing) ? data.failing : []
  return failing.flatMap((item) => (isObject(item) && typeof item.case === 'string' ? [item.case] : []))
}

/** The endpoints that the first message restricts the run to. */
function only(messages: Message[]): { [key: string]: Json } {
  const first = messages[0]
  const part = first?.role === 'user' ? first.content.find((content) => content.type === 'text') : undefined
  const endpoints = part?.type === 'text' ? strings(part.data, 'only') : []
  return endpoints.length > 0 ? { endpoints } : {}
}

interface LastCall {
  name: string
  input: Json
  result: ToolResultBlock
}

function lastCall(messages: Message[]): LastCall | null {
  return calls(messages).at(-1) ?? null
}

/** Finished tool calls in order, all or those of one tool. */
function calls(messages: Message[], name?: string): LastCall[] {
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

function strings(value: Json | undefined, key: string): string[] {
  const list = isObject(value) ? value[key] : undefined
  return Array.isArray(list) ? list.filter((item) => typeof item === 'string') : []
}

function isObject(value: Json | undefined): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
