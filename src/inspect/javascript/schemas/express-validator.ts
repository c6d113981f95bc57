import type { JsonSchema } from '../../../contracts/json.ts'
import type { Walk } from '../endpoints/walk.ts'
import { alternatives, type Input, literal, textOf, type Value } from '../evaluate/values.ts'
import { plainJson } from './convert.ts'
import { stepsOf } from './steps.ts'

const FROM: Record<string, Input['from']> = {
  body: 'body',
  check: 'body',
  query: 'query',
  param: 'params',
  header: 'headers',
  sanitizeBody: 'body',
}

type Bounds = { min?: number; max?: number }

function bounds(args: Value[]): Bounds {
  const [options] = args
  if (options?.k !== 'obj') return {}
  const read = (name: string): number | undefined => {
    const field = options.props.get(name)
    const value = field && literal(field)?.v
    return typeof value === 'number' ? value : undefined
  }
  return { min: read('min'), max: read('max') }
}

const defined = (schema: JsonSchema): JsonSchema =>
  Object.fromEntries(Object.entries(schema).filter(([, value]) => value !== undefined)) as JsonSchema

const RULES: Record<string, (args: Value[]) => JsonSchema> = {
  isEmail: () => ({ type: 'string', format: 'email' }),
  isURL: () => ({ type: 'string', format: 'uri' }),
  isUUID: () => ({ type: 'string', format: 'uuid' }),
  isISO8601: () => ({ type: 'string', format: 'date-time' }),
  isDate: () => ({ type: 'string', format: 'date' }),
  isString: () => ({ type: 'string' }),
  isAlphanumeric: () => ({ type: 'string', pattern: '^[a-zA-Z0-9]+$' }),
  isMongoId: () => ({ type: 'string', pattern: '^[a-fA-F0-9]{24}$' }),
  isBoolean: () => ({ type: 'boolean' }),
  isArray: () => ({ type: 'array' }),
  isObject: () => ({ type: 'object' }),
  isNumeric: () => ({ type: 'number' }),
  isInt: (args) => ({ type: 'integer', minimum: bounds(args).min, maximum: bounds(args).max }),
  isFloat: (args) => ({ type: 'number', minimum: bounds(args).min, maximum: bounds(args).max }),
  isDecimal: () => ({ type: 'number' }),
  isLength: (args) => ({ type: 'string', minLength: bounds(args).min, maxLength: bounds(args).max }),
  isIn: ([values]) => {
    const list = values && plainJson(values)
    return Array.isArray(list) ? { enum: list } : {}
  },
  matches: ([regex]) => (regex?.k === 'regex' ? { pattern: regex.source } : {}),
  notEmpty: () => ({ minLength: 1 }),
}

/** One chain of express-validator: what it asks of which field. */
export function readChain(walk: Walk, value: Value): void {
  const steps = stepsOf(value)?.steps ?? []
  const start = steps.find(({ name, args }) => args && name in FROM)
  const from = start && FROM[start.name]
  if (!start?.args || !from) return
  const names = start.args[0]
    ? alternatives(start.args[0]).flatMap((one) => (one.k === 'arr' ? one.items.map(textOf) : [textOf(one)]))
    : []
  const schema: JsonSchema = {}
  for (const { name, args } of steps) if (args) Object.assign(schema, defined(RULES[name]?.(args) ?? {}))
  const rules = steps.map(({ name }) => name)
  const sanitizes =
    start.name.startsWith('sanitize') ||
    !rules.some((name) => /^(is|not|exists|matches|custom|equals|contains)/.test(name))
  const required = !sanitizes && !rules.includes('optional')
  for (const name of names)
    if (name && name !== '*')
      walk.declared.push({
        from,
        path: name.split('.'),
        schema: sanitizes ? {} : schema,
        required: required || from === 'params',
      })
}
