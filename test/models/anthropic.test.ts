import { afterEach, expect, test } from 'vitest'
import type { Message } from '../../src/contracts/conversation.ts'
import { createModel } from '../../src/models/index.ts'
import { startModelApi } from '../support/model-api.ts'

let api: Awaited<ReturnType<typeof startModelApi>> | null = null
afterEach(async () => {
  await api?.close()
  api = null
})

const user: Message = { role: 'user', content: [{ type: 'text', text: 'Go.', data: { hidden: true } }] }
const tools = [{ name: 'Read', description: 'Reads.', schema: { type: 'object', properties: {} } }]

async function connect(script: Parameters<typeof startModelApi>[0], name = 'claude') {
  api = await startModelApi(script)
  const model = createModel(name, { ANTHROPIC_API_KEY: 'test-key', ANTHROPIC_BASE_URL: api.url })
  const ask = (messages: Message[]) =>
    model.respond({ system: 'Be good.', messages, tools, signal: new AbortController().signal })
  return { api, model, ask }
}

test('a tool call arrives whole, with its cost', async () => {
  const { ask, model } = await connect([
    { content: [{ type: 'tool_use', id: 't1', name: 'Read', input: { file_path: 'a.js' } }], stopReason: 'tool_use' },
  ])
  const reply = await ask([user])
  expect(reply.message).toEqual({
    role: 'assistant',
    stopReason: 'tool_use',
    content: [{ type: 'tool_use', id: 't1', name: 'Read', input: { file_path: 'a.js' } }],
  })
  expect(reply.usage.inputTokens).toBe(1000)
  expect(reply.usage.outputTokens).toBe(200)
  expect(reply.usage.usd).toBeCloseTo((1000 * 2 + 200 * 10) / 1e6, 6)
  expect(model.id).toBe('claude-sonnet-5-5')
})

test('what programs attach for themselves is not sent', async () => {
  const { api, ask } = await connect([{ content: [{ type: 'text', text: 'Done.' }], stopReason: 'end_turn' }])
  await ask([user])
  expect(JSON.stringify(api.requests[0]?.body)).not.toContain('hidden')
})

test('thinking goes back as it came', async () => {
  const thinking = { type: 'thinking' as const, thinking: 'hm', signature: 'sig' }
  const { api, ask } = await connect([
    { content: [thinking, { type: 'tool_use', id: 't1', name: 'Read', input: {} }], stopReason: 'tool_use' },
    { content: [{ type: 'text', text: 'Done.' }], stopReason: 'end_turn' },
  ])
  const first = await ask([user])
  await ask([
    user,
    first.message,
    { role: 'user', content: [{ type: 'tool_result', toolUseId: 't1', text: 'no', isError: true }] },
  ])
  const messages = api.requests[1]?.body.messages as { content: unknown[] }[]
  expect(messages[1]?.content[0]).toEqual(thinking)
  expect(messages[2]?.content[0]).toEqual({ type: 'tool_result', tool_use_id: 't1', content: 'no', is_error: true })
})

test('a refusing API is a model error in the provider’s words', async () => {
  const { ask } = await connect([{ status: 401, message: 'invalid key' }])
  await expect(ask([user])).rejects.toMatchObject({
    code: 'MODEL_API_ERROR',
    kind: 'model',
    message: expect.stringContaining('invalid key'),
  })
})

test('an unknown model has no price rather than none', async () => {
  const { ask } = await connect([{ content: [{ type: 'text', text: 'Done.' }], stopReason: 'end_turn' }], 'model-x')
  expect((await ask([user])).usage.usd).toBeNull()
})

test('without a key nothing is asked', () => {
  expect(() => createModel('claude', {})).toThrow(expect.objectContaining({ code: 'MODEL_KEY_MISSING' }))
})
