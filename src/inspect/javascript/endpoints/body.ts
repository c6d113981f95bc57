import type { JsonSchema } from '../../../contracts/json.ts'
import type { RequestBody } from '../../../contracts/project.ts'
import type { Input, Value } from '../evaluate/values.ts'
import { toJsonSchema } from '../schemas/convert.ts'
import type { FieldFacts, Walk } from './walk.ts'

/** What a request's body looks like: by its validator where there is one, otherwise by what is read of it. */
export function bodyOf(walk: Walk): RequestBody | null {
  const schema = fieldsOf(walk, 'body')
  const declared = validationsOf(walk, 'body').length > 0 || walk.declared.some(({ from }) => from === 'body')
  const files = fieldsOf(walk, 'files')
  const read = [...walk.fields.values()].some(({ input, own }) => own && input.from === 'body')
  // Handing `req.file` on says little; looking into it says that a file is sent.
  const opened = [...walk.fields.values()].some(({ input }) => input.from === 'files' && input.path.length > 1)
  if ((walk.multipart || opened) && files.properties) {
    const binary: Record<string, JsonSchema> = {}
    for (const name of Object.keys(files.properties)) binary[name] = { type: 'string', format: 'binary' }
    return {
      contentType: 'multipart/form-data',
      schema: { ...schema, type: 'object', properties: { ...schema.properties, ...binary } },
      provenance: declared ? 'schema' : 'usage',
    }
  }
  // Handed on whole, it may hold anything: the table it goes to says more than an object without fields.
  const named = Object.keys(schema.properties ?? {}).length > 0 || schema.type !== 'object'
  if (!declared && !(read && named)) return null
  return { contentType: 'application/json', schema, provenance: declared ? 'schema' : 'usage' }
}

/** A source of input as one schema, validators first, what the code reads beside them only where there is none. */
export function fieldsOf(walk: Walk, from: Input['from']): JsonSchema {
  const validations = validationsOf(walk, from)
  const facts = [...walk.fields.values()].filter(({ input }) => input.from === from)
  const own = facts.some((one) => one.own)
  // What every request passes through may look at the query; it concerns the routes that look at it themselves.
  const used = from === 'query' && !own ? [] : facts
  const schema = validations.length > 0 ? {} : fromUsage(used, from === 'body')
  for (const { path, schema: declared } of validations) {
    const at = place(schema, path)
    Object.assign(at, merge(at, declared))
    if (path.length > 0 && declared.required?.length) demand(schema, path)
  }
  for (const one of walk.declared) {
    if (one.from !== from) continue
    Object.assign(place(schema, one.path), one.schema)
    if (one.required) demand(schema, one.path)
  }
  return from === 'body' || Object.keys(schema).length > 0 ? schema : {}
}

/** A path or query parameter's schema without what only bodies have. */
export function parameterSchema(schema: JsonSchema | undefined): JsonSchema {
  if (!schema) return {}
  const { properties: _properties, required: _required, ...rest } = schema
  return rest
}

interface Declared {
  path: string[]
  schema: JsonSchema
}

function validationsOf(walk: Walk, from: Input['from']): Declared[] {
  const of = (validations: Walk['validations']) =>
    validations.flatMap(({ value, schema, options }) => {
      const converted = toJsonSchema(walk.interp, schema, options)
      return converted ? spread(value, converted, from) : []
    })
  // What a call made of the input may be its cleaned form, or the stored row on its way out.
  const direct = of(walk.validations.filter(({ value }) => !isMade(value)))
  return direct.length > 0 ? direct : of(walk.validations)
}

function isMade(value: Value): boolean {
  return value.k === 'union' ? value.of.every(isMade) : value.k === 'sym' && value.op === 'call'
}

