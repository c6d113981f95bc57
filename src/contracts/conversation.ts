import type { Json } from './json.ts'

export type Block =
  | { type: 'text'; text: string }
  | { type: 'tool_use'; id: string; name: string; input: Json }
  /** Whatever else a provider sends (thinking, …): kept byte for byte and sent back. */
  | { type: 'opaque'; value: Json }

export interface ToolResultBlock {
  type: 'tool_result'
  toolUseId: string
  text: string
  /** For programs that act as a model; never sent to a provider. */
  data?: Json
  isError: boolean
}

export type Message =
  | { role: 'user'; content: (ToolResultBlock | { type: 'text'; text: string; data?: Json })[] }
  | { role: 'assistant'; content: Block[]; stopReason: StopReason }

export type StopReason =
  | 'end_turn'
  | 'tool_use'
  | 'max_tokens'
  | 'refusal'
  | 'pause_turn'
  | 'context_exceeded'
  | (string & {})

export interface Usage {
  inputTokens: number
  outputTokens: number
  /** `null`: the model's price is not known. */
  usd: number | null
}

export interface ModelRequest {
  system: string
  messages: Message[]
  tools: { name: string; description: string; schema: Json }[]
  signal: AbortSignal
}

export interface ModelReply {
  message: Extract<Message, { role: 'assistant' }>
  usage: Usage
}

/** Whatever answers a conversation with the next assistant message. */
export interface Model {
  /** As in the report: `offline`, `claude-…`, `recorded`. */
  readonly id: string
  /** Where text goes: `null` for nowhere. */
  readonly destination: string | null
  respond(request: ModelRequest): Promise<ModelReply>
}
