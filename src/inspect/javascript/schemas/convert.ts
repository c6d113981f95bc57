import type { Json, JsonSchema } from '../../../contracts/json.ts'
import type { Interpreter } from '../evaluate/interpreter.ts'
import { alternatives, literal, type Obj, truth, type Value } from '../evaluate/values.ts'
import { CONSTRAINTS } from './constraints.ts'
import { isJsonSchema, readJsonSchema } from './json-schema.ts'
import { stepsOf } from './steps.ts'
import { readTypebox } from './typebox.ts'

/** A schema while it is read: with what its parent has to know. */
export interface Draft {
  schema: JsonSchema
  required: boolean
  /** Package family, where they differ in what a word means. */
  family: 'joi' | 'yup' | 'zod'
  emptyAllowed: boolean
  context: Value | undefined
}

const TYPEBOX = /typebox/
const FAMILIES: [RegExp, Draft['family']][] = [
  [/zod|valibot|superstruct/, 'zod'],
  [/yup/, 'yup'],
  [/joi|celebrate/, 'joi'],
]

/** A validator's schema as JSON Schema; `null` when it is none that can be read. */
export function toJsonSchema(
  _interp: Interpreter | null,
  schema: Value,
  options: Value | undefined,
): JsonSchema | null {
  const context = options?.k === 'obj' ? options.props.get('context') : undefined
  const one = alternatives(schema).find((value) => value.k === 'sym' || value.k === 'obj')
  if (!one) return null
  const draft = readSchema(one, context)
  if (!draft) return null
  if (loosened(options)) allowUnknown(draft.schema)
  return draft.schema
}

/** Reads one schema value; plain objects are objects of schemas, as Joi and others take them. */
export function readSchema(value: Value, context?: Value): Draft | null {
  if (value.k === 'union') {
    const [first] = alternatives(value)
      .map((one) => readSchema(one, context))
      .filter((one) => one !== null)
    return first ?? null
  }
  if (value.k === 'obj' && isJsonSchema(value)) return { ...emptyDraft('zod', context), schema: readJsonSchema(value) }
  if (value.k === 'obj') {
    const draft = emptyDraft('joi', context)
    object(draft, value)
    return draft
  }
  const chain = stepsOf(value)
  if (chain && TYPEBOX.test(chain.module)) {
    const made = readTypebox(chain.steps)
    return made ? { ...emptyDraft('zod', context), schema: made.schema, required: !made.optional } : null
  }
  const family = chain && FAMILIES.find(([pattern]) => pattern.test(chain.module))?.[1]
  if (!chain || !family) return null
  const draft = emptyDraft(family, context)
  for (const { name, args } of chain.steps) {
    const apply = CONSTRAINTS[name]
    // Members without a call matter only where they stand for something, as `z.coerce` does not.
    if (apply && args) apply(draft, args)
  }
  return finish(draft)
}

function emptyDraft(family: Draft['family'], context: Value | undefined): Draft {
  return { schema: {}, required: family === 'zod', family, emptyAllowed: false, context }
}

function finish(draft: Draft): Draft {
  const { schema, family } = draft
  if (schema.type === 'string' && draft.required && !schema.enum && !draft.emptyAllowed && family !== 'zod')
    schema.minLength ??= 1
  if (family === 'yup' && schema.type === 'string' && schema.default === '' && draft.required) delete schema.default
  else if (schema.default !== undefined || draft.schema.description === '#default') draft.required = false
  if (schema.description === '#default') delete schema.description
  return draft
}

/** The properties of an object of schemas, added to a draft. */
export function object(draft: Draft, fields: Obj): void {
  const { schema } = draft
  schema.type = 'object'
  schema.properties ??= {}
  if (draft.family === 'joi') schema.additionalProperties ??= false
  for (const [name, value] of fields.props) {
    const field = readSchema(value, draft.context)
    if (!field) {
      schema.properties[name] = {}
      continue
    }
    schema.properties[name] = field.schema
    const others = (schema.required ?? []).filter((one) => one !== name)
    if (field.required) schema.required = [...others, name]
    else if (schema.required) schema.required = others
  }
  if (schema.required?.length === 0) delete schema.required
  if (fields.open) delete schema.additionalProperties
}

/** `allowUnknown` and `stripUnknown` say that more than the schema may be sent. */
export function loosened(options: Value | undefined): boolean {
  if (options?.k !== 'obj') return false
  return ['allowUnknown', 'stripUnknown'].some((name) => {
    const flag = options.props.get(name)
    return flag !== undefined && truth(flag) !== false
  })
}

export function allowUnknown(schema: JsonSchema): void {
  delete schema.additionalProperties
  for (const field of Object.values(schema.properties ?? {})) allowUnknown(field)
}

/** A value that is all literals, as JSON; regular expressions by their source. */
export function plainJson(value: Value): Json | undefined {
  const known = literal(value)
  if (known) return known.v === undefined ? undefined : known.v
  if (value.k === 'regex') return value.source
  if (value.k === 'arr') return value.items.map(plainJson).filter((item) => item !== undefined)
  if (value.k !== 'obj') return undefined
  const result: { [key: string]: Json } = {}
  for (const [name, field] of value.props) {
    const json = plainJson(field)
    if (json !== undefined) result[name] = json
  }
  return result
}
