import type { JsonSchema } from '../../../contracts/json.ts'
import { literal, type Obj, type Value } from '../evaluate/values.ts'
import { plainJson, readSchema } from './convert.ts'

/** Words that mean the same here and there. */
const PLAIN = [
  'enum',
  'format',
  'pattern',
  'minLength',
  'maxLength',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minItems',
  'maxItems',
  'nullable',
  'default',
  'additionalProperties',
] as const

/** Does an object look like JSON Schema rather than like fields by their names? */
export function isJsonSchema(value: Obj): boolean {
  const type = value.props.get('type')
  const named = type?.k === 'arr' || (type !== undefined && typeof literal(type)?.v === 'string')
  const words = ['$ref', 'properties', 'anyOf', 'oneOf', 'allOf', 'const', 'enum']
  return named || words.some((word) => value.props.has(word))
}

/** JSON Schema as a program builds it: parts of it may come from validators. */
export function readJsonSchema(value: Obj): JsonSchema {
  const schema: JsonSchema = {}
  const type = value.props.get('type')
  const types = (type?.k === 'arr' ? type.items : [type]).map((one) => one && literal(one)?.v)
  const own = types.find((name) => typeof name === 'string' && name !== 'null')
  if (own) schema.type = own as NonNullable<JsonSchema['type']>
  else if (types.includes('null')) schema.type = 'null'
  if (own && types.includes('null')) schema.nullable = true
  for (const word of PLAIN) {
    const json = plainJson(value.props.get(word) ?? { k: 'unknown' })
    if (json !== undefined) Object.assign(schema, { [word]: json })
  }
  // Draft 4 knew flags beside the bounds.
  for (const [bound, flag] of [
    ['minimum', 'exclusiveMinimum'],
    ['maximum', 'exclusiveMaximum'],
  ] as const) {
    if ((schema[flag] as unknown) === true) {
      schema[flag] = schema[bound]
      delete schema[bound]
    } else if (typeof schema[flag] !== 'number') delete schema[flag]
  }
  if (typeof schema.additionalProperties !== 'boolean') delete schema.additionalProperties
  const only = value.props.get('const')
  if (only) schema.enum = [plainJson(only) ?? null]
  const properties = value.props.get('properties')
  if (properties?.k === 'obj') {
    schema.type ??= 'object'
    schema.properties = {}
    for (const [name, field] of properties.props) schema.properties[name] = inner(field)
  }
  const required = plainJson(value.props.get('required') ?? { k: 'unknown' })
  if (Array.isArray(required) && required.length > 0)
    schema.required = required.map(String).filter((name) => schema.properties?.[name]?.default === undefined)
  const items = value.props.get('items')
  if (items && items.k !== 'arr') schema.items = inner(items)
  for (const word of ['allOf', 'anyOf', 'oneOf'] as const) {
    const parts = value.props.get(word)
    if (parts?.k === 'arr')
      Object.assign(
        schema,
        word === 'allOf' ? all([schema, ...parts.items.map(inner)]) : either(parts.items.map(inner)),
      )
  }
  return schema
}

function inner(value: Value): JsonSchema {
  return readSchema(value)?.schema ?? {}
}

/** What holds when all of several schemas do. */
export function all(schemas: JsonSchema[]): JsonSchema {
  const result: JsonSchema = {}
  for (const schema of schemas) {
    const properties = { ...result.properties, ...schema.properties }
    const required = [...new Set([...(result.required ?? []), ...(schema.required ?? [])])]
    Object.assign(result, schema)
    if (Object.keys(properties).length > 0) result.properties = properties
    if (required.length > 0) result.required = required
  }
  return result
}

/** What all of several choices have in common; choices of single values are one list of values. */
export function either(schemas: JsonSchema[]): JsonSchema {
  const some = schemas.filter(({ type }) => type !== 'null')
  const nullable = some.length < schemas.length ? { nullable: true } : {}
  const [first] = some
  if (!first) return schemas[0] ?? {}
  if (some.length === 1) return { ...first, ...nullable }
  const same = some.every(({ type }) => type === first.type) && first.type ? { type: first.type } : {}
  const values = some.flatMap((schema) => schema.enum ?? [])
  return { ...same, ...(some.every((schema) => schema.enum) ? { enum: values } : {}), ...nullable }
}
