import type { JsonSchema } from '../../../contracts/json.ts'
import type { Interpreter } from '../evaluate/interpreter.ts'
import { type ClassValue, literal, origin, textOf, truth, type Value } from '../evaluate/values.ts'
import { type Decoration, lineage, memberDecorations, typeOf } from '../frameworks/nest/decorations.ts'
import type { Member } from '../syntax/tree.ts'
import { plainJson, readSchema } from './convert.ts'
import { all } from './json-schema.ts'

/** How a class describes what is sent: by its decorators, or only by the types of its fields. */
export interface ClassSchema {
  schema: JsonSchema
  /** Has decorators that check values. */
  checked: boolean
}

const number = (value: Value | undefined): number | undefined => {
  const known = value && literal(value)?.v
  return typeof known === 'number' ? known : undefined
}

const option = (value: Value | undefined, name: string) =>
  value?.k === 'obj' ? number(value.props.get(name)) : undefined
const list = (value: Value | undefined): JsonSchema['enum'] => {
  const json = value && plainJson(value)
  return Array.isArray(json) ? json : json && typeof json === 'object' ? Object.values(json) : undefined
}
const bound =
  (key: 'minimum' | 'maximum' | 'minLength' | 'maxLength' | 'minItems' | 'maxItems') => (args: Value[]) => ({
    [key]: number(args[0]),
  })

/** What each decorator says of a field. */
const RULES: Record<string, (args: Value[]) => JsonSchema> = {
  IsString: () => ({ type: 'string' }),
  IsNumber: () => ({ type: 'number' }),
  IsInt: () => ({ type: 'integer' }),
  IsDecimal: () => ({ type: 'string' }),
  IsBoolean: () => ({ type: 'boolean' }),
  IsArray: () => ({ type: 'array' }),
  IsObject: () => ({ type: 'object' }),
  IsDate: () => ({ type: 'string', format: 'date-time' }),
  IsDateString: () => ({ type: 'string', format: 'date-time' }),
  IsISO8601: () => ({ type: 'string', format: 'date-time' }),
  IsEmail: () => ({ type: 'string', format: 'email' }),
  IsUrl: () => ({ type: 'string', format: 'uri' }),
  IsUUID: () => ({ type: 'string', format: 'uuid' }),
  IsMongoId: () => ({ type: 'string', pattern: '^[a-fA-F0-9]{24}$' }),
  IsAlphanumeric: () => ({ type: 'string', pattern: '^[a-zA-Z0-9]+$' }),
  IsAlpha: () => ({ type: 'string', pattern: '^[a-zA-Z]+$' }),
  IsNumberString: () => ({ type: 'string', pattern: '^[0-9]+$' }),
  IsEnum: ([values]) => ({ enum: list(values) }),
  IsIn: ([values]) => ({ enum: list(values) }),
  IsPositive: () => ({ exclusiveMinimum: 0 }),
  IsNegative: () => ({ exclusiveMaximum: 0 }),
  IsNotEmpty: () => ({ minLength: 1 }),
  Min: bound('minimum'),
  Max: bound('maximum'),
  MinLength: bound('minLength'),
  MaxLength: bound('maxLength'),
  ArrayMinSize: bound('minItems'),
  ArrayMaxSize: bound('maxItems'),
  ArrayNotEmpty: () => ({ minItems: 1 }),
  Length: ([min, max]) => ({ minLength: number(min), maxLength: number(max) }),
  Matches: ([regex]) => (regex?.k === 'regex' ? { pattern: regex.source } : {}),
  IsStrongPassword: ([rules]) => ({ type: 'string', minLength: option(rules, 'minLength') ?? 8, format: 'password' }),
}

/** A class of fields as JSON Schema; `null` when it says nothing. */
export function readClass(interp: Interpreter, cls: ClassValue, depth = 5): ClassSchema | null {
  const { classes, base } = lineage(cls)
  const inherited = base ? fromPackage(interp, base, depth) : null
  const own = classes.reverse().flatMap((owner) => owner.cls.members.map((member) => ({ owner, member })))
  const schema: JsonSchema = { type: 'object', properties: {}, required: [] }
  let checked = inherited?.checked ?? false
  for (const { owner, member } of own) {
    if (member.kind !== 'field' || member.isStatic || typeof member.key !== 'string' || !member.typed) continue
    const decorations = memberDecorations(interp, owner, member).filter(({ module }) => KNOWN.test(module))
    const field = readField(interp, owner, member, decorations, depth)
    if (!field) continue
    if (decorations.some(({ module }) => module === 'class-validator')) checked = true
    Object.assign(schema.properties ?? {}, { [member.key]: field.schema })
    schema.required = (schema.required ?? []).filter((name) => name !== member.key)
    if (!field.optional) schema.required.push(member.key)
  }
  if (Object.keys(schema.properties ?? {}).length === 0) return inherited
  if (schema.required?.length === 0) delete schema.required
  return { schema: inherited ? all([inherited.schema, schema]) : schema, checked }
}

