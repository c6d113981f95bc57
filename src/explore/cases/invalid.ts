import type { Json, JsonPath } from '../../contracts/json.ts'
import type { Case, Expr } from '../../contracts/observation.ts'
import { endpointKey } from '../../contracts/project.ts'
import { schemaOf } from '../attempt.ts'
import { type Bench, literal, variant } from '../bench.ts'
import { isLogin } from '../credentials.ts'
import { exprAt, withPart } from '../expressions.ts'
import { dotted, type Field, fieldsOf, mistyped } from '../fields.ts'
import type { Reached } from '../knowledge.ts'
import { lastKey } from '../leaves.ts'
import { addFinding } from '../oracles.ts'
import { isRefusal, isSuccess } from '../request.ts'
import { readable, withArticle } from '../words.ts'

/** One way to spoil a field. */
interface Spoilt {
  detail: string
  words: string
  /** `null` leaves the field out. */
  value: Expr | null
  /** The schema forbids it, in so many words. */
  forbidden: boolean
}

const MOST_PER_FIELD = 5
const MOST = 24

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
    `refuses ${withArticle(name)} that is ${spoilt.words}`,
    {
      act: { body: withPart(reached.act.body, field.path, spoilt.value) },
    },
  )
  const first = await bench.attempt(subject, 'pool', ` when ${name} is ${spoilt.words}`)
  if (!first) return false
  const { status } = first.act.response
  if (isRefusal(status)) {
    const promised = spoilt.forbidden && [400, 422].includes(status) && reached.endpoint.body?.provenance === 'schema'
    bench.keep(subject, first, 'pool', promised ? 'promised' : 'observed')
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

function waysToSpoil(field: Field, present: Expr): Spoilt[] {
  const { schema } = field
  const name = lastKey(field.path)
  const ways: Spoilt[] = [
    { detail: 'missing', words: 'missing', value: null, forbidden: field.required && schema.default === undefined },
  ]
  const text = schema.type === 'string' || (schema.type === undefined && isText(present))
  if (text && !schema.enum)
    ways.push({ detail: 'empty', words: 'empty', value: literal(''), forbidden: (schema.minLength ?? 0) > 0 })
  if (schema.enum)
    ways.push({
      detail: 'unknown value',
      words: 'none of the allowed values',
      value: literal(`no-such-${name.toLowerCase()}`),
      forbidden: true,
    })
  if (schema.format === 'email' || (text && /e-?mail/i.test(name)))
    ways.push({
      detail: 'format',
      words: 'no e-mail address',
      value: literal('not-an-email'),
      forbidden: schema.format === 'email',
    })
  if (schema.format === 'uri')
    ways.push({ detail: 'format', words: 'no URL', value: literal('not a url'), forbidden: true })
  if (schema.format === 'uuid')
    ways.push({ detail: 'format', words: 'no UUID', value: literal('not-a-uuid'), forbidden: true })
  if (schema.format === 'date' || schema.format === 'date-time')
    ways.push({ detail: 'format', words: 'no date', value: literal('not-a-date'), forbidden: true })
  if (schema.pattern) ways.push(...againstPattern(schema.pattern))
  if (schema.maxLength !== undefined && schema.maxLength <= 3000)
    ways.push({
      detail: 'too long',
      words: `longer than ${schema.maxLength} characters`,
      value: literal(longer(schema.maxLength + 1, schema.format)),
      forbidden: true,
    })
  if (schema.minLength !== undefined && schema.minLength > 1)
    ways.push({
      detail: 'too short',
      words: `shorter than ${schema.minLength} characters`,
      value: literal('a1-Bc2-De3'.repeat(50).slice(0, schema.minLength - 1)),
      forbidden: true,
    })
  ways.push(...beyondBounds(field))
  if (schema.minItems !== undefined && schema.minItems > 0)
    ways.push({ detail: 'no items', words: 'an empty list', value: { is: 'array', items: [] }, forbidden: true })
  for (const { value, words } of mistyped(schema, name))
    ways.push({
      detail: `type ${words}`,
      words: `${words} instead of ${withArticle(schema.type ?? 'string')}`,
      value: { is: 'literal', value },
      forbidden: false,
    })
  return onePerType(ways)
}

/** Among mistyped values one that is refused is enough; they are tried in order and capped by the caller. */
function onePerType(ways: Spoilt[]): Spoilt[] {
  const seen = new Set<string>()
  return ways.filter((way) => {
    const key = JSON.stringify(way.value)
    if (seen.has(key)) return false
    seen.add(key)
    return true
  })
}

function isText(expr: Expr): boolean {
  return (
    expr.is === 'text' ||
    (expr.is === 'unique' && expr.kind !== 'integer') ||
    (expr.is === 'literal' && typeof expr.value === 'string')
  )
}

function againstPattern(pattern: string): Spoilt[] {
  const spelled = /^\/(.*)\/[a-z]*$/s.exec(pattern)?.[1] ?? pattern
  try {
    const test = new RegExp(spelled)
    const bad = ['!!', 'not valid!', 'a b', '-'].find((candidate) => !test.test(candidate))
    return bad ? [{ detail: 'pattern', words: 'not of the required form', value: literal(bad), forbidden: true }] : []
  } catch {
    return []
  }
}

function beyondBounds({ schema }: Field): Spoilt[] {
  const step = schema.type === 'integer' || schema.type === undefined ? 1 : 0.5
  const below = schema.minimum !== undefined ? schema.minimum - step : schema.exclusiveMinimum
  const above = schema.maximum !== undefined ? schema.maximum + step : schema.exclusiveMaximum
  return [
    ...(below === undefined
      ? []
      : [
          {
            detail: 'too small',
            words: `less than ${schema.minimum ?? `or equal to ${schema.exclusiveMinimum}`}`,
            value: literal(below),
            forbidden: true,
          },
        ]),
    ...(above === undefined
      ? []
      : [
          {
            detail: 'too large',
            words: `more than ${schema.maximum ?? `or equal to ${schema.exclusiveMaximum}`}`,
            value: literal(above),
            forbidden: true,
          },
        ]),
    ...(schema.type === 'integer'
      ? [{ detail: 'fraction', words: 'a fraction', value: literal((schema.minimum ?? 1) + 0.5), forbidden: false }]
      : []),
  ]
}

function longer(length: number, format: string | undefined): string {
  if (format === 'email') return `${'a'.repeat(Math.max(1, length - 12))}@example.com`
  if (format === 'uri') return `https://example.com/${'a'.repeat(Math.max(1, length - 20))}`
  return 'a'.repeat(length)
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
  if (first && isRefusal(first.act.response.status)) bench.keep(subject, first, 'pool', 'promised')
}

/** Query parameters that are out of bounds or mistyped. */
export async function invalidQueryCases(bench: Bench, reached: Reached): Promise<void> {
  for (const { name, schema } of reached.endpoint.query) {
    const bad: { detail: string; words: string; value: Json; forbidden: boolean }[] = []
    if (schema.type === 'integer' || schema.type === 'number') {
      bad.push({ detail: 'type text', words: 'no number', value: 'not-a-number', forbidden: true })
      if (schema.minimum !== undefined)
        bad.push({
          detail: 'too small',
          words: `less than ${schema.minimum}`,
          value: schema.minimum - 1,
          forbidden: true,
        })
      if (schema.maximum !== undefined)
        bad.push({
          detail: 'too large',
          words: `more than ${schema.maximum}`,
          value: schema.maximum + 1,
          forbidden: true,
        })
    }
    if (schema.enum)
      bad.push({
        detail: 'unknown value',
        words: 'none of the allowed values',
        value: 'no-such-value',
        forbidden: true,
      })
    for (const { detail, words, value } of bad) {
      const subject = variant(
        reached,
        'invalid',
        `?${name} ${detail}`,
        `refuses ${withArticle(readable(name))} that is ${words}`,
        {
          act: { query: { ...reached.act.query, [name]: { is: 'literal', value } } },
        },
      )
      const first = await bench.attempt(subject, 'pool', ` when ${name} is ${words}`)
      if (first && isRefusal(first.act.response.status)) bench.keep(subject, first, 'pool', 'observed')
    }
  }
}

/** The wrong password and an account that is not there. */
export async function loginCases(bench: Bench, reached: Reached): Promise<void> {
  const body = reached.act.body
  if (!isLogin(reached.endpoint) || !body) return
  const fields = fieldsOf(reached.endpoint.body?.schema ?? {})
  const password = fields.find((field) => /pass|pwd/i.test(lastKey(field.path)))
  const name = fields.find((field) => field !== password && exprAt(body, field.path)?.is === 'ref')
  const ways = [
    ...(password
      ? [
          {
            detail: 'wrong password',
            words: 'the wrong password',
            path: password.path,
            value: literal('Wrong-Horse-43'),
          },
        ]
      : []),
    ...(name
      ? [
          {
            detail: 'unknown account',
            words: 'an unknown account',
            path: name.path,
            value: unknownName(lastKey(name.path)),
          },
        ]
      : []),
  ]
  for (const way of ways) {
    const subject = variant(reached, 'invalid', way.detail, `refuses ${way.words}`, {
      act: { body: withPart(body, way.path, way.value) },
    })
    const first = await bench.attempt(subject, 'pool', ` to ${way.words}`)
    if (!first) continue
    if (isRefusal(first.act.response.status)) bench.keep(subject, first, 'pool', 'promised')
    else
      addFinding(
        bench.knowledge,
        subject,
        'auth_missing',
        `${endpointKey(reached.endpoint)} answers ${first.act.response.status} to ${way.words}; 401 was expected.`,
        way.detail,
      )
  }
}

function unknownName(key: string): Expr {
  return { is: 'unique', kind: /mail/i.test(key) ? 'email' : 'word', label: 'nobody' }
}
