import { describe, expect, it } from 'vitest'
import { schemaOfTable } from '../../src/explore/table-schema.ts'

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
