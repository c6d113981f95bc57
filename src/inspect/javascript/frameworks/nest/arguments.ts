import { input } from '../../endpoints/credentials.ts'
import type { Walk } from '../../endpoints/walk.ts'
import type { Interpreter } from '../../evaluate/interpreter.ts'
import { fromJson } from '../../evaluate/interpreter.ts'
import { member } from '../../evaluate/members.ts'
import {
  type ClassValue,
  type Func,
  type Input,
  lit,
  type Obj,
  obj,
  origin,
  textOf,
  truth,
  UNDEFINED,
  UNKNOWN,
  type Value,
} from '../../evaluate/values.ts'
import { readClass } from '../../schemas/class-validator.ts'
import type { Typed } from '../../syntax/tree.ts'
import type { Container } from './container.ts'
import { type Decoration, memberOf, typedDecorations, typeOf } from './decorations.ts'

/** What a handler's parameters are filled from. */
export interface Surroundings {
  walk: Walk
  request: Value
  response: Value
  next: Value
  context: Obj
  container: Container
  /** Pipes that every parameter goes through. */
  pipes: Value[]
}

const ROOTS: Record<string, Input['from']> = { Body: 'body', Query: 'query', Param: 'params', Headers: 'headers' }

/** The arguments of a handler, made as its parameters' decorators say. */
export function argumentsOf(fn: Func, around: Surroundings): Value[] {
  const own = memberOf(fn)
  if (!own) return []
  const { interp } = around.walk
  return (own.member.params?.() ?? []).map((param) => {
    const [decoration] = typedDecorations(interp, own.cls, param)
    return decoration ? argument(decoration, own.cls, param, around) : UNKNOWN
  })
}

function argument(decoration: Decoration, cls: ClassValue, param: Typed, around: Surroundings): Value {
  const { walk, request, response, next } = around
  const { interp } = walk
  const { name, args, module } = decoration
  const root = ROOTS[name]
  if (root && module === '@nestjs/common') {
    const field = textOf(args[0])
    const pipes = args.slice(field === undefined ? 0 : 1)
    const whole = name === 'Headers' ? member(interp, request, 'headers') : member(interp, request, NAMES[root] ?? root)
    if (whole.k === 'input') walk.read(whole)
    const value = field === undefined ? whole : member(interp, whole, name === 'Headers' ? field.toLowerCase() : field)
    return piped(
      value,
      typeOf(interp, cls, param),
      [...pipes, ...around.pipes],
      field !== undefined && !param.optional,
      around,
    )
  }
  switch (name) {
    case 'Req':
    case 'Request':
      return request
    case 'Res':
    case 'Response':
      return response
    case 'Next':
      return next
    case 'Session':
      return member(interp, request, 'session')
    case 'UploadedFile':
    case 'UploadedFiles':
      walk.multipart = true
      return input('files', name === 'UploadedFile' ? ['file'] : [])
    default:
      return custom(decoration, cls, param, around)
  }
}

const NAMES: Record<string, string> = { body: 'body', query: 'query', params: 'params' }

/** `createParamDecorator((data, context) => …)`. */
function custom(decoration: Decoration, cls: ClassValue, param: Typed, around: Surroundings): Value {
  const { interp } = around.walk
  const made = decoration.value.op === 'call' ? decoration.value.base : decoration.value
  const work = made?.args.find((arg) => arg.k === 'fn')
  if (!work) return UNKNOWN
  const value = interp.call(work, [decoration.args[0] ?? UNDEFINED, around.context], UNDEFINED, decoration.line)
  const type = typeOf(interp, cls, param)
  return value.k === 'input' && value.from !== 'user' ? piped(value, type, around.pipes, false, around) : value
}

