import type { Json } from '../contracts/json.ts'
import type { Pattern } from '../contracts/observation.ts'

type Format = Extract<Pattern, { is: 'format' }>['format']

export const JWT = /^[\w-]{8,}\.[\w-]{8,}\.[\w-]+$/
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
const DATE_TIME = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?\s?(Z|[+-]\d\d:?\d\d)?$/
const DATE = /^\d{4}-\d\d-\d\d$/
const HASH = /^(\$2[abxy]?\$|\$argon2|\$scrypt|\$pbkdf2|pbkdf2|scrypt:|bcrypt)|^[0-9a-f]{32,}$/i

/** The narrowest class of values this one is of. */
export function formatOf(value: Json): Format {
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number'
  if (typeof value === 'boolean') return 'boolean'
  const text = String(value)
  if (JWT.test(text)) return 'jwt'
  if (UUID.test(text)) return 'uuid'
  if (DATE.test(text)) return 'date'
  if (DATE_TIME.test(text)) return 'date-time'
  if (HASH.test(text)) return 'hash'
  if (/^https?:\/\/\S+$/.test(text)) return 'url'
  if (/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text)) return 'email'
  return 'string'
}

/** The class both values are of; `null` when they have none in common. */
export function commonFormat(a: Json, b: Json): Format | null {
  const [left, right] = [formatOf(a), formatOf(b)]
  if (left === right) return left
  if (typeof a === 'number' && typeof b === 'number') return 'number'
  return typeof a === 'string' && typeof b === 'string' ? 'string' : null
}

/** A point in time, whatever it is written as: never a literal. */
export function isMoment(value: Json, key: string): boolean {
  if (typeof value === 'string') return DATE_TIME.test(value) || DATE.test(value)
  return typeof value === 'number' && value > 1_000_000_000 && /at$|time|date|iat|exp|created|updated/i.test(key)
}

/** A stack trace: the code lies elsewhere in another clone. */
export function namesPlace(value: Json): boolean {
  return typeof value === 'string' && /\bat [^\n]*\.[cm]?[jt]sx?:\d+:\d+/.test(value)
}
