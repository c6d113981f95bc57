import type { Json, JsonPath, JsonSchema } from '../contracts/json.ts'
import type { Expr } from '../contracts/observation.ts'
import { withPart } from './expressions.ts'
import { type ValueContext, valueFor } from './values.ts'

/** A field of a body that can be left out, mistyped or bent. */
export interface Field {
  path: JsonPath
  schema: JsonSchema
  required: boolean
}

/** Fields of a body schema, objects opened, items of arrays left closed. */
export function fieldsOf(schema: JsonSchema, path: JsonPath = [], required = true): Field[] {
  const properties = Object.entries(schema.properties ?? {})
  if (properties.length === 0) return path.length > 0 ? [{ path, schema, required }] : []
  return properties.flatMap(([name, property]) =>
    fieldsOf(property, [...path, name], required && (schema.required ?? []).includes(name)),
  )
}

/** Changes to a synthesised body that the application's answers taught, by dotted path; `null` leaves the field out. */
export type Amendments = Map<string, Expr | null>

const KEPT_BY_THE_SERVER = /^(_?id|uuid|created_?at|updated_?at|deleted_?at|created|updated|version|__v)$|count$/i

/** A body that should be accepted: every field, or with `minimal` the required ones alone. */
export function buildBody(
  schema: JsonSchema,
  context: ValueContext,
  options: { minimal?: boolean; amendments?: Amendments } = {},
): Expr {
  let body = objectFor(schema, context, options.minimal ?? false)
  for (const [path, expr] of options.amendments ?? []) body = withPart(body, parsePath(path), expr)
  return body
}

function objectFor(schema: JsonSchema, context: ValueContext, minimal: boolean): Expr {
  const required = schema.required ?? []
  const properties: Record<string, Expr> = {}
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const isRequired = required.includes(name)
    const nested = property.properties && Object.keys(property.properties).length > 0
    const kept = KEPT_BY_THE_SERVER.test(name) || context.kept(name)
    if ((!isRequired || property.default !== undefined) && kept) continue
    if (!isRequired && minimal && !nested) continue
    properties[name] = nested ? objectFor(property, context, minimal) : valueFor(name, property, context)
  }
  return { is: 'object', properties }
}

function parsePath(path: string): JsonPath {
  return path.split('.').map((key) => (/^\d+$/.test(key) ? Number(key) : key))
}

export function dotted(path: JsonPath): string {
  return path.join('.')
}

/** A literal of each JSON type that is not this one, for mistyping. */
export function mistyped(schema: JsonSchema, name: string): { value: Json; words: string }[] {
  switch (schema.type) {
    case 'string':
      return [
        { value: 12345, words: 'a number' },
        { value: { unexpected: true }, words: 'an object' },
      ]
    case 'integer':
    case 'number':
      return [{ value: `not-${name.toLowerCase()}`, words: 'text' }]
    case 'boolean':
      return [{ value: 'not-a-boolean', words: 'text' }]
    case 'array':
    case 'object':
      return [{ value: 'just-text', words: 'text' }]
    default:
      return []
  }
}
