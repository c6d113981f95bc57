import type { JsonPath } from '../../contracts/json.ts'
import type { Case, Expr } from '../../contracts/observation.ts'
import { schemaOf } from '../attempt.ts'
import { type Bench, literal, variant } from '../bench.ts'
import { isLogin } from '../credentials.ts'
import { exprAt, withPart } from '../expressions.ts'
import { dotted, type Field, fieldsOf } from '../fields.ts'
import type { Reached } from '../knowledge.ts'
import { lastKey } from '../leaves.ts'
import { addFinding } from '../oracles.ts'
import { isRefusal, isSuccess } from '../request.ts'
import { readable, thatIs } from '../words.ts'
import { type Spoilt, waysToSpoil } from './spoil.ts'

const MOST_PER_FIELD = 5
const MOST = 40

/** Each field missing, mistyped, empty, out of bounds or of a wrong format, as far as it is refused. */
export async function invalidCases(bench: Bench, reached: Reached): Promise<void> {
  const body = reached.act.body
  const schema = schemaOf(bench.knowledge, reached.endpoint)
  if (!schema || !body) return
  let count = 0
  for (const field of openItems(fieldsOf(schema), body)) {
    const present = exprAt(body, field.path)
    if (!present) continue
    let kept = 0
    let mistypedOnce = false
    for (const spoilt of waysToSpoil(field, present)) {
      if (kept >= MOST_PER_FIELD || count >= MOST) break
      if (spoilt.detail.startsWith('type') && mistypedOnce) continue
      if (!(await refuses(bench, reached, field, spoilt))) continue
      kept += 1
      mistypedOnce ||= spoilt.detail.startsWith('type')
      count += 1
    }
  }
  await unknownField(bench, reached, body, schema)
}

async function refuses(bench: Bench, reached: Reached, field: Field, spoilt: Spoilt): Promise<boolean> {
  const name = readable(lastKey(field.path))
  const subject = variant(
    reached,
    'invalid',
    `${dotted(field.path)} ${spoilt.detail}`,
    `refuses ${thatIs(lastKey(field.path), spoilt.words)}`,
    {
      act: { body: withPart(reached.act.body, field.path, spoilt.value) },
    },
  )
  const first = await bench.attempt(subject, 'pool', ` when ${name} is ${spoilt.words}`)
  if (!first) return false
  const { status } = first.act.response
  if (isRefusal(status)) {
    const promised = spoilt.forbidden && [400, 422].includes(status) && reached.endpoint.body?.provenance === 'schema'
    bench.keep(subject, first, 'pool', promised ? 'promised' : 'observed', {
      aspect: { is: 'rule', field: dotted(field.path), rule: spoilt.rule, required: field.required },
    })
    return true
  }
  if (isSuccess(status)) complain(bench, reached, subject, spoilt, name, status)
  return false
}

/** Accepting what a validator's schema forbids is worth a word; a partial update may leave fields out. */
function complain(bench: Bench, reached: Reached, subject: Case, spoilt: Spoilt, name: string, status: number): void {
  const { endpoint } = reached
  if (!spoilt.forbidden || endpoint.body?.provenance !== 'schema') return
  if (spoilt.detail === 'missing' && endpoint.method !== 'POST') return
  addFinding(
    bench.knowledge,
    subject,
    'contract_mismatch',
    `Answers ${status} although ${name} is ${spoilt.words}, which its schema forbids; a 4xx was expected.`,
    '',
    ` when ${name} is ${spoilt.words}`,
  )
}

/** Fields of the first item of an array are fields too. */
function openItems(fields: Field[], body: Expr): Field[] {
  return fields.flatMap((field) => {
    const properties = field.schema.items?.properties
    if (!properties || exprAt(body, field.path)?.is !== 'array') return [field]
    const path: JsonPath = [...field.path, 0]
    return [field, ...fieldsOf(field.schema.items ?? {}, path)]
  })
}

async function unknownField(
  bench: Bench,
  reached: Reached,
  body: Expr,
  schema: ReturnType<typeof schemaOf>,
): Promise<void> {
  if (schema?.additionalProperties !== false || isLogin(reached.endpoint)) return
  const subject = variant(reached, 'invalid', 'unknown field', 'refuses an unknown field', {
    act: { body: withPart(body, ['unexpectedField'], literal('surprise')) },
  })
  const first = await bench.attempt(subject, 'pool', ' to an unknown field')
  if (first && isRefusal(first.act.response.status))
    bench.keep(subject, first, 'pool', 'promised', {
      aspect: { is: 'rule', field: 'unexpectedField', rule: 'unknown field', required: false },
    })
}
