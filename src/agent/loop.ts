import type { Block, Message, Model, ModelReply, ToolResultBlock } from '../contracts/conversation.ts'
import { AgentError, interrupted } from '../contracts/errors.ts'
import type { Json } from '../contracts/json.ts'
import type { ToolCallOptions, ToolResult } from '../contracts/tool.ts'
import type { Budget } from './budget.ts'
import type { Journal } from './journal.ts'

/** What the loop needs of a tool registry. */
export interface ToolBox {
  list(): { name: string; description: string; schema: Json; readOnly: boolean }[]
  /** Never throws: a failed call is an error result. */
  call(name: string, input: unknown, options: ToolCallOptions): Promise<ToolResult>
}

/** The measured answer to "is it done?". */
export type Acceptance = { accepted: true } | { accepted: false; text: string; data: Json; hopeless: boolean }

export interface LoopInput {
  model: Model
  tools: ToolBox
  system: string
  first: { text: string; data?: Json }
  journal: Journal
  budget: Budget
  signal: AbortSignal
  /** Measures the suite; called whenever the model says it is done. */
  accept(): Promise<Acceptance>
  progress(message: string): void
}

export interface LoopEnd {
  /** `given_up`: the model is done although gates do not hold and nothing changed since it was told so. */
  outcome: 'accepted' | 'given_up'
  messages: Message[]
}

/**
 * Asks the model, runs the tools it wants, and lets only measured acceptance end the run well.
 * Throws `AgentError`: `budget` (limits), `model` (refusal, cut replies), `interrupted` (signal).
 */
export async function runLoop(input: LoopInput): Promise<LoopEnd> {
  const { journal, budget, signal } = input
  const messages: Message[] = [{ role: 'user', content: [{ type: 'text', ...input.first }] }]
  const breaker = createBreaker()

  for (;;) {
    if (signal.aborted) throw interrupted()
    budget.assertNextTurn()
    journal.write('model_call', { messages: messages.length })
    const reply = await askModel(input, messages)
    budget.charge(reply.usage)
    journal.write('model_reply', { message: reply.message as unknown as Json, usage: { ...reply.usage } })
    messages.push(reply.message)

    const calls = reply.message.content.filter((block) => block.type === 'tool_use')
    if (reply.message.stopReason === 'tool_use' && calls.length > 0) {
      const results = await runCalls(input, calls, breaker)
      messages.push({ role: 'user', content: results })
      continue
    }
    if (reply.message.stopReason === 'max_tokens') {
      messages.push({ role: 'user', content: answerCutReply(calls) })
      continue
    }
    if (reply.message.stopReason === 'pause_turn') continue
    if (reply.message.stopReason !== 'end_turn' && reply.message.stopReason !== 'stop_sequence') {
      throw new AgentError('model', 'MODEL_STOPPED', `The model stopped without finishing.`, {
        value: reply.message.stopReason,
        next: 'Run again, with another --model, or with --model offline.',
      })
    }

    const acceptance = await input.accept()
    journal.write('acceptance', {
      accepted: acceptance.accepted,
      ...(acceptance.accepted ? {} : { text: acceptance.text }),
    })
    if (acceptance.accepted) return { outcome: 'accepted', messages }
    if (acceptance.hopeless) return { outcome: 'given_up', messages }
    messages.push({ role: 'user', content: [{ type: 'text', text: acceptance.text, data: acceptance.data }] })
  }
}

async function askModel({ model, tools, system, signal }: LoopInput, messages: Message[]): Promise<ModelReply> {
  const listed = tools.list().map(({ name, description, schema }) => ({ name, description, schema }))
  try {
    return await model.respond({ system, messages, tools: listed, signal })
  } catch (error) {
    if (signal.aborted) throw interrupted()
    throw error
  }
}

type Call = Extract<Block, { type: 'tool_use' }>

/** Read-only calls side by side, the others alone and in order; results in the order of the calls. */
async function runCalls(input: LoopInput, calls: Call[], breaker: Breaker): Promise<ToolResultBlock[]> {
  const readOnly = new Set(
    input.tools
      .list()
      .filter((tool) => tool.readOnly)
      .map((tool) => tool.name),
  )
  const results: ToolResultBlock[] = []
  for (let index = 0; index < calls.length; ) {
    const batch = [calls[index] as Call]
    while (readOnly.has(batch[0]?.name ?? '') && readOnly.has(calls[index + batch.length]?.name ?? ''))
      batch.push(calls[index + batch.length] as Call)
    results.push(...(await Promise.all(batch.map((call) => runCall(input, call, breaker)))))
    index += batch.length
  }
  return results
}

async function runCall(input: LoopInput, call: Call, breaker: Breaker): Promise<ToolResultBlock> {
  const { journal, signal, progress } = input
  journal.write('tool_started', { id: call.id, name: call.name, input: call.input })
  const result = await input.tools.call(call.name, call.input, { signal, progress })
  if (signal.aborted) throw interrupted()
  journal.write('tool_finished', { id: call.id, name: call.name, isError: result.isError ?? false, text: result.text })
  const nudge = breaker.seen(call, result)
  return {
    type: 'tool_result',
    toolUseId: call.id,
    text: nudge === null ? result.text : `${result.text}\n\n${nudge}`,
    ...(result.data === undefined ? {} : { data: result.data }),
    isError: result.isError ?? false,
  }
}

/** A reply cut at its token limit may hold half a tool call: none of its calls is run. */
function answerCutReply(calls: Call[]): Extract<Message, { role: 'user' }>['content'] {
  const notice = 'Your reply was cut at its length limit. Go on in smaller steps.'
  if (calls.length === 0) return [{ type: 'text', text: notice }]
  return calls.map((call) => ({ type: 'tool_result', toolUseId: call.id, text: `Not run. ${notice}`, isError: true }))
}

type Breaker = { seen(call: Call, result: ToolResult): string | null }

/** The same call with the same result is a loop: a nudge at the third time, the end at the sixth. */
function createBreaker(): Breaker {
  const counts = new Map<string, number>()
  return {
    seen(call, result) {
      const key = JSON.stringify([call.name, call.input, result.text])
      const count = (counts.get(key) ?? 0) + 1
      counts.set(key, count)
      if (count >= 6) {
        throw new AgentError('model', 'MODEL_LOOPS', 'The model repeats one call whose result does not change.', {
          value: call.name,
          next: 'Run again, or with --model offline.',
        })
      }
      return count >= 3 ? 'This call has had the same result before. Do something else.' : null
    },
  }
}
