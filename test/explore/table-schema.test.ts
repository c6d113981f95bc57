import { describe, expect, it } from 'vitest'
import type { JsonSchema } from '../../src/contracts/json.ts'
import { schemaOfTable, withChecks } from '../../src/explore/table-schema.ts'

const column = (name: string, type: string, nullable = false, hasDefault = false) => ({
  name,
  type,
  nullable,
  hasDefault,
})

const table = {
  name: 'tickets',
  columns: [
    column('id', 'integer', false, true),
    column('unit_price', 'integer'),
    column('title', 'character varying(80)'),
    column('state', 'text', false, true),
    column('note', 'text', true),
    column('password_hash', 'text'),
    column('author_id', 'integer'),
    column('created_at', 'timestamp with time zone', false, true),
  ],
  primaryKey: ['id'],
  foreignKeys: [],
  unique: [],
  checks: [
    "CHECK ((state = ANY (ARRAY['open'::text, 'done'::text])))",
    'CHECK (((unit_price > 0) AND (unit_price <= 500)))',
  ],
}

describe('a body made of a table', () => {
  const schema = schemaOfTable(table, { kept: (name) => name === 'author_id', camel: true })

  it('requires what the database has no value for, and leaves out what the server fills in', () => {
    expect(Object.keys(schema.properties ?? {})).toEqual(['unitPrice', 'title', 'state', 'note', 'password'])
    expect(schema.required).toEqual(['unitPrice', 'title', 'password'])
  })

  it('takes types, widths, values and bounds from columns and checks', () => {
    expect(schema.properties).toMatchObject({
      unitPrice: { type: 'integer', minimum: 1, maximum: 500 },
      title: { type: 'string', maxLength: 80 },
      state: { enum: ['open', 'done'] },
    })
  })

  it('keeps the spelling of the columns where the API does so too', () => {
    const plain = schemaOfTable(table, { kept: () => false, camel: false })
    expect(Object.keys(plain.properties ?? {})).toContain('unit_price')
  })
})

describe('a body that the code reads', () => {
  const known = (properties: JsonSchema['properties']) => withChecks({ type: 'object', properties }, table).properties

  it('takes the values and bounds that the database checks, where it says none itself', () => {
    expect(known({ state: {}, unitPrice: { type: 'number', minimum: 5 }, title: {} })).toEqual({
      state: { type: 'string', enum: ['open', 'done'] },
      unitPrice: { type: 'number', minimum: 5, maximum: 500 },
      title: {},
    })
  })

  it('takes them inside what wraps it, and not in an object beside others or for what is no text', () => {
    expect(known({ ticket: { properties: { state: {} } } })?.ticket?.properties?.state).toHaveProperty('enum')
    const beside = known({ title: {}, author: { properties: { state: {} } }, state: { type: 'boolean' } })
    expect(beside).toEqual({ title: {}, author: { properties: { state: {} } }, state: { type: 'boolean' } })
  })
})
