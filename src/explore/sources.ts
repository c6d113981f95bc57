import type { Json, JsonPath } from '../contracts/json.ts'
import type { Case } from '../contracts/observation.ts'
import type { Sighting } from './execute.ts'
import { lastKey, leavesOf, valueAt } from './leaves.ts'
import { bodyOf } from './request.ts'
import { plainName } from './words.ts'

/** Something a case made, with its value in each pass: what a literal may be replaced by. */
export interface Source {
  from: string
  at: 'request' | 'response'
  path: JsonPath
  values: [Json, Json]
  /** Its last key, plain. */
  key: string
  /** Differs between the passes, so that equality with it is no accident. */
  tracks: boolean
}

/** All sources of a case, the nearest first: the act, then its bindings. `answer`: the act's own response counts too. */
export function sourcesOf(subject: Case, first: Sighting, second: Sighting, answer: boolean): Source[] {
  const sources: Source[] = []
  const add = (from: string, at: Source['at'], a: Json | undefined, b: Json | undefined) => {
    for (const { path, value } of leavesOf(a)) {
      const other = valueAt(b, path)
      if (value === null || value === '' || typeof value === 'boolean') continue
      if (other === undefined || typeof other !== typeof value) continue
      sources.push({ from, at, path, values: [value, other], key: plainName(lastKey(path)), tracks: value !== other })
    }
  }
  add('act', 'request', first.act.body, second.act.body)
  if (answer) add('act', 'response', bodyOf(first.act.response), bodyOf(second.act.response))
  for (const { name } of subject.arrange) {
    const a = first.made.get(name)
    const b = second.made.get(name)
    add(name, 'request', a?.request, b?.request)
    add(name, 'response', a?.response, b?.response)
  }
  return sources
}

/** The source that a pair of values most probably comes from; `null` when none accounts for both. */
export function sourceFor(a: Json, b: Json, key: string, sources: Source[]): Source | null {
  const plain = plainName(key)
  let best: { source: Source; score: number } | null = null
  for (const source of sources) {
    if (source.values[0] !== a || source.values[1] !== b) continue
    const score = affinity(source, plain)
    if (!best || score > best.score) best = { source, score }
  }
  return best?.source ?? null
}

function affinity(source: Source, key: string): number {
  const named = source.key === key || (key.length > 2 && (source.key.endsWith(key) || key.endsWith(source.key)))
  const holder = plainName(source.from)
  return (
    (source.key === key ? 40 : named ? 20 : 0) +
    (key.startsWith(holder) && key !== holder ? 30 : 0) +
    (source.from === 'act' ? 10 : 0) -
    source.path.length * 2 +
    (source.at === 'request' ? 1 : 0) +
    // Of equal constants what was sent says more than what was answered.
    (!source.tracks && source.at === 'request' ? 12 : 0)
  )
}
