import type { Json, JsonSchema } from '../../../contracts/json.ts'
import { literal, textOf, truth, type Value } from '../evaluate/values.ts'
import { allowUnknown, type Draft, loosened, object, plainJson, readSchema } from './convert.ts'

type Apply = (draft: Draft, args: Value[]) => void

const number = (value: Value | undefined): number | undefined => {
  const known = value && literal(value)?.v
  return typeof known === 'number' ? known : undefined
}
const json = (values: Value[]): Json[] => values.map(plainJson).filter((value) => value !== undefined)
const type =
  (name: NonNullable<JsonSchema['type']>): Apply =>
  ({ schema }) => {
    schema.type = name
  }
const format =
  (name: string): Apply =>
  ({ schema }) => {
    schema.type ??= 'string'
    schema.format = name
  }

/** A bound means length for text, count for lists, size for numbers. */
function bound(side: 'min' | 'max'): Apply {
  return ({ schema }, [limit]) => {
    const value = number(limit)
    if (value === undefined) return
    if (schema.type === 'string') schema[`${side}Length`] = value
    else if (schema.type === 'array') schema[`${side}Items`] = value
    else if (schema.type === 'number' || schema.type === 'integer') schema[`${side}imum`] = value
  }
}

const exclusive =
  (key: 'exclusiveMinimum' | 'exclusiveMaximum'): Apply =>
  ({ schema }, [limit]) => {
    const value = number(limit)
    if (value !== undefined) schema[key] = value
  }

const optional: Apply = (draft) => {
  draft.required = false
}
const nullable: Apply = ({ schema }) => {
  schema.nullable = true
}

/** Values may be given one by one or as a list; `null` and the empty string are told apart. */
const oneOf: Apply = (draft, args) => {
  const values = json(args.flatMap((arg) => (arg.k === 'arr' ? arg.items : [arg])))
  if (values.length > 0) draft.schema.enum = values.filter((value) => value !== null)
  if (values.includes(null)) draft.schema.nullable = true
}

const allow: Apply = (draft, args) => {
  for (const value of json(args.flatMap((arg) => (arg.k === 'arr' ? arg.items : [arg])))) {
    if (value === null) draft.schema.nullable = true
    if (value === '') {
      draft.emptyAllowed = true
      if (draft.schema.minLength === 1) delete draft.schema.minLength
    }
    if (draft.schema.enum && value !== null) draft.schema.enum.push(value)
  }
}

const pattern: Apply = ({ schema }, [regex, options]) => {
  const inverted = options?.k === 'obj' && options.props.get('invert')
  if (regex?.k !== 'regex' || inverted) return
  schema.type ??= 'string'
  schema.pattern = regex.flags.includes('i') ? insensitive(regex.source) : regex.source
}

/** JSON Schema has no flags: letters stand for both cases. */
function insensitive(source: string): string {
  return source
    .replace(/a-z(?!A-Z)/g, 'a-zA-Z')
    .replace(/(?<!a-z)A-Z/g, 'a-zA-Z')
    .replace(/a-f(?!A-F)/g, 'a-fA-F')
}

const items: Apply = (draft, [item]) => {
  draft.schema.type = 'array'
  const inner = item && item.k !== 'lit' ? readSchema(item, draft.context) : null
  if (inner) draft.schema.items = inner.schema
}

const fields: Apply = (draft, [shape]) => {
  if (shape?.k === 'obj') object(draft, shape)
  else draft.schema.type = 'object'
}

/** Another schema taken over on top: `concat`, `merge`, `and`. */
const merged: Apply = (draft, [other]) => {
  const more = other && readSchema(other, draft.context)
  if (!more) return
  const { schema } = draft
  const properties = { ...schema.properties, ...more.schema.properties }
  const kept = (schema.required ?? []).filter((name) => !(name in (more.schema.properties ?? {})))
  const required = [...kept, ...(more.schema.required ?? [])]
  Object.assign(schema, more.schema)
  if (Object.keys(properties).length > 0) schema.properties = properties
  if (required.length > 0) schema.required = required
}

