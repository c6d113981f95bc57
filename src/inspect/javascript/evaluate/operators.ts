import { joinText } from './expressions.ts'
import { globalName } from './globals.ts'
import { type Interpreter, isAbsent } from './interpreter.ts'
import { compareWithNumber } from './limits.ts'
import { type Input, lit, literal, origin, UNKNOWN, type Unknown, type Value } from './values.ts'

type Plain = string | number | boolean | null | undefined

const COMPARE: Record<string, (a: Plain, b: Plain) => boolean> = {
  '===': (a, b) => a === b,
  '!==': (a, b) => a !== b,
  // biome-ignore lint/suspicious/noDoubleEquals: the language being evaluated has it
  '==': (a, b) => a == b,
  // biome-ignore lint/suspicious/noDoubleEquals: the language being evaluated has it
  '!=': (a, b) => a != b,
  '<': (a, b) => Number(a) < Number(b),
  '>': (a, b) => Number(a) > Number(b),
  '<=': (a, b) => Number(a) <= Number(b),
  '>=': (a, b) => Number(a) >= Number(b),
}

/** Kinds of values that are equal only when they are the same. */
const IDENTITY = new Set<Value['k']>(['obj', 'fn', 'class', 'native', 'arr'])

const COMPUTE: Record<string, (a: number, b: number) => number> = {
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
  '**': (a, b) => a ** b,
}

/** A binary operator. */
export function operate(interp: Interpreter, op: string, left: Value, right: Value): Value {
  if (op === 'instanceof') return instanceOf(left, right)
  if (op === 'in') return hasKey(interp, left, right)
  const compare = COMPARE[op]
  if (compare) return comparison(interp, op, compare, left, right)
  if (op === '+') {
    const [a, b] = [literal(left), literal(right)]
    if (left.k === 'lit' && right.k === 'lit' && typeof left.v === 'number' && typeof right.v === 'number')
      return lit(left.v + right.v)
    if (a && b && typeof a.v === 'number' && typeof b.v === 'number') return lit(a.v + b.v)
    return textual(left) || textual(right) ? joinText([left, right]) : UNKNOWN
  }
  const compute = COMPUTE[op]
  const [a, b] = [literal(left), literal(right)]
  if (compute && a && b) return lit(compute(Number(a.v), Number(b.v)))
  if (compute) for (const side of [left, right]) if (side.k === 'input') interp.observer?.hint(side, 'number')
  return UNKNOWN
}

function textual(value: Value): boolean {
  return value.k === 'text' || value.k === 'env' || (value.k === 'lit' && typeof value.v === 'string')
}

function comparison(
  interp: Interpreter,
  op: string,
  compare: (a: Plain, b: Plain) => boolean,
  left: Value,
  right: Value,
): Value {
  if (isAbsent(left) || isAbsent(right)) {
    const other = isAbsent(left) ? right : left
    if (isAbsent(other)) return UNKNOWN
    if (other.k === 'lit')
      return op.startsWith('<') || op.startsWith('>') ? lit(false) : lit(compare(undefined, other.v))
    return lit(op.startsWith('!'))
  }
  const [a, b] = [literal(left), literal(right)]
  if (a && b) return lit(compare(a.v, b.v))
  if (IDENTITY.has(left.k) && IDENTITY.has(right.k)) return lit((left === right) !== op.startsWith('!'))
  interp.observer?.compared(left, right)
  const limited = compareWithNumber(op, left, right)
  if (limited) return limited
  const missing = (nothing: Value, input: Value): Unknown | null => {
    const facts =
      input.k === 'input' ? [input] : input.k === 'unknown' && input.name === 'typeof' ? input.falseWithout : null
    if (!facts || nothing.k !== 'lit') return null
    // typeof x !== 'string', x == null, x === '': what holds when the input is not there.
    const absent = input.k === 'unknown' ? 'undefined' : undefined
    const holds = compare(absent, nothing.v === '' ? undefined : nothing.v)
    return holds ? { k: 'unknown', trueWithout: facts } : { k: 'unknown', falseWithout: facts }
  }
  const opposite = (value: Value) => value.k === 'obj' || value.k === 'arr' || value.k === 'fn'
  if ((opposite(left) && b) || (opposite(right) && a)) return lit(op.startsWith('!'))
  const equality = op.includes('=') && !op.startsWith('<') && !op.startsWith('>')
  return (equality ? (missing(right, left) ?? missing(left, right)) : null) ?? UNKNOWN
}

function hasKey(interp: Interpreter, key: Value, subject: Value): Value {
  const name = literal(key)
  if (subject.k === 'input' && typeof name?.v === 'string') {
    const input: Input = { ...subject, path: [...subject.path, name.v], assigned: new Map() }
    interp.observer?.read(input)
    return { k: 'unknown', falseWithout: [input] }
  }
  if (subject.k === 'obj' && typeof name?.v === 'string' && !subject.host) {
    if (subject.props.has(name.v)) return lit(true)
    return subject.open ? UNKNOWN : lit(false)
  }
  return UNKNOWN
}

function instanceOf(value: Value, type: Value): Value {
  if (value.k === 'lit' || value.k === 'fn') return lit(false)
  if (value.k === 'obj' && value.cls) {
    for (let at: Value | null = value.cls; at; at = at.k === 'class' ? at.base : null) {
      if (at === type) return lit(true)
      if (at.k === 'sym') return sameOrigin(at, type) ? lit(true) : lit(globalName(type) === 'Error')
    }
    return lit(false)
  }
  if (value.k === 'sym' && value.op === 'new' && value.base && type.k === 'sym')
    return lit(sameOrigin(value.base, type) || globalName(type) === 'Error')
  if (value.k === 'sym' && value.op === 'new' && type.k === 'class') return lit(false)
  return UNKNOWN
}

function sameOrigin(a: Value, b: Value): boolean {
  const [from, to] = [origin(a), origin(b)]
  return Boolean(from && to && from.module === to.module && from.path.join('.') === to.path.join('.'))
}