const KNOWN = /^(class-validator|class-transformer|@nestjs\/swagger|@nestjs\/graphql)$/

function readField(
  interp: Interpreter,
  owner: ClassValue,
  field: Member,
  decorations: Decoration[],
  depth: number,
): { schema: JsonSchema; optional: boolean } | null {
  const has = (name: string) => decorations.some((one) => one.name === name)
  if (has('Exclude') || !field.typed) return null
  const type = typeOf(interp, owner, field.typed)
  const schema: JsonSchema = fromType(interp, type, depth)
  const items: JsonSchema = schema.items ?? {}
  for (const { name, args } of decorations) {
    const rule = Object.fromEntries(
      Object.entries(RULES[name]?.(args) ?? {}).filter(([, value]) => value !== undefined),
    )
    const last = args.at(-1)
    const each = last?.k === 'obj' && truth(last.props.get('each') ?? { k: 'lit', v: false }) === true
    if (each) Object.assign(items, rule)
    // "Not empty" is about length for text alone.
    else if (name !== 'IsNotEmpty' || schema.type === 'string') Object.assign(schema, rule)
    if (name === 'Type') nested(interp, args[0], schema, items, depth)
    if (name === 'IsEnum' && schema.enum?.every((value) => typeof value === 'string')) schema.type = 'string'
  }
  if (schema.type === 'array' && Object.keys(items).length > 0) schema.items = items
  if (schema.enum === undefined) delete schema.enum
  const initial = field.value?.t === 'lit' ? field.value.v : undefined
  if (initial !== undefined && initial !== null) schema.default = initial
  const optional =
    field.typed.optional || has('IsOptional') || has('ValidateIf') || has('ApiPropertyOptional') || field.value !== null
  return { schema, optional }
}

/** `@Type(() => Item)` says what a list or an object is made of. */
function nested(
  interp: Interpreter,
  maker: Value | undefined,
  schema: JsonSchema,
  items: JsonSchema,
  depth: number,
): void {
  if (maker?.k !== 'fn' || depth === 0) return
  const made = interp.maybe(() => interp.callFunction(maker, [], { k: 'unknown' }))
  const inner = made ? fromType(interp, made, depth - 1) : {}
  if (schema.type === 'array') Object.assign(items, inner)
  else if (made?.k === 'class') Object.assign(schema, inner)
  else if (inner.type) schema.type = inner.type
}

function fromType(interp: Interpreter, type: Value, depth: number): JsonSchema {
  if (type.k === 'arr') {
    const inner = type.items[0] ? fromType(interp, type.items[0], depth - 1) : {}
    return { type: 'array', ...(Object.keys(inner).length > 0 ? { items: inner } : {}) }
  }
  if (type.k === 'class')
    return depth > 0 ? (readClass(interp, type, depth - 1)?.schema ?? { type: 'object' }) : { type: 'object' }
  // An enumeration is an object of its values.
  if (type.k === 'obj' && type.props.size > 0 && !type.open) {
    const values = [...type.props.values()].map((one) => plainJson(one)).filter((one) => one !== undefined)
    const text = values.every((value) => typeof value === 'string')
    return { ...(text ? { type: 'string' } : {}), enum: values }
  }
  switch (origin(type)?.module) {
    case '#String':
      return { type: 'string' }
    case '#Number':
      return { type: 'number' }
    case '#Boolean':
      return { type: 'boolean' }
    case '#Date':
      return { type: 'string', format: 'date-time' }
    default:
      return {}
  }
}

/** `PartialType(Cat)`, `PickType(Cat, ['name'])`, `createZodDto(schema)`: classes that packages make of others. */
function fromPackage(interp: Interpreter, base: Value, depth: number): ClassSchema | null {
  const name = origin(base)?.path.findLast((part) => part !== '()')
  if (base.k !== 'sym' || !name || depth === 0) return null
  const read = (value: Value | undefined): ClassSchema | null =>
    value?.k === 'class' ? readClass(interp, value, depth - 1) : value ? fromPackage(interp, value, depth - 1) : null
  const [first, keys] = base.args
  if (name === 'createZodDto') {
    const draft = first && readSchema(first)
    return draft ? { schema: draft.schema, checked: true } : null
  }
  const inner = read(first)
  if (name === 'IntersectionType') {
    const parts = base.args.map(read).filter((one) => one !== null)
    return parts.length > 0
      ? { schema: all(parts.map(({ schema }) => schema)), checked: parts.some(({ checked }) => checked) }
      : null
  }
  if (!inner) return null
  const { required = [], properties = {}, ...rest } = inner.schema
  if (name === 'PartialType') return { ...inner, schema: { ...rest, properties } }
  const named = keys?.k === 'arr' ? keys.items.map((key) => textOf(key) ?? '') : []
  const keep = (key: string) => named.includes(key) === (name === 'PickType')
  if (name !== 'PickType' && name !== 'OmitType') return null
  return {
    ...inner,
    schema: {
      ...rest,
      properties: Object.fromEntries(Object.entries(properties).filter(([key]) => keep(key))),
      required: required.filter(keep),
    },
  }
}