/** A validator may look at one field, or at an object that the code put together from several. */
function spread(value: Value, schema: JsonSchema, from: Input['from']): Declared[] {
  if (value.k === 'input') {
    if (value.from !== from) return []
    // An item of a list that the code checks one by one.
    return [{ path: value.path, schema: withoutAssigned(schema, [...value.assigned.keys()]) }]
  }
  if (value.k === 'sym' && value.op === 'call')
    return value.args.flatMap((arg) => (arg.k === 'fn' ? [] : spread(arg, schema, from)))
  if (value.k === 'union') return value.of.flatMap((one) => spread(one, schema, from))
  if (value.k === 'arr') return value.items.flatMap((item) => (schema.items ? spread(item, schema.items, from) : []))
  if (value.k !== 'obj' || value.host) return []
  const found: Declared[] = []
  for (const [name, field] of value.props) {
    const part = schema.properties?.[name]
    if (part) found.push(...spread(field, part, from).map((one) => one))
  }
  for (const input of value.mixed ?? []) {
    if (input.from !== from) continue
    // Merged into what is stored already: nothing of it is required of the client.
    const known = value.open || value.props.size > 0
    const own = withoutAssigned(
      schema,
      [...value.props].filter(([, one]) => one.k !== 'input').map(([name]) => name),
    )
    found.push({ path: input.path, schema: known && value.open ? { ...own, required: undefined } : own })
  }
  return found
}

/** Fields that the server sets itself before it validates are none of the client's. */
function withoutAssigned(schema: JsonSchema, names: string[]): JsonSchema {
  if (names.length === 0 || !schema.properties) return schema
  const properties = Object.fromEntries(Object.entries(schema.properties).filter(([name]) => !names.includes(name)))
  return { ...schema, properties, required: schema.required?.filter((name) => !names.includes(name)) }
}

function fromUsage(facts: FieldFacts[], asBody: boolean): JsonSchema {
  const root: JsonSchema = asBody ? { type: 'object', properties: {} } : {}
  for (const { input, hints, required, limits } of [...facts].sort(
    (a, b) => a.input.path.length - b.input.path.length,
  )) {
    const at = place(root, input.path)
    if (input.path.length > 0) {
      applyHints(at, hints)
      applyLimits(at, limits)
    }
    // Listed as required unless the code goes on without it: only a refusal says so.
    if (required && input.path.length > 0) demand(root, input.path)
  }
  return root
}

function applyHints(schema: JsonSchema, hints: FieldFacts['hints']): void {
  if (schema.type) return
  if (hints.has('array')) Object.assign(schema, { type: 'array', items: schema.items ?? {} })
  else if (hints.has('email')) Object.assign(schema, { type: 'string', format: 'email' })
  else if (hints.has('integer')) schema.type = 'integer'
  else if (hints.has('number')) schema.type = 'number'
  else if (hints.has('string')) schema.type = 'string'
}

/** Whoever asks for a length means text, but for lists; whoever asks for a size means a number. */
function applyLimits(schema: JsonSchema, { minLength, maxLength, ...limits }: JsonSchema): void {
  if (schema.type === 'array') Object.assign(schema, defined({ minItems: minLength, maxItems: maxLength }))
  else if (minLength !== undefined || maxLength !== undefined)
    Object.assign(schema, { type: schema.type ?? 'string' }, defined({ minLength, maxLength }))
  const isBound = Object.keys(limits).some((key) => key !== 'enum' && key !== 'pattern')
  Object.assign(schema, isBound ? { type: schema.type ?? 'number' } : {}, limits)
}

const defined = (schema: JsonSchema): JsonSchema =>
  Object.fromEntries(Object.entries(schema).filter(([, value]) => value !== undefined))

function demand(root: JsonSchema, path: string[]): void {
  const parent = place(root, path.slice(0, -1))
  const name = path.at(-1) ?? ''
  if (name === '*') return
  parent.required = [...new Set([...(parent.required ?? []), name])]
  // A field that must be there needs everything above it.
  if (path.length > 1) demand(root, path.slice(0, -1))
}

/** The schema at a path, made where it is not there yet; `*` is any item of a list. */
function place(root: JsonSchema, path: string[]): JsonSchema {
  let at = root
  for (const name of path) {
    if (name === '*') {
      at.type = 'array'
      at.items ??= {}
      at = at.items
    } else {
      at.type ??= 'object'
      at.properties ??= {}
      const next: JsonSchema = at.properties[name] ?? {}
      at.properties[name] = next
      at = next
    }
  }
  return at
}

function merge(a: JsonSchema, b: JsonSchema): JsonSchema {
  const properties = a.properties || b.properties ? { ...a.properties, ...b.properties } : undefined
  const required = [...new Set([...(a.required ?? []), ...(b.required ?? [])])]
  const result = { ...a, ...b, properties, required: required.length > 0 ? required : undefined }
  return Object.fromEntries(Object.entries(result).filter(([, value]) => value !== undefined)) as JsonSchema
}
