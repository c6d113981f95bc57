import type { Interpreter } from '../evaluate/interpreter.ts'
import { type Obj, obj, origin, type Sym, UNKNOWN, type Value } from '../evaluate/values.ts'
import { toJsonSchema } from './convert.ts'

/** Packages whose values describe data. */
const SCHEMA_PACKAGES =
  /^(joi|@hapi\/joi|@hapi\/joi-date|yup|zod|zod\/v[34]|ajv|superstruct|valibot|celebrate|@hono\/zod-openapi|drizzle-zod|fastify-type-provider-zod|(@sinclair\/)?typebox|@fastify\/type-provider-typebox)$/

const METHODS =
  /^(validate|validateSync|validateAsync|parse|parseAsync|safeParse|safeParseAsync|spa|attempt|assert|isValid|isValidSync|cast)$/

type From = { module: string; path: string[] }

/** A validator looking at a value: the watcher is told, the value goes on as it is. `null`: not such a call. */
export function validate(interp: Interpreter, call: Sym, from: From): Value | null {
  const method = from.path.at(-1) ?? ''
  if (from.module === 'ajv' && from.path.join('.').endsWith('compile.()')) return ajv(interp, call)
  if (!SCHEMA_PACKAGES.test(from.module) || !METHODS.test(method)) return null
  const base = call.base?.base
  const [first = UNKNOWN, second] = call.args
  // joi.validate(value, schema) and joi.attempt(value, schema) are functions of the package, the others of the schema.
  const direct = base?.op === 'module' || (from.module === 'ajv' && base?.op !== 'call')
  const [value, schema, options] = direct
    ? from.module === 'ajv'
      ? [second ?? UNKNOWN, first, undefined]
      : [first, second, call.args[2]]
    : [first, base, second]
  if (!schema) return null
  if (value.k === 'obj' && value.host && !value.part)
    return outcome(method, from.module, settings(interp, value, schema))
  interp.observer?.validated(value, schema, options)
  return outcome(method, from.module, value)
}

/** A schema over the environment: its defaults and demands are those of the variables. */
export function settings(interp: Interpreter, environment: Obj, schema: Value): Value {
  const shape = toJsonSchema(interp, schema, undefined)
  const result = obj({}, interp.depth)
  for (const [name, field] of Object.entries(shape?.properties ?? {})) {
    const variable = environment.host?.get(name) ?? UNKNOWN
    const fallback =
      field.default === undefined ? undefined : ({ k: 'lit', v: field.default as string | number } as const)
    if (variable.k === 'env') {
      interp.noteVariable(name, { fallback, required: shape?.required?.includes(name) && fallback === undefined })
      result.props.set(name, { ...variable, fallback: fallback ?? null })
    } else result.props.set(name, variable)
  }
  return result
}

function ajv(interp: Interpreter, call: Sym): Value {
  const schema = call.base?.args[0]
  const [value] = call.args
  if (schema && value) interp.observer?.validated(value, schema, undefined)
  return UNKNOWN
}

function outcome(method: string, module: string, value: Value): Value {
  if (method.startsWith('isValid') || module === 'ajv') return UNKNOWN
  const wrapped =
    method.startsWith('safe') || method === 'spa' || (method === 'validate' && /joi|celebrate/.test(module))
  return wrapped ? obj({ success: UNKNOWN, error: UNKNOWN, data: value, value }) : value
}

/** Is it a schema of one of the packages above? */
export function isSchema(value: Value | undefined): value is Sym {
  const from = value && origin(value)
  return Boolean(from && SCHEMA_PACKAGES.test(from.module) && from.path.length > 0)
}
