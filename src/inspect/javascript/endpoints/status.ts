import type { Interpreter } from '../evaluate/interpreter.ts'
import { callMember, member } from '../evaluate/members.ts'
import { statusNamed } from '../evaluate/packages.ts'
import { literal, origin, type Value } from '../evaluate/values.ts'

const FIELDS = ['status', 'statusCode', 'httpStatus', 'httpStatusCode', 'httpCode', 'errorCode', 'status_code', 'code']

/** The HTTP status an error stands for, where the code names one. */
export function statusOf(interp: Interpreter, error: Value): number | undefined {
  if (error.k === 'sym') return statusGiven(error) ?? statusOfPackage(error)
  if (error.k === 'lit') return inRange(error.v)
  if (error.k !== 'obj') return undefined
  for (const field of FIELDS) {
    const own = error.props.get(field) ?? (error.cls ? member(interp, error, field) : undefined)
    const found = own && inRange(literal(own)?.v)
    if (found) return found
  }
  const getter = error.cls?.methods.get('getStatus')
  if (getter) return inRange(literal(callMember(interp, error, 'getStatus', () => [], 0))?.v)
  // Error classes that extend a package's own: `class Unauthorized extends createError.Unauthorized`.
  for (let at: Value | null = error.cls ?? null; at; at = at.k === 'class' ? at.base : null) {
    if (at.k === 'sym') return statusNamed(origin(at)?.path.at(-1) ?? '')
  }
  return undefined
}

/** `Object.assign(new Error('…'), { status: 403 })`. */
function statusGiven(error: Value & { k: 'sym' }): number | undefined {
  if (error.op !== 'new') return undefined
  for (const field of FIELDS) {
    const own = error.props.get(field)
    const found = own && inRange(literal(own)?.v)
    if (found) return found
  }
  return undefined
}

function inRange(value: unknown): number | undefined {
  const status = Number(value)
  return Number.isInteger(status) && status >= 100 && status < 600 ? status : undefined
}

/** `createError(404)`, `new createError.NotFound()`, `Boom.notFound()`, `new HttpException(403)` of packages. */
function statusOfPackage(error: Value & { k: 'sym' }): number | undefined {
  const from = origin(error)
  if (!from || from.module.startsWith('#')) return undefined
  const first = error.args[0] && inRange(literal(error.args[0])?.v)
  if (first && first >= 400) return first
  // Of a class that a call made: `new (createError('NO_TOKEN', 'No token', 401))()`.
  const made = error.op === 'new' && error.base?.op === 'call' ? error.base.args : []
  const given = made.map((arg) => inRange(literal(arg)?.v)).find((status) => status && status >= 400)
  if (given) return given
  const name = [...from.path].reverse().find((part) => part !== '()') ?? from.module
  const second = error.args[1] && inRange(literal(error.args[1])?.v)
  return statusNamed(name) ?? (second && second >= 400 ? second : undefined)
}
