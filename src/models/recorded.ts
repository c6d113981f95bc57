import { createHash } from 'node:crypto'
import { appendFileSync, readFileSync } from 'node:fs'
import { z } from 'zod'
import type { Model, ModelReply, ModelRequest } from '../contracts/conversation.ts'
import { AgentError } from '../contracts/errors.ts'

const block = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text'), text: z.string() }),
  z.object({ type: z.literal('tool_use'), id: z.string(), name: z.string(), input: z.json() }),
  z.object({ type: z.literal('opaque'), value: z.json() }),
])

const recordSchema = z.object({
  /** Digest of the tool calls asked for so far: a recording fits only the conversation it was made from. */
  digest: z.string(),
  reply: z.object({
    message: z.object({ role: z.literal('assistant'), content: z.array(block), stopReason: z.string() }),
    usage: z.object({ inputTokens: z.number(), outputTokens: z.number(), usd: z.number().nullable() }),
  }),
})

/** Answers from a JSONL recording; a request beyond its end, or another conversation, fails with the request. */
export function recordedModel(file: string): Model {
  const records = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => recordSchema.parse(JSON.parse(line)))
  let next = 0
  return {
    id: 'recorded',
    destination: null,
    async respond(request) {
      const record = records[next]
      if (record === undefined || record.digest !== digest(request)) {
        throw new AgentError(
          'model',
          'RECORDING_MISMATCH',
          `Recording has no reply ${next + 1} for this conversation.`,
          {
            value: JSON.stringify(request.messages.at(-1) ?? null).slice(0, 500),
            next: `Record again: the conversation or the tools have changed since ${file} was made.`,
          },
        )
      }
      next += 1
      return record.reply as ModelReply
    },
  }
}

/** Passes on to `model` and appends each reply to `file`, for `recordedModel`. */
export function recording(model: Model, file: string): Model {
  return {
    ...model,
    async respond(request) {
      const reply = await model.respond(request)
      appendFileSync(file, `${JSON.stringify({ digest: digest(request), reply })}\n`, { mode: 0o600 })
      return reply
    },
  }
}

/** What the assistant has asked for so far; results carry times and ids, so they stay out. */
function digest(request: ModelRequest): string {
  const asked = request.messages.filter((message) => message.role === 'assistant').map((message) => message.content)
  return createHash('sha256').update(JSON.stringify(asked)).digest('hex').slice(0, 16)
}
