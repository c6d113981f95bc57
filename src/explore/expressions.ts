import type { Json, JsonPath } from '../contracts/json.ts'
import type { Expr } from '../contracts/observation.ts'
import { valueAt } from './leaves.ts'
import type { UniqueValues } from './unique.ts'

/** What references may point at: binding (or step, or `act`) → its JSON bodies. */
export type Scope = Map<string, { request: Json; response: Json }>

export class MissingReference extends Error {}

/** The value an expression stands for in this scope. Throws `MissingReference` when the scope does not hold it. */
export function evaluate(expr: Expr, scope: Scope, unique: UniqueValues): Json {
  switch (expr.is) {
    case 'literal':
      return expr.value
    case 'unique':
      return unique.next(expr)
    case 'ref': {
      const value = valueAt(scope.get(expr.from)?.[expr.at], expr.path)
      if (value === undefined) throw new MissingReference(`${expr.from}.${expr.at}.${expr.path.join('.')}`)
      return value
    }
    case 'object':
      return Object.fromEntries(
        Object.entries(expr.properties).map(([key, property]) => [key, evaluate(property, scope, unique)]),
      )
    case 'array':
      return expr.items.map((item) => evaluate(item, scope, unique))
    case 'text':
      return expr.parts
        .map((part) => (typeof part === 'string' ? part : String(evaluate(part, scope, unique))))
        .join('')
  }
}

/** Names of bindings an expression refers to. */
export function referencesOf(expr: Expr | null): string[] {
  if (!expr) return []
  switch (expr.is) {
    case 'ref':
      return [expr.from]
    case 'object':
      return Object.values(expr.properties).flatMap(referencesOf)
    case 'array':
      return expr.items.flatMap(referencesOf)
    case 'text':
      return expr.parts.flatMap((part) => (typeof part === 'string' ? [] : referencesOf(part)))
    default:
      return []
  }
}

/** The same expression with references changed by `change`. */
export function mapReferences(expr: Expr, change: (ref: Extract<Expr, { is: 'ref' }>) => Expr): Expr {
  switch (expr.is) {
    case 'ref':
      return change(expr)
    case 'object':
      return {
        is: 'object',
        properties: Object.fromEntries(
          Object.entries(expr.properties).map(([key, property]) => [key, mapReferences(property, change)]),
        ),
      }
    case 'array':
      return { is: 'array', items: expr.items.map((item) => mapReferences(item, change)) }
    case 'text':
      return {
        is: 'text',
        parts: expr.parts.map((part) => (typeof part === 'string' ? part : mapReferences(part, change))),
      }
    default:
      return expr
  }
}

/** The part of an expression at a path, as far as it is spelled out. */
export function exprAt(expr: Expr | null, path: JsonPath): Expr | null {
  let current: Expr | null | undefined = expr
  for (const key of path) {
    if (current?.is === 'object') current = current.properties[String(key)]
    else if (current?.is === 'array') current = current.items[Number(key)]
    else return null
  }
  return current ?? null
}

/** A copy with the part at `path` replaced, or removed when `part` is `null`; missing objects are made. */
export function withPart(expr: Expr | null, path: JsonPath, part: Expr | null): Expr {
  const [key, ...rest] = path
  if (key === undefined) return part ?? { is: 'object', properties: {} }
  if (expr?.is === 'array') {
    const items = [...expr.items]
    if (part === null && rest.length === 0) items.splice(Number(key), 1)
    else items[Number(key)] = withPart(items[Number(key)] ?? null, rest, part)
    return { is: 'array', items }
  }
  const properties = { ...(expr?.is === 'object' ? expr.properties : {}) }
  if (part === null && rest.length === 0) delete properties[String(key)]
  else properties[String(key)] = withPart(properties[String(key)] ?? null, rest, part)
  return { is: 'object', properties }
}

/** Scalar expressions with their paths. */
export function exprLeaves(expr: Expr | null, path: JsonPath = []): { path: JsonPath; expr: Expr }[] {
  if (!expr) return []
  if (expr.is === 'object')
    return Object.entries(expr.properties).flatMap(([key, property]) => exprLeaves(property, [...path, key]))
  if (expr.is === 'array') return expr.items.flatMap((item, index) => exprLeaves(item, [...path, index]))
  return [{ path, expr }]
}
