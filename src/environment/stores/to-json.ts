import type { Json } from '../../contracts/json.ts'

/** A driver's value as JSON: dates in ISO 8601 (UTC), bytes in base64, integers beyond 2^53 as decimal strings. */
export function toJson(value: unknown): Json {
  if (value === null || value === undefined) return null
  if (typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value)
  if (typeof value === 'bigint') return safeInteger(value)
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString()
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (Array.isArray(value)) return value.map(toJson)
  return Object.fromEntries(Object.entries(value as object).map(([key, inner]) => [key, toJson(inner)]))
}

/** A number where it is exact, otherwise its digits. */
export function safeInteger(value: bigint | string): number | string {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : String(value)
}
