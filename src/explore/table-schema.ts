import type { Column, Table } from '../contracts/environment.ts'
import type { JsonSchema } from '../contracts/json.ts'
import { camelCase, plainName, splitWords } from './words.ts'

/**
 * What a body may hold that ends up in this table: its columns with what the database demands of them, the required ones being
 * those it has no value for. `kept` names columns that the server fills in; `camel` spells `price_cents` as `priceCents`.
 */
export function schemaOfTable(
  table: Table,
  { kept, camel }: { kept: (column: string) => boolean; camel: boolean },
): JsonSchema {
  const columns = table.columns.filter(
    (column) =>
      !table.primaryKey.includes(column.name) &&
      !/_at$|At$|^(created|updated|deleted)/.test(column.name) &&
      !isInternal(column) &&
      !kept(column.name),
  )
  const spelled = (column: Column) => spell(column.name, camel)
  return {
    type: 'object',
    properties: Object.fromEntries(columns.map((column) => [spelled(column), schemaOfColumn(column, table.checks)])),
    required: columns.filter(({ nullable, hasDefault }) => !nullable && !hasDefault).map(spelled),
  }
}

/** What the server keeps for itself, and can do without. */
function isInternal({ name, nullable, hasDefault }: Column): boolean {
  const words = splitWords(name).join(' ')
  return (
    (nullable || hasDefault) &&
    /token|salt|secret|otp|verif|confirm|reset|last (login|seen|sign)|attempts|locked/.test(words)
  )
}

/** A stored hash comes from a password that is sent. */
function spell(name: string, camel: boolean): string {
  const words = splitWords(name)
  if (words.some((word) => /^(passw(or)?d|pwd)$/.test(word)) && words.length > 1) return 'password'
  return camel ? camelCase(words) : name
}

/**
 * The schema with what the table's checks allow of the columns that its properties are named after, where it does not say itself. An
 * object in it is about something else, but for the only one, which wraps the whole.
 */
export function withChecks(schema: JsonSchema, table: Table): JsonSchema {
  const entries = Object.entries(schema.properties ?? {})
  const properties = entries.map(([key, known]) => {
    if (known.properties) return [key, entries.length === 1 ? withChecks(known, table) : known]
    const column = table.columns.find(({ name }) => plainName(name) === plainName(key))
    const own = column ? checked(column, table.checks) : {}
    const fits = own.enum === undefined || known.type === undefined || known.type === 'string'
    return [key, fits ? { ...own, ...known } : known]
  })
  return { ...schema, properties: Object.fromEntries(properties) }
}

/** The values or bounds that checks name for a column. */
function checked(column: Column, checks: string[]): Pick<JsonSchema, 'type' | 'enum' | 'minimum' | 'maximum'> {
  const own = checks.filter((check) => new RegExp(`\\b${column.name.replace(/\W/g, '\\$&')}\\b`).test(check))
  const values = own.flatMap(valuesIn)
  return values.length > 0 ? { type: 'string', enum: values } : boundsIn(own, column.name)
}

function schemaOfColumn(column: Column, checks: string[]): JsonSchema {
  const type = column.type.toLowerCase()
  const own = checked(column, checks)
  if (own.enum) return own
  if (/bool|tinyint\(1\)/.test(type)) return { type: 'boolean' }
  if (/int|serial/.test(type)) return { type: 'integer', ...own }
  if (/numeric|decimal|real|double|float|money/.test(type)) return { type: 'number', ...own }
  if (/json|\[\]|array|bytea|blob/.test(type)) return {}
  if (/^uuid/.test(type)) return { type: 'string', format: 'uuid' }
  if (/timestamp|datetime/.test(type)) return { type: 'string', format: 'date-time' }
  if (/^date$/.test(type)) return { type: 'string', format: 'date' }
  const width = Number(/\((\d+)\)/.exec(type)?.[1] ?? Number.NaN)
  return { type: 'string', ...(Number.isNaN(width) ? {} : { maxLength: width }) }
}

/** `status IN ('a', 'b')`, or as PostgreSQL writes it: `status = ANY (ARRAY['a'::text, 'b'::text])`. */
function valuesIn(check: string): string[] {
  if (!/\bin\s*\(|any\s*\(/i.test(check)) return []
  return [...check.matchAll(/'((?:[^']|'')*)'/g)].map((match) => (match[1] ?? '').replaceAll("''", "'"))
}

function boundsIn(checks: string[], column: string): Pick<JsonSchema, 'minimum' | 'maximum'> {
  const bounds: Pick<JsonSchema, 'minimum' | 'maximum'> = {}
  const compared = new RegExp(
    `\\b${column.replace(/\W/g, '\\$&')}\\b"?\\)?\\s*(>=|>|<=|<)\\s*\\(?(-?\\d+(?:\\.\\d+)?)`,
    'g',
  )
  for (const check of checks)
    for (const [, sign, number] of check.matchAll(compared)) {
      const value = Number(number)
      if (sign === '>=') bounds.minimum = value
      if (sign === '>') bounds.minimum = value + 1
      if (sign === '<=') bounds.maximum = value
      if (sign === '<') bounds.maximum = value - 1
    }
  return bounds
}
