import type { Column } from '../contracts/environment.ts'
import type { Json, JsonSchema } from '../contracts/json.ts'
import type { Expr } from '../contracts/observation.ts'
import { composeFor } from './patterns.ts'
import { nounOf, plainName, readable, splitWords } from './words.ts'

/** What is known around a field when a value for it is chosen. */
export interface ValueContext {
  /** The body changes something that exists: values differ from those it was made with. */
  update: boolean
  /** The body makes an account: names are people's. */
  signup: boolean
  /** The column a field is probably stored in. */
  column(name: string): Column | undefined
  /** The database (or the API's answers) demand that no two are equal. */
  unique(name: string): boolean
  /** The server probably fills it in by itself, e.g. who asks. */
  kept(name: string): boolean
  /** For a field that names another resource: that resource's id. */
  reference(name: string): Expr | null
}

const PASSWORD = 'Correct-Horse-42'
/** What it is changed to. */
const NEW_PASSWORD = 'Newer-Horse-43'

const literal = (value: Json): Expr => ({ is: 'literal', value })

/** A valid, readable value for a field, by its schema first, its name and column second. */
export function valueFor(name: string, schema: JsonSchema, context: ValueContext): Expr {
  const reference = schema.type === 'object' || schema.enum ? null : context.reference(name)
  if (reference) return schema.type === 'array' ? { is: 'array', items: [reference] } : reference
  if (schema.enum && schema.enum.length > 0) return literal(pickEnum(name, schema.enum, context.update))
  switch (schema.type ?? guessType(name, schema, context.column(name))) {
    case 'object':
      return {
        is: 'object',
        properties: Object.fromEntries(
          Object.entries(schema.properties ?? {}).map(([key, property]) => [key, valueFor(key, property, context)]),
        ),
      }
    case 'array': {
      const items = schema.items ?? {}
      const count = Math.max(1, schema.minItems ?? 1)
      return { is: 'array', items: Array.from({ length: count }, () => valueFor(itemName(name), items, context)) }
    }
    case 'integer':
      return literal(numberFor(name, { ...schema, type: 'integer' }, context.update))
    case 'number':
      return literal(numberFor(name, schema, context.update))
    case 'boolean':
      return literal(!/admin|deleted|banned|disabled|archived/i.test(name) !== context.update)
    case 'null':
      return literal(null)
    default:
      return stringFor(name, schema, context)
  }
}

/** `tagList` → `tag`, `categories` → `category`. */
function itemName(name: string): string {
  return nounOf(name.replace(/_?(list|array|set)$/i, '') || name)
}

function pickEnum(name: string, values: Json[], update: boolean): Json {
  const humble = /role|type|kind/i.test(name) && values.find((value) => /^(user|customer|member)$/i.test(String(value)))
  const choices = values.filter((value) => value !== null && value !== '')
  if (update && choices.length > 1) return choices[1] ?? null
  return humble || (values.find((value) => value !== null && value !== '') ?? values[0] ?? null)
}

/** The type a field without one probably has. */
function guessType(name: string, schema: JsonSchema, column: Column | undefined): JsonSchema['type'] {
  if (schema.properties) return 'object'
  if (schema.items) return 'array'
  if (schema.format || schema.pattern || schema.minLength !== undefined || schema.maxLength !== undefined)
    return 'string'
  if (schema.minimum !== undefined || schema.maximum !== undefined) return 'number'
  if (column) {
    const type = column.type.toLowerCase()
    if (/\[\]$|^array/.test(type)) return 'array'
    if (/json/.test(type)) return 'object'
    if (/bool|tinyint\(1\)/.test(type)) return 'boolean'
    if (/int|serial/.test(type)) return 'integer'
    if (/numeric|decimal|real|double|float|money/.test(type)) return 'number'
    return 'string'
  }
  const words = splitWords(name)
  const last = words.at(-1) ?? ''
  if (/^(is|has|can|should)$/.test(words[0] ?? '') && words.length > 1) return 'boolean'
  if (/^(active|enabled|published|completed|done|public|private|visible|featured|archived|draft)$/.test(last))
    return 'boolean'
  if (/^(tags|ids|items|list|roles|permissions|categories|images)$/.test(last)) return 'array'
  if (/^(quantity|qty|stock|count|age|year|rating|stars|score|cents|position|priority|capacity)$/.test(last))
    return 'integer'
  if (/^(price|amount|cost|total|weight|height|width|lat|latitude|lng|lon|longitude|discount|balance)$/.test(last))
    return 'number'
  return 'string'
}

const NUMBERS: [RegExp, number][] = [
  [/price|amount|cost|total|balance|salary/, 1999],
  [/cents/, 1999],
  [/quantity|qty/, 2],
  [/stock|inventory|capacity/, 10],
  [/rating|stars|score/, 4],
  [/age$/, 36],
  [/year/, 2024],
  [/lat/, 52.5],
  [/lng|lon/, 13.4],
  [/percent|discount/, 15],
]