function select(keep: (name: string, named: string[]) => boolean): Apply {
  return ({ schema }, args) => {
    const [first] = args
    const named =
      first?.k === 'obj'
        ? [...first.props.keys()]
        : args.flatMap((arg) => (arg.k === 'arr' ? arg.items : [arg])).map((arg) => textOf(arg) ?? '')
    schema.properties = Object.fromEntries(
      Object.entries(schema.properties ?? {}).filter(([name]) => keep(name, named)),
    )
    schema.required = schema.required?.filter((name) => keep(name, named))
  }
}

/** Conditions decide by the context they are given, or loosen: what holds only sometimes is never required. */
const when: Apply = (draft, args) => {
  const [key, branches] = args
  if (branches?.k !== 'obj') return
  const then = branches.props.get('then')
  const otherwise = branches.props.get('otherwise')
  const name = textOf(key)
  const given = name?.startsWith('$') && draft.context?.k === 'obj' ? draft.context.props.get(name.slice(1)) : undefined
  const is = branches.props.get('is')
  const holds = given && is && literal(given) ? literal(given)?.v === literal(is)?.v : undefined
  const chosen = holds === false ? otherwise : then
  const inner = chosen && readSchema(chosen, draft.context)
  if (!inner) return
  const { default: _default, ...rest } = inner.schema
  for (const [key, value] of Object.entries(rest))
    if (holds !== undefined || !(key in draft.schema)) Object.assign(draft.schema, { [key]: value })
  if (holds !== undefined && inner.required) draft.required = true
  if (holds === undefined) delete draft.schema.enum
}

/** A test of one's own may still say what it is after. */
const tested: Apply = ({ schema }, args) => {
  const words = args
    .flatMap((arg) => (arg.k === 'obj' ? [arg.props.get('name'), arg.props.get('message')] : [arg]))
    .map((arg) => textOf(arg) ?? '')
  const text = words.join(' ').toLowerCase()
  if (text.includes('uuid')) schema.format ??= 'uuid'
}

const byDefault: Apply = (draft, [value]) => {
  const known = value && plainJson(value)
  if (known !== undefined) draft.schema.default = known
  // Worked out at run time, but there all the same.
  else draft.schema.description = '#default'
}

const sized: Apply = ({ schema }, [limit]) => {
  const value = number(limit)
  if (value === undefined) return
  if (schema.type === 'array') Object.assign(schema, { minItems: value, maxItems: value })
  else Object.assign(schema, { minLength: value, maxLength: value })
}

const partial: Apply = ({ schema }, [names]) => {
  const named = names?.k === 'obj' ? schema.required?.filter((name) => !names.props.has(name)) : []
  if (named?.length) schema.required = named
  else delete schema.required
}

const enumeration: Apply = (draft, [values]) => {
  if (values?.k === 'arr') draft.schema.enum = json(values.items)
  else if (values?.k === 'obj') draft.schema.enum = json([...values.props.values()])
  if (draft.schema.enum?.every((value) => typeof value === 'string')) draft.schema.type = 'string'
}

/** Either of several: their common type, and no more. */
const either: Apply = (draft, args) => {
  const choices = args
    .flatMap((arg) => (arg.k === 'arr' ? arg.items : [arg]))
    .map((arg) => readSchema(arg, draft.context))
  const literals = choices.map((choice) => choice?.schema.enum)
  const [first] = choices
  if (literals.every((list) => list !== undefined)) draft.schema.enum = literals.flatMap((list) => list ?? [])
  else if (first && choices.every((choice) => choice?.schema.type === first.schema.type) && first.schema.type)
    draft.schema.type = first.schema.type
}

const wrapped: Apply = (draft, args) => {
  const inner = args.map((arg) => (arg.k === 'sym' ? readSchema(arg, draft.context) : null)).find((one) => one !== null)
  if (inner) Object.assign(draft, { schema: inner.schema, required: inner.required })
}

const settings: Apply = (draft, [options]) => {
  if (loosened(options)) allowUnknown(draft.schema)
  const presence = options?.k === 'obj' ? textOf(options.props.get('presence')) : undefined
  if (presence === 'required' && draft.schema.properties) draft.schema.required = Object.keys(draft.schema.properties)
}

