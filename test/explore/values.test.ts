import { describe, expect, it } from 'vitest'
import type { JsonSchema } from '../../src/contracts/json.ts'
import { evaluate } from '../../src/explore/expressions.ts'
import { buildBody } from '../../src/explore/fields.ts'
import { composeFor } from '../../src/explore/patterns.ts'
import { UniqueValues } from '../../src/explore/unique.ts'
import { type ValueContext, valueFor } from '../../src/explore/values.ts'

const context: ValueContext = {
  signup: false,
  update: false,
  column: () => undefined,
  unique: () => false,
  kept: () => false,
  reference: () => null,
}
const value = (name: string, schema: JsonSchema = {}, more: Partial<ValueContext> = {}) =>
  evaluate(valueFor(name, schema, { ...context, ...more }), new Map(), new UniqueValues(3))

describe('values', () => {
  it.each([
    ['email', {}, /^email\.[a-z0-9]{6}@example\.com$/],
    ['password', { minLength: 8, maxLength: 12 }, /^\S{12}$/],
    ['description', {}, /^A short description$/],
    ['avatarUrl', { format: 'uri' }, /^https:\/\/example\.com\//],
    ['dueDate', { format: 'date' }, /^\d{4}-\d\d-\d\d$/],
    ['title', {}, /^Title [a-z0-9]{6}$/],
    ['status', { enum: ['draft', 'live'] }, /^draft$/],
    ['sku', { pattern: '^[A-Z0-9][A-Z0-9-]{2,31}$' }, /^[A-Z0-9][A-Z0-9-]{2,31}$/],
    ['zip', { pattern: '/^\\d{5}$/' }, /^\d{5}$/],
  ] as [string, JsonSchema, RegExp][])('%s is readable and valid', (name, schema, expected) => {
    expect(value(name, schema)).toMatch(expected)
  })

  it('keeps numbers within their bounds', () => {
    expect(value('rating', { type: 'integer', minimum: 1, maximum: 3 })).toBe(3)
    expect(value('price', { type: 'number', minimum: 0 })).toBe(19.99)
    expect(value('step', { type: 'integer', multipleOf: 10 })).toBe(10)
    expect(value('share', { type: 'integer', exclusiveMinimum: 5 })).toBe(6)
  })

  it('changes every literal for an update', () => {
    const schema: JsonSchema = {
      type: 'object',
      properties: {
        text: { type: 'string' },
        stock: { type: 'integer' },
        live: { type: 'boolean' },
        kind: { enum: ['a', 'b'] },
      },
      required: ['text', 'stock', 'live', 'kind'],
    }
    const of = (update: boolean) =>
      evaluate(buildBody(schema, { ...context, update }), new Map(), new UniqueValues(1)) as Record<string, unknown>
    for (const [key, was] of Object.entries(of(false))) expect(of(true)[key], key).not.toEqual(was)
  })

  it('refers to other resources instead of guessing their ids', () => {
    const reference: ValueContext['reference'] = (name) =>
      name === 'productId' ? { is: 'ref', from: 'product', at: 'response', path: ['id'] } : null
    expect(
      valueFor(
        'items',
        { type: 'array', items: { type: 'object', properties: { productId: {}, quantity: { type: 'integer' } } } },
        { ...context, reference },
      ),
    ).toEqual({
      is: 'array',
      items: [
        {
          is: 'object',
          properties: {
            productId: { is: 'ref', from: 'product', at: 'response', path: ['id'] },
            quantity: { is: 'literal', value: 2 },
          },
        },
      ],
    })
  })

  it('makes unique values that never repeat and depend on the seed alone', () => {
    const series = (seed: number) => {
      const unique = new UniqueValues(seed)
      return Array.from({ length: 500 }, () =>
        unique.next({ is: 'unique', kind: 'word', label: 'title', maxLength: 12 }),
      )
    }
    expect(new Set(series(1)).size).toBe(500)
    expect(series(1)).toEqual(series(1))
    expect(series(2).filter((word) => series(1).includes(word))).toEqual([])
    for (const word of series(1)) expect(word).toMatch(/^[a-z][a-z0-9]{0,11}$/)
  })

  it('composes fresh values for a pattern that leaves room', () => {
    expect(composeFor('^[a-z0-9]+$', 'slug', true)).toEqual({ is: 'unique', kind: 'word', label: 'slug' })
    expect(composeFor('^(red|blue)$', 'blue', false)).toEqual({ is: 'literal', value: 'blue' })
  })
})
