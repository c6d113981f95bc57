import type { JsonSchema } from '../../../contracts/json.ts'
import type { Input, Unknown, Value } from './values.ts'
import { literal } from './values.ts'

/** What a schema would say of an input. */
export interface Limit {
  input: Input
  schema: Pick<JsonSchema, LimitKey>
}

type LimitKey =
  | 'minLength'
  | 'maxLength'
  | 'minimum'
  | 'maximum'
  | 'exclusiveMinimum'
  | 'exclusiveMaximum'
  | 'enum'
  | 'pattern'

type Order = '<' | '<=' | '>' | '>='

const FLIPPED: Record<Order, Order> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' }
const OPPOSITE: Record<Order, Order> = { '<': '>=', '<=': '>', '>': '<=', '>=': '<' }

/** `password.length < 6`, `0 >= price`: what holds of the input where that is true, and where it is not; `null` for anything else. */
export function compareWithNumber(op: string, left: Value, right: Value): Unknown | null {
  if (!(op in FLIPPED)) return null
  const order = op as Order
  const [a, b] = [literal(left)?.v, literal(right)?.v]
  if (typeof b === 'number') return limited(left, order, b)
  return typeof a === 'number' ? limited(right, FLIPPED[order], a) : null
}

function limited(subject: Value, order: Order, bound: number): Unknown | null {
  const input = subject.k === 'input' ? subject : subject.k === 'unknown' ? subject.lengthOf : undefined
  if (!input) return null
  const schema = subject.k === 'input' ? size : length
  return {
    k: 'unknown',
    whenTrue: [{ input, schema: schema(order, bound) }],
    whenFalse: [{ input, schema: schema(OPPOSITE[order], bound) }],
  }
}

function size(order: Order, bound: number): Limit['schema'] {
  if (order === '<') return { exclusiveMaximum: bound }
  if (order === '<=') return { maximum: bound }
  return order === '>' ? { exclusiveMinimum: bound } : { minimum: bound }
}

function length(order: Order, bound: number): Limit['schema'] {
  if (order === '<') return { maxLength: bound - 1 }
  if (order === '<=') return { maxLength: bound }
  return { minLength: order === '>' ? bound + 1 : bound }
}

/** `['a', 'b'].includes(status)`: nothing else passes. */
export function isOneOf(input: Input, items: Value[]): Unknown {
  const values = items.map((item) => literal(item)?.v)
  const isPlain = values.length > 0 && values.every((value) => typeof value === 'string' || typeof value === 'number')
  return {
    k: 'unknown',
    falseWithout: [input],
    ...(isPlain ? { whenTrue: [{ input, schema: { enum: values } }] } : {}),
  }
}

/** What `&&` tells where it is false: the limits on the right, where the left only asks whether the same inputs are there. */
export function limitsOfBoth(left: Unknown, right: Unknown): Pick<Unknown, 'whenTrue' | 'whenFalse'> {
  const asked = left.falseWithout ?? []
  const isAbout = (limit: Limit) =>
    asked.some(({ from, path }) => from === limit.input.from && `${path}` === `${limit.input.path}`)
  const whenTrue = [...(left.whenTrue ?? []), ...(right.whenTrue ?? [])]
  const whenFalse = (right.whenFalse ?? []).filter(isAbout)
  return { ...(whenTrue.length > 0 ? { whenTrue } : {}), ...(whenFalse.length > 0 ? { whenFalse } : {}) }
}

/** What `||` tells: where it is false, both are. */
export function limitsOfEither(left: Unknown, right: Unknown): Pick<Unknown, 'whenFalse'> {
  const whenFalse = [...(left.whenFalse ?? []), ...(right.whenFalse ?? [])]
  return whenFalse.length > 0 ? { whenFalse } : {}
}
