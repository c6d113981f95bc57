import type { Message, Model, ModelReply } from '../contracts/conversation.ts'
import type { Json } from '../contracts/json.ts'
import { items, member, type PastCall, pastCalls, strings } from './offline/history.ts'
import { call, type Step, stop } from './offline/step.ts'
import { foundMore, proofs, settle, strengthen, unnoticed } from './offline/strengthen.ts'

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

function nextStep(messages: Message[]): Step {
  const last = pastCalls(messages).at(-1)
  if (last === undefined) return call('InspectProject')
  const isWhole = member(pastCalls(messages, 'DraftTests').at(-1)?.input, 'whole') === true
  // A suite too long to be reviewed is no result.
  if (last.result.isError) return isWhole ? settle(messages) : stop(last.result.text)
  switch (last.name) {
    case 'InspectProject':
      return call('StartEnvironment')
    case 'StartEnvironment':
      return call('Explore', only(messages))
    case 'Explore':
      if (proofs(messages).length === 0) return call('DraftTests')
      return foundMore(last) ? call('DraftTests', again(messages, { whole: true })) : settle(messages)
    case 'DraftTests':
      return isWhole ? call('VerifySuite', { faults: unnoticed(messages) }) : call('RunTests', { coverage: true })
    case 'RunTests':
    case 'VerifySuite':
      return afterRun(messages, last)
    default:
      return stop(`Nothing to do after ${last.name}.`)
  }
}

/** Tests that fail are left out of the next draft; a suite that runs is verified; a verified one is done. */
function afterRun(messages: Message[], last: PastCall): Step {
  const drafts = pastCalls(messages, 'DraftTests')
  const excluded = strings(drafts.at(-1)?.input, 'exclude')
  const news = failingCases(last.result.data).filter((id) => !excluded.includes(id))
  const repairs = new Set(drafts.map(({ input }) => strings(input, 'exclude').length)).size - 1
  if (news.length > 0 && repairs < MAX_REPAIRS) {
    return call('DraftTests', again(messages, { exclude: [...excluded, ...news] }))
  }
  const isProved = member(drafts.at(-1)?.result.data, 'verified') === true
  if (last.name === 'RunTests' && !isProved) return call('VerifySuite')
  const stronger = last.name === 'VerifySuite' ? strengthen(messages, only(messages)) : null
  return stronger ?? stop('The suite is drafted and verified as far as it goes.')
}

/** What the last draft was asked for, and more. */
function again(messages: Message[], more: { [key: string]: Json }): { [key: string]: Json } {
  const input = pastCalls(messages, 'DraftTests').at(-1)?.input
  return { ...(typeof input === 'object' && !Array.isArray(input) ? input : {}), ...more }
}

/** `data.failing`: `[{ test, case }]` of RunTests and VerifySuite. */
function failingCases(data: Json | undefined): string[] {
  return items(data, 'failing').flatMap((item) => {
    const id = member(item, 'case')
    return typeof id === 'string' ? [id] : []
  })
}

/** The endpoints that the first message restricts the run to. */
function only(messages: Message[]): { [key: string]: Json } {
  const first = messages[0]
  const part = first?.role === 'user' ? first.content.find((content) => content.type === 'text') : undefined
  const endpoints = part?.type === 'text' ? strings(part.data, 'only') : []
  return endpoints.length > 0 ? { endpoints } : {}
}
