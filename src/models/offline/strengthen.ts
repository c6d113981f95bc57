import type { Message } from '../../contracts/conversation.ts'
import type { Json } from '../../contracts/json.ts'
import { items, member, type PastCall, pastCalls, strings } from './history.ts'
import { call, type Step } from './step.ts'

/**
 * What comes next where seeded faults go unnoticed and no other gate stands in the way: first the cases that were left out for
 * length are tried on them, then more cases from around them; what notices one stays in the suite. `null`: nothing, or no more.
 */
export function strengthen(messages: Message[], only: { [key: string]: Json }): Step | null {
  const [proof, ...later] = proofs(messages)
  if (!proof || later.length > 0 || !onlyKillsFails(proof)) return null
  const draft = pastCalls(messages, 'DraftTests').at(-1)
  const isLookedLonger = pastCalls(messages, 'Explore').some(({ input }) => items(input, 'thorough').length > 0)
  const isTried = pastCalls(messages, 'VerifySuite').some(isRound)
  const left = unnoticed(messages)
  if (left.length > 0 && !isTried && !isLookedLonger && strings(draft?.result.data, 'omitted').length > 0) {
    return call('DraftTests', { ...excluded(draft), whole: true })
  }
  if (left.length > 0 && !isLookedLonger) return call('Explore', { ...only, thorough: endpointsOf(proof, left) })
  return isTried ? settle(messages) : null
}

/** The suite as a reviewer gets it: with what has noticed a fault, or as it was where nothing new has. */
export function settle(messages: Message[]): Step {
  const rounds = pastCalls(messages, 'VerifySuite').filter(isRound)
  const fresh = rounds.flatMap(noticedBy)
  const keep = fresh.length > 0 ? [...new Set([...proofs(messages).flatMap(noticedBy), ...fresh])] : []
  const draft = pastCalls(messages, 'DraftTests').at(-1)
  return call('DraftTests', { ...excluded(draft), ...(keep.length > 0 ? { keep } : {}) })
}

/** Looking longer has shown cases that were not there before. */
export const foundMore = ({ result }: PastCall): boolean =>
  items(result.data, 'cases').some((one) => member(one, 'extra') === true)

/** Ids of the faults that the suite did not notice when it was proved, and that no case has noticed since. */
export function unnoticed(messages: Message[]): string[] {
  const noticed = pastCalls(messages, 'VerifySuite')
    .filter(isRound)
    .flatMap(({ result }) => items(result.data, 'noticed').map((one) => member(one, 'fault')))
  return items(proofs(messages)[0]?.result.data, 'survivors').flatMap((one) => {
    const fault = member(one, 'fault')
    return typeof fault === 'string' && !noticed.includes(fault) ? [fault] : []
  })
}

/** All gates, as far as they were measured without a mistake. */
export const proofs = (messages: Message[]): PastCall[] =>
  pastCalls(messages, 'VerifySuite').filter((one) => !isRound(one) && one.result.isError !== true)

const isRound = ({ input }: PastCall): boolean => member(input, 'faults') !== undefined

function onlyKillsFails({ result }: PastCall): boolean {
  const open = items(result.data, 'verdicts').filter((one) =>
    ['fail', 'blocked'].includes(String(member(one, 'verdict'))),
  )
  return open.length === 1 && member(open[0], 'name') === 'kills' && member(open[0], 'verdict') === 'fail'
}

function noticedBy({ result }: PastCall): string[] {
  return items(result.data, 'noticed').flatMap((one) => {
    const id = member(one, 'case')
    return typeof id === 'string' ? [id] : []
  })
}

/** Where the handlers are that the faults are in; everywhere, where that is not known of one. */
function endpointsOf({ result }: PastCall, faults: string[]): string[] {
  const places = items(result.data, 'survivors')
    .filter((one) => faults.includes(String(member(one, 'fault'))))
    .map((one) => strings(one, 'endpoints'))
  return places.some((list) => list.length === 0) ? ['**'] : [...new Set(places.flat())]
}

function excluded(draft: PastCall | undefined): { [key: string]: Json } {
  const exclude = strings(draft?.input, 'exclude')
  return exclude.length > 0 ? { exclude } : {}
}
