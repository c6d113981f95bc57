import type { Json } from '../../contracts/json.ts'
import type { Parameter } from '../../contracts/project.ts'
import type { Rule } from '../aspects.ts'
import { type Bench, variant } from '../bench.ts'
import type { Reached } from '../knowledge.ts'
import { isRefusal } from '../request.ts'
import { thatIs } from '../words.ts'

/** Query parameters that are out of bounds or mistyped. */
export async function invalidQueryCases(bench: Bench, reached: Reached): Promise<void> {
  for (const { name, required, schema } of reached.endpoint.query)
    for (const { detail, rule, words, value } of waysToSpoilQuery(schema)) {
      const subject = variant(reached, 'invalid', `?${name} ${detail}`, `refuses ${thatIs(name, words)}`, {
        act: { query: { ...reached.act.query, [name]: { is: 'literal', value } } },
      })
      const first = await bench.attempt(subject, 'pool', ` when ${name} is ${words}`)
      if (first && isRefusal(first.act.response.status))
        bench.keep(subject, first, 'pool', 'observed', { aspect: { is: 'rule', field: `?${name}`, rule, required } })
    }
}

function waysToSpoilQuery(schema: Parameter['schema']): { detail: string; rule: Rule; words: string; value: Json }[] {
  const ways: { detail: string; rule: Rule; words: string; value: Json }[] = []
  const { minimum, maximum } = schema
  if (schema.enum)
    ways.push({ detail: 'unknown value', rule: 'enum', words: 'none of the allowed values', value: 'no-such-value' })
  if (schema.type !== 'integer' && schema.type !== 'number') return ways
  ways.push({ detail: 'type text', rule: 'type', words: 'no number', value: 'not-a-number' })
  if (minimum !== undefined)
    ways.push({ detail: 'too small', rule: 'below minimum', words: `less than ${minimum}`, value: minimum - 1 })
  if (maximum !== undefined)
    ways.push({ detail: 'too large', rule: 'above maximum', words: `more than ${maximum}`, value: maximum + 1 })
  return ways
}
