import { evaluate } from '../../evaluate/expressions.ts'
import type { Interpreter } from '../../evaluate/interpreter.ts'
import {
  type ClassValue,
  type Func,
  origin,
  type Sym,
  textOf,
  UNDEFINED,
  UNKNOWN,
  type Value,
} from '../../evaluate/values.ts'
import type { Expr, Member, Typed } from '../../syntax/tree.ts'

/** A decorator as it was put on something: `name` is that of the package's export. */
export interface Decoration {
  name: string
  module: string
  args: Value[]
  line: number
  value: Sym
}

const owners = new WeakMap<object, { cls: ClassValue; member: Member }>()
const read = new WeakMap<object, Decoration[]>()

/** Evaluates an expression of a class where the class stands. */
function inClass(interp: Interpreter, cls: ClassValue, x: Expr): Value {
  const saved = interp.currentFile
  interp.currentFile = cls.file
  try {
    return interp.capture(() => evaluate(interp, x, cls.scope)).value ?? UNKNOWN
  } finally {
    interp.currentFile = saved
  }
}

function decorationsFrom(interp: Interpreter, cls: ClassValue, from: object, exprs: Expr[]): Decoration[] {
  const known = read.get(from)
  if (known) return known
  const made = exprs.flatMap((x) => flatten(inClass(interp, cls, x)))
  read.set(from, made)
  return made
}

/** Decorators made of others stand for all of them. */
function flatten(value: Value): Decoration[] {
  if (value.k === 'arr') return value.items.flatMap(flatten)
  if (value.k === 'union') return value.of.flatMap(flatten)
  if (value.k !== 'sym') return []
  const { module = '', path = [] } = origin(value) ?? {}
  const name = path.findLast((part) => part !== '()') ?? ''
  if (name === 'applyDecorators') return value.args.flatMap(flatten)
  return [{ name, module, args: value.op === 'call' ? value.args : [], line: value.line, value }]
}

/** The decorators of a class. */
export function classDecorations(interp: Interpreter, cls: ClassValue): Decoration[] {
  return decorationsFrom(interp, cls, cls.cls, cls.cls.decorators)
}

/** The decorators of a method or field. */
export function memberDecorations(interp: Interpreter, cls: ClassValue, member: Member): Decoration[] {
  return decorationsFrom(interp, cls, member, member.decorators)
}

/** The decorators of a parameter, or of a field's declaration. */
export function typedDecorations(interp: Interpreter, cls: ClassValue, typed: Typed): Decoration[] {
  return decorationsFrom(interp, cls, typed, typed.decorators)
}

/** The value a parameter's or field's type stands for; `UNDEFINED` where nothing is known at run time. */
export function typeOf(interp: Interpreter, cls: ClassValue, typed: Typed): Value {
  const type = typed.type()
  return type ? inClass(interp, cls, type) : UNDEFINED
}

/** A class and those it extends, the nearest first; the last one may stand on something of a package. */
export function lineage(cls: ClassValue): { classes: ClassValue[]; base: Value | null } {
  const classes: ClassValue[] = []
  let at: Value | null = cls
  while (at?.k === 'class') {
    classes.push(at)
    at = at.base
  }
  return { classes, base: at }
}

/** The methods of a class that are decorated, inherited ones included. */
export function decoratedMethods(
  interp: Interpreter,
  cls: ClassValue,
): { fn: Func; member: Member; owner: ClassValue; decorations: Decoration[] }[] {
  const seen = new Set<string>()
  return lineage(cls).classes.flatMap((owner) =>
    owner.cls.members.flatMap((member) => {
      const name = typeof member.key === 'string' ? member.key : null
      const fn = name ? owner.methods.get(name) : undefined
      if (!name || !fn || member.isStatic || seen.has(name)) return []
      seen.add(name)
      owners.set(fn.fn, { cls: owner, member })
      const decorations = memberDecorations(interp, owner, member)
      return decorations.length > 0 ? [{ fn, member, owner, decorations }] : []
    }),
  )
}

/** The member that a method was declared as. */
export const memberOf = (fn: Func): { cls: ClassValue; member: Member } | undefined => owners.get(fn.fn)

/** What metadata of that key a class or method carries. */
export function metadata(interp: Interpreter, target: Value, key: Value): Value | undefined {
  const own = target.k === 'fn' ? memberOf(target) : undefined
  const decorations = own
    ? memberDecorations(interp, own.cls, own.member)
    : target.k === 'class'
      ? lineage(target).classes.flatMap((cls) => classDecorations(interp, cls))
      : []
  for (const { name, args, value } of decorations) {
    if (name === 'SetMetadata' && textOf(args[0]) !== undefined && textOf(args[0]) === textOf(key)) return args[1]
    // `Reflector.createDecorator()` is its own key.
    if (value.base === key) return args[0] ?? UNDEFINED
  }
  return undefined
}
