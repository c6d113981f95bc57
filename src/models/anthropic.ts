import type Anthropic from '@anthropic-ai/sdk'
import type { Block, Message, Model, ModelReply, ModelRequest } from '../contracts/conversation.ts'
import { AgentError } from '../contracts/errors.ts'
import type { Json } from '../contracts/json.ts'
import { priceOf } from './prices.ts'

/** `claude` on the command line. */
const DEFAULT_MODEL = 'claude-sonnet-5-5'
const MAX_TOKENS = 32_000

/**
 * A Claude model over the Messages API, streamed. The key is `ANTHROPIC_API_KEY`; `ANTHROPIC_BASE_URL` serves gateways.
 * Throws MODEL_KEY_MISSING before anything is sent and MODEL_API_ERROR with the provider's words after.
 */
export function anthropicModel(name: string, environment: NodeJS.ProcessEnv): Model {
  const id = name === 'claude' ? DEFAULT_MODEL : name
  const apiKey = environment.ANTHROPIC_API_KEY
  if (apiKey === undefined || apiKey === '') {
    throw new AgentError('model', 'MODEL_KEY_MISSING', `--model ${name} needs an API key.`, {
      value: 'ANTHROPIC_API_KEY',
      next: 'Set ANTHROPIC_API_KEY, or run with --model offline, which needs none.',
    })
  }
  const baseURL = environment.ANTHROPIC_BASE_URL
  let client: Anthropic | null = null
  return {
    id,
    destination: baseURL ?? 'the Anthropic API',
    async respond(request) {
      const sdk = await import('@anthropic-ai/sdk')
      client ??= new sdk.default({ apiKey, maxRetries: 0, ...(baseURL === undefined ? {} : { baseURL }) })
      return toReply(id, await send(client, id, request))
    },
  }
}

async function send(client: Anthropic, id: string, request: ModelRequest): Promise<Anthropic.Message> {
  const stream = client.messages.stream(
    {
      model: id,
      max_tokens: MAX_TOKENS,
      cache_control: { type: 'ephemeral' },
      system: request.system,
      tools: request.tools.map((tool) => ({
        name: tool.name,
        description: tool.description,
        input_schema: tool.schema as unknown as Anthropic.Tool.InputSchema,
      })),
      messages: request.messages.map(toParam),
    },
    { signal: request.signal },
  )
  try {
    return await stream.finalMessage()
  } catch (error) {
    if (request.signal.aborted) throw error
    throw new AgentError('model', 'MODEL_API_ERROR', error instanceof Error ? error.message : String(error), {
      value: id,
      next: 'Check the key, the model id and the connection, then run again; --model offline needs none of them.',
    })
  }
}

function toParam(message: Message): Anthropic.MessageParam {
  if (message.role === 'assistant') {
    const content = message.content.map((block) =>
      block.type === 'opaque' ? (block.value as unknown as Anthropic.ContentBlockParam) : block,
    )
    return { role: 'assistant', content: content as Anthropic.ContentBlockParam[] }
  }
  return {
    role: 'user',
    content: message.content.map((part) =>
      part.type === 'text'
        ? { type: 'text', text: part.text }
        : { type: 'tool_result', tool_use_id: part.toolUseId, content: part.text, is_error: part.isError },
    ),
  }
}

function toReply(id: string, message: Anthropic.Message): ModelReply {
  const content = message.content.map((block): Block => {
    if (block.type === 'tool_use')
      return { type: 'tool_use', id: block.id, name: block.name, input: block.input as Json }
    if (block.type === 'text' && block.citations === null) return { type: 'text', text: block.text }
    return { type: 'opaque', value: block as unknown as Json }
  })
  const { usage } = message
  const cacheWrite = usage.cache_creation_input_tokens ?? 0
  const cacheRead = usage.cache_read_input_tokens ?? 0
  return {
    message: { role: 'assistant', content, stopReason: message.stop_reason ?? 'end_turn' },
    usage: {
      inputTokens: usage.input_tokens + cacheWrite + cacheRead,
      outputTokens: usage.output_tokens,
      usd: priceOf(id, { input: usage.input_tokens, output: usage.output_tokens, cacheWrite, cacheRead }),
    },
  }
}
