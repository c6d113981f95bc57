import type { Expr } from '../../contracts/observation.ts'
import type { Rule } from '../aspects.ts'
import { literal } from '../bench.ts'
import { type Field, mistyped } from '../fields.ts'
import { lastKey } from '../leaves.ts'
import { withArticle } from '../words.ts'

/** One way to spoil a field. */
export interface Spoilt {
  detail: string
  rule: Rule
  /** After `that is`. */
  words: string
  /** `null` leaves the field out. */
  value: Expr | null
  /** The schema forbids it, in so many words. */
  forbidden: boolean
}

/** Ways to break what is known of a field, the plainest first; no value twice. */
export function waysToSpoil(field: Field, present: Expr): Spoilt[] {
  const { schema } = field
  const name = lastKey(field.path)
  const ways: Spoilt[] = [
    {
      detail: 'missing',
      rule: 'missing',
      words: 'missing',
      value: null,
      forbidden: field.required && schema.default === undefined,
    },
  ]
  const text = schema.type === 'string' || (schema.type === undefined && isText(present))
  if (text && !schema.enum)
    ways.push({
      detail: 'empty',
      rule: 'too short',
      words: 'empty',
      value: literal(''),
      forbidden: (schema.minLength ?? 0) > 0,
    })
  if (schema.enum)
    ways.push({
      detail: 'unknown value',
      rule: 'enum',
      words: 'none of the allowed values',
      value: literal(`no-such-${name.toLowerCase()}`),
      forbidden: true,
    })
  if (schema.format === 'email' || (text && /e-?mail/i.test(name)))
    ways.push({
      detail: 'format',
      rule: 'format',
      words: 'no e-mail address',
      value: literal('not-an-email'),
      forbidden: schema.format === 'email',
    })
  if (schema.format === 'uri')
    ways.push({ detail: 'format', rule: 'format', words: 'no URL', value: literal('not a url'), forbidden: true })
  if (schema.format === 'uuid')
    ways.push({ detail: 'format', rule: 'format', words: 'no UUID', value: literal('not-a-uuid'), forbidden: true })
  if (schema.format === 'date' || schema.format === 'date-time')
    ways.push({ detail: 'format', rule: 'format', words: 'no date', value: literal('not-a-date'), forbidden: true })
  if (schema.pattern) ways.push(...againstPattern(schema.pattern))
  if (schema.maxLength !== undefined && schema.maxLength <= 3000)
    ways.push({
      detail: 'too long',
      rule: 'too long',
      words: `longer than ${schema.maxLength} characters`,
      value: literal(longer(schema.maxLength + 1, schema.format)),
      forbidden: true,
    })
  if (schema.minLength !== undefined && schema.minLength > 1)
    ways.push({
      detail: 'too short',
      rule: 'too short',
      words: `shorter than ${schema.minLength} characters`,
      value: literal('a1-Bc2-De3'.repeat(50).slice(0, schema.minLength - 1)),
      forbidden: true,
    })
  ways.push(...beyondBounds(field))
  if (schema.minItems !== undefined && schema.minItems > 0)
    ways.push({
      detail: 'no items',
      rule: 'too short',
      words: 'an empty list',
      value: { is: 'array', items: [] },
      forbidden: true,
    })
  for (const { value, words } of mistyped(schema, name))
    ways.push({
      detail: `type ${words}`,
      rule: 'type',
      words: `${words} instead of ${withArticle(schema.type ?? 'string')}`,
      value: { is: 'literal', value },
      forbidden: false,
    })
  return withoutRepeats(ways)
}

function withoutRepeats(ways: Spoilt[]): Spoilt[] {
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
    return bad
      ? [{ detail: 'pattern', rule: 'format', words: 'not of the required form', value: literal(bad), forbidden: true }]
      : []
  } catch {
    return []
  }
}

function beyondBounds({ schema }: Field): Spoilt[] {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = schema
  const step = schema.type === 'integer' || schema.type === undefined ? 1 : 0.5
  const below = minimum !== undefined ? minimum - step : exclusiveMinimum
  const above = maximum !== undefined ? maximum + step : exclusiveMaximum
  const ways: Spoilt[] = []
  if (below !== undefined)
    ways.push({
      detail: 'too small',
      rule: 'below minimum',
      words: `less than ${minimum ?? `or equal to ${exclusiveMinimum}`}`,
      value: literal(below),
      forbidden: true,
    })
  if (above !== undefined)
    ways.push({
      detail: 'too large',
      rule: 'above maximum',
      words: `more than ${maximum ?? `or equal to ${exclusiveMaximum}`}`,
      value: literal(above),
      forbidden: true,
    })
  if (schema.type === 'integer')
    ways.push({
      detail: 'fraction',
      rule: 'type',
      words: 'a fraction',
      value: literal((minimum ?? 1) + 0.5),
      forbidden: false,
    })
  return ways
}

function longer(length: number, format: string | undefined): string {
  if (format === 'email') return `${'a'.repeat(Math.max(1, length - 12))}@example.com`
  if (format === 'uri') return `https://example.com/${'a'.repeat(Math.max(1, length - 20))}`
  return 'a'.repeat(length)
}