/** A value after the pipes it goes through: what they check is told to the walk. */
function piped(value: Value, type: Value, pipes: Value[], required: boolean, around: Surroundings): Value {
  const { walk, container } = around
  const { interp } = walk
  let result = value
  let fallback = false
  for (const given of pipes) {
    const pipe = given.k === 'class' ? container.resolve(given) : given
    const name = origin(pipe)?.path.findLast((part) => part !== '()')
    if (pipe.k === 'obj' && pipe.cls) {
      const transform = member(interp, pipe, 'transform')
      const about = obj({ type: lit(value.k === 'input' ? value.from : 'custom'), metatype: type })
      if (transform.k === 'fn') result = interp.call(transform, [result, about], pipe, 0)
    } else if (name === 'DefaultValuePipe') fallback = true
    else if (name === 'ValidationPipe') validate(value, type, pipe, around)
    else if (name === 'ZodValidationPipe') zodded(value, type, pipe, around)
    else if (name && value.k === 'input') parsed(name, value, pipe, required && !fallback, around)
  }
  if (pipes.length === 0 || type.k === 'class') hinted(interp, value, type)
  return result
}

const PARSED: Record<string, object> = {
  ParseIntPipe: { type: 'integer' },
  ParseFloatPipe: { type: 'number' },
  ParseBoolPipe: { type: 'boolean' },
  ParseUUIDPipe: { type: 'string', format: 'uuid' },
  ParseArrayPipe: { type: 'array' },
  ParseDatePipe: { type: 'string', format: 'date-time' },
}

/** `ParseIntPipe` and its kind. */
function parsed(name: string, value: Input, pipe: Value, required: boolean, around: Surroundings): void {
  const { walk } = around
  const options = pipe.k === 'sym' ? pipe.args.find((arg) => arg.k === 'obj' && !arg.host) : undefined
  const values =
    name === 'ParseEnumPipe' && options?.k === 'obj'
      ? { enum: [...options.props.values()].map((one) => textOf(one) ?? '') }
      : null
  const schema = values ?? PARSED[name]
  if (!schema) return
  const optional = options?.k === 'obj' && truth(options.props.get('optional') ?? lit(false)) === true
  walk.declared.push({ from: value.from, path: value.path, schema: { ...schema }, required: required && !optional })
  walk.statuses.add(400)
}

function statusFor(pipe: Value): number {
  const options = pipe.k === 'sym' ? pipe.args[0] : undefined
  const status = options?.k === 'obj' ? Number(textOf(options.props.get('errorHttpStatusCode'))) : Number.NaN
  return status >= 400 ? status : 400
}

/** `ValidationPipe`: holds a value against the class that its parameter is declared with. */
function validate(value: Value, type: Value, pipe: Value, around: Surroundings): void {
  const { walk } = around
  const cls = type.k === 'arr' ? type.items[0] : type
  const read = cls?.k === 'class' ? readClass(walk.interp, cls) : null
  if (!read?.checked) return
  const options = pipe.k === 'sym' ? pipe.args[0] : undefined
  const strict = options?.k === 'obj' && truth(options.props.get('forbidNonWhitelisted') ?? lit(false)) === true
  const schema = strict ? { ...read.schema, additionalProperties: false } : read.schema
  walk.validated(value, fromJson(type.k === 'arr' ? { type: 'array', items: schema } : schema), undefined)
  walk.statuses.add(statusFor(pipe))
}

/** A pipe over zod: its own schema, or that of the class. */
function zodded(value: Value, type: Value, pipe: Value, around: Surroundings): void {
  const { walk } = around
  const own = pipe.k === 'sym' ? pipe.args[0] : undefined
  const read = type.k === 'class' ? readClass(walk.interp, type) : null
  if (own) walk.validated(value, own, undefined)
  else if (read?.checked) walk.validated(value, fromJson(read.schema), undefined)
  else return
  walk.statuses.add(400)
}

/** Without a check, a class still tells which fields are meant. */
function hinted(interp: Interpreter, value: Value, type: Value): void {
  if (value.k !== 'input') return
  const name = origin(type)?.module
  if (name === '#Number') interp.observer?.hint(value, 'number')
  const { properties = {} } = (type.k === 'class' && readClass(interp, type)?.schema) || {}
  for (const [field, { type }] of Object.entries(properties)) {
    const one = member(interp, value, field)
    if (type && type !== 'object' && type !== 'null') interp.observer?.hint(one, type)
  }
}
