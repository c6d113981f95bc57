import type { JsonSchema } from '../../../contracts/json.ts'
import { textOf, type Value } from '../evaluate/values.ts'
import { plainJson, readSchema } from './convert.ts'
import { all, either, readJsonSchema } from './json-schema.ts'
import type { Step } from './steps.ts'

/** A schema of TypeBox, and whether its place in an object may stay empty. */
interface Made {
  schema: JsonSchema
  optional?: boolean
}

type Make = (args: Value[]) => Made

const inner = (value: Value | undefined): Made => {
  const draft = value && readSchema(value)
  return draft ? { schema: draft.schema, optional: !draft.required } : { schema: {} }
}

/** Options stand last. */
const options = (value: Value | undefined): JsonSchema => (value?.k === 'obj' ? readJsonSchema(value) : {})

const typed =
  (schema: JsonSchema): Make =>
  ([given]) => ({ schema: { ...schema, ...options(given) } })

const list = (value: Value | undefined): Value[] => (value?.k === 'arr' ? value.items : [])

function named(keys: Value | undefined): string[] {
  const names = keys && plainJson(keys)
  if (Array.isArray(names)) return names.map(String)
  const text = textOf(keys)
  return text === undefined ? [] : [text]
}

function select([given, keys]: Value[], keep: (name: string, names: string[]) => boolean): Made {
  const { schema } = inner(given)
  const names = named(keys)
  const properties = Object.fromEntries(Object.entries(schema.properties ?? {}).filter(([name]) => keep(name, names)))
  return { schema: { ...schema, properties, required: schema.required?.filter((name) => keep(name, names)) } }
}

const TYPES: Record<string, Make> = {
  String: typed({ type: 'string' }),
  Number: typed({ type: 'number' }),
  Integer: typed({ type: 'integer' }),
  BigInt: typed({ type: 'integer' }),
  Boolean: typed({ type: 'boolean' }),
  Null: typed({ type: 'null' }),
  Date: typed({ type: 'string', format: 'date-time' }),
  Any: typed({}),
  Unknown: typed({}),
  RegExp: ([regex]) => ({ schema: { type: 'string', ...(regex?.k === 'regex' ? { pattern: regex.source } : {}) } }),
  Literal: ([value]) => {
    const json = value && plainJson(value)
    const type = typeof json
    const known = type === 'string' || type === 'number' || type === 'boolean'
    return { schema: json === undefined ? {} : ({ ...(known ? { type } : {}), enum: [json] } as JsonSchema) }
  },
  Object: ([fields, given]) => {
    const schema: JsonSchema = { type: 'object', properties: {} }
    const required: string[] = []
    for (const [name, value] of fields?.k === 'obj' ? fields.props : []) {
      const field = inner(value)
      Object.assign(schema.properties ?? {}, { [name]: field.schema })
      // A default stands in for what is missing.
      if (!field.optional && field.schema.default === undefined) required.push(name)
    }
    if (required.length > 0) schema.required = required
    return { schema: { ...schema, ...options(given) } }
  },
  Array: ([item, given]) => ({ schema: { type: 'array', items: inner(item).schema, ...options(given) } }),
  Record: () => ({ schema: { type: 'object' } }),
  Tuple: () => ({ schema: { type: 'array' } }),
  Optional: ([value]) => ({ schema: inner(value).schema, optional: true }),
  Readonly: ([value]) => inner(value),
  ReadonlyOptional: ([value]) => ({ schema: inner(value).schema, optional: true }),
  Union: ([choices, given]) => ({
    schema: { ...either(list(choices).map((one) => inner(one).schema)), ...options(given) },
  }),
  Enum: ([values]) => ({ schema: { enum: values?.k === 'obj' ? Object.values(plainJson(values) ?? {}) : [] } }),
  Intersect: ([parts]) => ({ schema: all(list(parts).map((one) => inner(one).schema)) }),
  Composite: ([parts]) => ({ schema: all(list(parts).map((one) => inner(one).schema)) }),
  Partial: ([value]) => ({ schema: { ...inner(value).schema, required: undefined } }),
  Required: ([value]) => {
    const { schema } = inner(value)
    return { schema: { ...schema, required: Object.keys(schema.properties ?? {}) } }
  },
  Pick: (args) => select(args, (name, names) => names.includes(name)),
  Omit: (args) => select(args, (name, names) => !names.includes(name)),
  Unsafe: ([value]) => ({ schema: value?.k === 'obj' ? readJsonSchema(value) : {} }),
  Transform: ([value]) => inner(value),
}

/** `Type.Object({…})` as JSON Schema; `null` for words of it that say nothing of a shape. */
export function readTypebox(steps: Step[]): Made | null {
  // `Type.Transform(x).Decode(…).Encode(…)` is sent as x.
  const step = steps.find(({ name, args }) => args && name in TYPES)
  const made = step?.args ? TYPES[step.name]?.(step.args) : undefined
  if (!made) return null
  const schema = Object.fromEntries(Object.entries(made.schema).filter(([, value]) => value !== undefined))
  return { ...made, schema }
}
