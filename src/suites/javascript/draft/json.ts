import type { Json, JsonPath } from '../../../contracts/json.ts'
import type { Expr, Pattern } from '../../../contracts/observation.ts'

export type JsonObject = { [key: string]: Json }

export const isObject = (value: Json | undefined): value is JsonObject =>
  value !== null && typeof value === 'object' && !Array.isArray(value)

export function valueAt(value: Json | undefined, path: JsonPath): Json | undefined {
  return path.reduce<Json | undefined>((current, key) => {
    if (Array.isArray(current)) return current[Number(key)]
    return isObject(current) ? current[String(key)] : undefined
  }, value)
}

export function exprAt(expr: Expr | null, path: JsonPath): Expr | undefined {
  return path.reduce<Expr | undefined>((current, key) => {
    if (current?.is === 'object') return current.properties[String(key)]
    if (current?.is === 'array') return current.items[Number(key)]
    if (current?.is === 'literal') {
      const value = valueAt(current.value, [key])
      return value === undefined ? undefined : { is: 'literal', value }
    }
    return undefined
  }, expr ?? undefined)
}

export function patternAt(pattern: Pattern, path: JsonPath): Pattern | undefined {
  return path.reduce<Pattern | undefined>((current, key) => {
    if (current?.is === 'object') return current.properties[String(key)]
    return current?.is === 'array' && current.ordered ? current.items[Number(key)] : undefined
  }, pattern)
}

/** What `path` adds to `prefix`, or `null` when it does not start with it. */
export function pathWithin(path: JsonPath, prefix: JsonPath): JsonPath | null {
  const inside = prefix.every((key, index) => String(key) === String(path[index]))
  return inside ? path.slice(prefix.length) : null
}

/** The way through envelopes such as `{ article: { … } }` to the object that matters. */
export function requestEntityPath(body: Expr | null): JsonPath {
  const path: JsonPath = []
  let current = body
  while (current?.is === 'object') {
    const [entry, ...others] = Object.entries(current.properties)
    if (!entry || others.length > 0 || entry[1].is !== 'object' || Object.keys(entry[1].properties).length === 0) break
    path.push(entry[0])
    current = entry[1]
  }
  return path
}

/** The same for an answer, where scalars such as a token may stand beside the envelope. */
export function responseEntityPath(body: Json): JsonPath {
  const path: JsonPath = []
  let current = body
  while (isObject(current)) {
    const entries = Object.entries(current)
    const objects = entries.filter((entry): entry is [string, JsonObject] => isObject(entry[1]))
    const [only] = objects
    const scalars = entries.length - objects.length
    if (!only || objects.length > 1 || scalars > 2 || 'id' in current) break
    if (scalars > 0 && Object.keys(only[1]).length <= scalars) break
    path.push(only[0])
    current = only[1]
  }
  return path
}

export function walkExpr(expr: Expr | null, visit: (expr: Expr, path: JsonPath) => void, path: JsonPath = []): void {
  if (!expr) return
  visit(expr, path)
  if (expr.is === 'object')
    for (const [key, inner] of Object.entries(expr.properties)) walkExpr(inner, visit, [...path, key])
  if (expr.is === 'array') for (const [index, inner] of expr.items.entries()) walkExpr(inner, visit, [...path, index])
  if (expr.is === 'text') for (const part of expr.parts) if (typeof part !== 'string') walkExpr(part, visit, path)
}

export function walkPattern(
  pattern: Pattern | null,
  visit: (pattern: Pattern, path: JsonPath) => void,
  path: JsonPath = [],
): void {
  if (!pattern) return
  visit(pattern, path)
  if (pattern.is === 'object')
    for (const [key, inner] of Object.entries(pattern.properties)) walkPattern(inner, visit, [...path, key])
  if ('items' in pattern)
    for (const [index, inner] of pattern.items.entries()) walkPattern(inner, visit, [...path, index])
}