function numberFor(name: string, schema: JsonSchema, update: boolean): number {
  const words = readable(name)
  const whole = schema.type === 'integer'
  let value = NUMBERS.find(([pattern]) => pattern.test(words))?.[1] ?? 5
  if (!whole && value === 1999 && !/cents/.test(words)) value = 19.99
  if (whole) value = Math.round(value)
  if (update) value += value === schema.maximum ? -1 : 1
  const step = schema.multipleOf ?? (whole ? 1 : 0)
  const low =
    schema.minimum ?? (schema.exclusiveMinimum === undefined ? undefined : schema.exclusiveMinimum + (step || 1))
  const high =
    schema.maximum ?? (schema.exclusiveMaximum === undefined ? undefined : schema.exclusiveMaximum - (step || 1))
  if (low !== undefined && value < low) value = low
  if (high !== undefined && value > high) value = high
  if (schema.multipleOf) value = Math.ceil(value / schema.multipleOf) * schema.multipleOf
  return value
}

/** Readable stand-ins by a word of the name; the first that matches. */
const STRINGS: [RegExp, string][] = [
  [/first name|given name|forename/, 'Ada'],
  [/last name|family name|surname/, 'Lovelace'],
  [/image|avatar|photo|picture|thumbnail|logo|icon/, 'https://example.com/picture.png'],
  [/url|uri|website|link|homepage/, 'https://example.com/page'],
  [/phone|mobile|tel$/, '+15550100200'],
  [/description|summary|excerpt|abstract/, 'A short description'],
  [/bio|about/, 'Likes long walks'],
  [/body|content|text|message|comment|review|note/, 'Some words about it'],
  [/currency/, 'EUR'],
  [/country/, 'DE'],
  [/city|town/, 'Berlin'],
  [/zip|postal|postcode/, '10115'],
  [/street|address/, '12 Long Street'],
  [/language|locale/, 'en'],
  [/time ?zone/, 'UTC'],
  [/colou?r/, 'blue'],
  [/category|genre|topic/, 'stationery'],
  [/type|kind/, 'standard'],
  [/role/, 'user'],
  [/gender/, 'female'],
  [/company|organi[sz]ation/, 'Analytical Engines'],
]

function stringFor(name: string, schema: JsonSchema, context: ValueContext): Expr {
  const column = context.column(name)
  const width = Number(/\((\d+)\)/.exec(column?.type ?? '')?.[1] ?? Number.NaN)
  const maxLength = schema.maxLength ?? (Number.isNaN(width) ? undefined : width)
  const words = readable(name)
  const label = nounOf(name)
  const unique = (kind: Extract<Expr, { is: 'unique' }>['kind']): Expr => ({
    is: 'unique',
    kind,
    label,
    ...(maxLength === undefined || maxLength > 60 ? {} : { maxLength }),
  })
  const isUnique = context.unique(name)
  if (/pass(word|phrase|wd)|pwd/.test(plainName(name)) || schema.format === 'password')
    return literal(clip(isNewPassword(words, context) ? NEW_PASSWORD : PASSWORD, schema.minLength, maxLength))
  if (schema.format === 'email' || /e ?mail/.test(words)) return unique('email')
  if (schema.pattern) return composeFor(schema.pattern, label, isUnique || isIdentity(words, context.signup))
  if (schema.format === 'uuid' || /uuid|guid/.test(words) || /^uuid/i.test(column?.type ?? '')) return unique('uuid')
  if (schema.format === 'date-time' || /timestamp|datetime/i.test(column?.type ?? ''))
    return literal('2031-06-15T10:00:00.000Z')
  if (schema.format === 'date' || /^date$/i.test(column?.type ?? '') || /(^| )(date|birthday|dob)$/.test(words))
    return literal(/birth|dob/.test(words) ? '1990-06-15' : '2031-06-15')
  if (/(^| )at$/.test(words)) return literal('2031-06-15T10:00:00.000Z')
  if (schema.format === 'uri') return isUnique ? unique('url') : literal('https://example.com/picture.png')
  if (/^(user ?name|login|handle|nick ?name|slug)$/.test(words)) return unique('word')
  if (/phone|mobile/.test(words) && isUnique) return unique('phone')
  if (isUnique)
    return unique(maxLength !== undefined && maxLength < 14 ? 'word' : /name|title/.test(words) ? 'text' : 'word')
  if (isIdentity(words, context.signup)) return unique('text')
  if (context.signup && /name$/.test(words) && !/first|given|last|family|sur/.test(words))
    return literal(clip('Ada Lovelace', schema.minLength, maxLength))
  const known = STRINGS.find(([pattern]) => pattern.test(words))?.[1]
  const text = known ?? `Some ${words}`
  return literal(clip(context.update ? revised(text) : text, schema.minLength, maxLength))
}

function isNewPassword(words: string, { update }: ValueContext): boolean {
  return !/current|old|existing|previous/.test(words) && (update || /(^| )new( |$)/.test(words))
}

/** Another value of the same kind. */
function revised(text: string): string {
  if (text.startsWith('https://')) return text.replace('example.com/', 'example.com/other-')
  if (/^\+?\d+$/.test(text)) return `${text.slice(0, -1)}9`
  return text.includes(' ') ? `${text}, revised` : text.length <= 3 ? text : `other-${text}`
}

/** Names by which people tell one thing from another. */
function isIdentity(words: string, signup: boolean): boolean {
  return /(^| )(title|name|label|subject|headline|code|sku|reference)$/.test(words) && !signup
}

function clip(value: string, minLength: number | undefined, maxLength: number | undefined): string {
  let fitted = value
  while (minLength !== undefined && fitted.length < minLength) fitted += ` ${value}`
  return maxLength !== undefined && fitted.length > maxLength ? fitted.slice(0, maxLength).trimEnd() : fitted
}
