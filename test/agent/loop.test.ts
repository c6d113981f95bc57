import { existsSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { createBudget } from '../../src/agent/budget.ts'
import { openJournal, readJournal } from '../../src/agent/journal.ts'
import { type Acceptance, runLoop } from '../../src/agent/loop.ts'
import type { Json } from '../../src/contracts/json.ts'
import type { Tool } from '../../src/contracts/tool.ts'
import { createModel } from '../../src/models/index.ts'
import { createRegistry } from '../../src/tools/registry.ts'
import { type ScriptedReply, startModelApi } from '../support/model-api.ts'

const echo: Tool<{ word: string }> = {
  name: 'Echo',
  kind: 'primitive',
  description: 'Says it again.',
  input: z.object({ word: z.string() }),
  annotations: {
    title: 'Echo',
    readOnlyHint: true,
    destructiveHint: false,
    idempotentHint: true,
    openWorldHint: false,
  },
  run: async ({ word }) => ({ text: word }),
}

const say = (word: string, id = word): ScriptedReply => ({
  content: [{ type: 'tool_use', id, name: 'Echo', input: { word } }],
  stopReason: 'tool_use',
})
const done: ScriptedReply = { content: [{ type: 'text', text: 'Done.' }], stopReason: 'end_turn' }

async function run(
  script: ScriptedReply[],
  options: { accept?: Acceptance[]; maxTurns?: number; signal?: AbortSignal } = {},
) {
  const api = await startModelApi(script)
  const file = join(mkdtempSync(join(tmpdir(), 'loop-')), 'run', 'journal.jsonl')
  const answers: Acceptance[] = [...(options.accept ?? [])]
  try {
    const end = await runLoop({
      model: createModel('claude', { ANTHROPIC_API_KEY: 'k', ANTHROPIC_BASE_URL: api.url }),
      tools: createRegistry([echo as Tool]),
      system: 'system',
      first: { text: 'Go.' },
      journal: openJournal(file, Date.now),
      budget: createBudget({ maxTurns: options.maxTurns ?? 20, maxMinutes: 1, maxUsd: null }, Date.now),
      signal: options.signal ?? new AbortController().signal,
      accept: async () => answers.shift() ?? { accepted: true },
      progress: () => {},
    })
    return { end, api, journal: readJournal(file) }
  } catch (error) {
    return { error: error as { code: string; kind: string }, api, journal: existsSync(file) ? readJournal(file) : [] }
  } finally {
    await api.close()
  }
}

const resultsSent = (body: Record<string, unknown> = { messages: [] }) =>
  ((body.messages as { content: Json[] }[]).at(-1)?.content ?? []) as {
    content?: string
    text?: string
    is_error?: boolean
  }[]

test('acceptance is measured, and what does not hold goes back to the model', async () => {
  const refusal: Acceptance = { accepted: false, hopeless: false, text: 'gate twice fails', data: {} }
  const { end, api } = await run([done, say('again'), done], { accept: [refusal, { accepted: true }] })
  expect(end?.outcome).toBe('accepted')
  expect(resultsSent(api.requests[1]?.body)[0]?.text).toBe('gate twice fails')
})

test('a model that is done with failing gates gives up, it is not believed', async () => {
  const hopeless: Acceptance = { accepted: false, hopeless: true, text: 'no', data: {} }
  expect((await run([done], { accept: [hopeless] })).end?.outcome).toBe('given_up')
})

test('every effect is announced in the journal before it happens', async () => {
  const { journal } = await run([say('hello'), done])
  const types = journal.map((entry) => entry.type)
  expect(types).toEqual([
    'model_call',
    'model_reply',
    'tool_started',
    'tool_finished',
    'model_call',
    'model_reply',
    'acceptance',
  ])
  expect(journal[2]).toMatchObject({ name: 'Echo', input: { word: 'hello' } })
})

test('a call that makes no sense is an error result, not the end', async () => {
  const wrong: ScriptedReply = {
    content: [
      { type: 'tool_use', id: 'a', name: 'Nothing', input: {} },
      { type: 'tool_use', id: 'b', name: 'Echo', input: { word: 7 } },
      { type: 'tool_use', id: 'c', name: 'Echo', input: { word: 'fine' } },
    ],
    stopReason: 'tool_use',
  }
  const { end, api } = await run([wrong, done])
  expect(end?.outcome).toBe('accepted')
  const [unknown, invalid, fine] = resultsSent(api.requests[1]?.body)
  expect(unknown).toMatchObject({ is_error: true, content: expect.stringContaining('Nothing') })
  expect(invalid).toMatchObject({ is_error: true, content: expect.stringContaining('word') })
  expect(fine).toMatchObject({ is_error: false, content: 'fine' })
})

test('a call cut at the token limit is not run', async () => {
  const { journal, api } = await run([{ ...say('half'), stopReason: 'max_tokens' }, done])
  expect(journal.some((entry) => entry.type === 'tool_started')).toBe(false)
  expect(resultsSent(api.requests[1]?.body)[0]).toMatchObject({ is_error: true })
})

test('the turn budget is enforced before the next call', async () => {
  const { error, api } = await run([say('1'), say('2'), say('3')], { maxTurns: 2 })
  expect(error).toMatchObject({ code: 'OUT_OF_BUDGET', kind: 'budget' })
  expect(api.requests).toHaveLength(2)
})

test('the same call with the same result is stopped', async () => {
  const { error, api } = await run(Array.from({ length: 8 }, (_, index) => say('same', `id${index}`)))
  expect(error).toMatchObject({ code: 'MODEL_LOOPS' })
  expect(resultsSent(api.requests[3]?.body)[0]?.content).toContain('Do something else')
  expect(api.requests).toHaveLength(6)
})

test('a refusal ends the run as a model error', async () => {
  const { error } = await run([{ content: [{ type: 'text', text: 'No.' }], stopReason: 'refusal' }])
  expect(error).toMatchObject({ code: 'MODEL_STOPPED', kind: 'model' })
})

test('an interruption ends the run as one', async () => {
  const { error } = await run([done], { signal: AbortSignal.abort() })
  expect(error).toMatchObject({ code: 'INTERRUPTED', kind: 'interrupted' })
})