/** Of an object of zod's: the fields that are named, or all of them. Of the others: itself. */
const required: Apply = (draft, [names]) => {
  const { schema } = draft
  if (draft.family !== 'zod' || schema.type !== 'object') draft.required = true
  else {
    const all = Object.keys(schema.properties ?? {})
    const named = names?.k === 'obj' ? all.filter((name) => names.props.has(name)) : all
    schema.required = [...new Set([...(schema.required ?? []), ...named])]
  }
}

/** What each word of the validators' vocabulary does to a schema. Words that change no shape are left out. */
export const CONSTRAINTS: Record<string, Apply> = {
  string: type('string'),
  number: type('number'),
  bigint: type('integer'),
  integer: type('integer'),
  int: type('integer'),
  boolean: type('boolean'),
  bool: type('boolean'),
  date: format('date-time'),
  object: fields,
  strictObject: fields,
  looseObject: fields,
  shape: fields,
  compile: fields,
  keys: fields,
  append: fields,
  extend: (draft, args) => (args[0]?.k === 'obj' ? fields(draft, args) : merged(draft, args)),
  array: (draft, args) => {
    // `schema.array()` is a list of what came before.
    if (draft.schema.type && args.length === 0) draft.schema = { type: 'array', items: draft.schema }
    else items(draft, args)
  },
  items,
  of: items,
  element: items,
  tuple: type('array'),
  record: type('object'),
  enum: enumeration,
  nativeEnum: enumeration,
  literal: oneOf,
  valid: oneOf,
  only: oneOf,
  equal: oneOf,
  oneOf,
  allow,
  union: either,
  try: either,
  preprocess: wrapped,
  effects: wrapped,
  concat: merged,
  merge: merged,
  and: (draft, args) => (args[0]?.k === 'sym' ? merged(draft, args) : undefined),
  pick: select((name, named) => named.includes(name)),
  omit: select((name, named) => !named.includes(name)),
  partial,
  deepPartial: partial,
  required,
  exist: required,
  optional,
  notRequired: optional,
  nullish: (draft, args) => {
    optional(draft, args)
    nullable(draft, args)
  },
  nullable,
  default: byDefault,
  prefault: byDefault,
  catch: optional,
  min: bound('min'),
  max: bound('max'),
  gte: bound('min'),
  lte: bound('max'),
  length: sized,
  size: sized,
  nonempty: (draft) => bound('min')(draft, [{ k: 'lit', v: 1 }]),
  greater: exclusive('exclusiveMinimum'),
  gt: exclusive('exclusiveMinimum'),
  moreThan: exclusive('exclusiveMinimum'),
  less: exclusive('exclusiveMaximum'),
  lt: exclusive('exclusiveMaximum'),
  lessThan: exclusive('exclusiveMaximum'),
  positive: ({ schema }) => {
    schema.exclusiveMinimum = 0
  },
  nonnegative: ({ schema }) => {
    schema.minimum = 0
  },
  negative: ({ schema }) => {
    schema.exclusiveMaximum = 0
  },
  multiple: ({ schema }, [step]) => {
    const value = number(step)
    if (value !== undefined) schema.multipleOf = value
  },
  multipleOf: ({ schema }, [step]) => {
    const value = number(step)
    if (value !== undefined) schema.multipleOf = value
  },
  port: ({ schema }) => Object.assign(schema, { type: 'integer', minimum: 0, maximum: 65535 }),
  email: format('email'),
  url: format('uri'),
  uri: format('uri'),
  uuid: format('uuid'),
  guid: format('uuid'),
  datetime: format('date-time'),
  iso: format('date-time'),
  isoDate: format('date-time'),
  cuid: ({ schema }) => {
    schema.type = 'string'
  },
  regex: pattern,
  pattern,
  matches: pattern,
  alphanum: ({ schema }) => Object.assign(schema, { pattern: '^[a-zA-Z0-9]+$' }),
  hex: ({ schema }) => Object.assign(schema, { pattern: '^[a-fA-F0-9]+$' }),
  unknown: ({ schema }, [flag]) => {
    if (!flag || truth(flag) !== false) delete schema.additionalProperties
  },
  passthrough: ({ schema }) => {
    delete schema.additionalProperties
  },
  strict: (draft) => {
    if (draft.family === 'zod' && draft.schema.type === 'object') draft.schema.additionalProperties = false
  },
  prefs: settings,
  preferences: settings,
  options: settings,
  when,
  test: tested,
}
