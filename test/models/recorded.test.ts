import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Message } from '../../src/contracts/conversation.ts'
import { offlinePlanner } from '../../src/models/offline.ts'
import { recordedModel, recording } from '../../src/models/recorded.ts'

const first: Message = { role: 'user', content: [{ type: 'text', text: 'Go.' }] }
const request = (messages: Message[]) => ({ system: '', messages, tools: [], signal: new AbortController().signal })

async function record() {
  const file = join(mkdtempSync(join(tmpdir(), 'recorded-')), 'replies.jsonl')
  const { message } = await recording(offlinePlanner(), file).respond(request([first]))
  return { file, message }
}

test('answers as it was recorded', async () => {
  const { file, message } = await record()
  expect((await recordedModel(file).respond(request([first]))).message).toEqual(message)
})

test('a request beyond the recording fails loudly', async () => {
  const { file, message } = await record()
  const model = recordedModel(file)
  await model.respond(request([first]))
  await expect(model.respond(request([first, message, first]))).rejects.toMatchObject({ code: 'RECORDING_MISMATCH' })
})

test('another conversation than the recorded one fails loudly', async () => {
  const { file, message } = await record()
  await expect(recordedModel(file).respond(request([first, message, first]))).rejects.toMatchObject({
    code: 'RECORDING_MISMATCH',
  })
})
