import type { Expr } from '../syntax/tree.ts'
import { globalValue } from './globals.ts'
import { ABRUPT, type Interpreter, isAbsent, lookup } from './interpreter.ts'
import { limitsOfBoth, limitsOfEither } from './limits.ts'
import { callMember, member, superMember } from './members.ts'
import { operate } from './operators.ts'
import { bind, closure, element } from './statements.ts'
import {
  alternatives,
  type Env,
  join,
  lit,
  literal,
  type Obj,
  obj,
  type Scope,
  textOf,
  truth,
  UNDEFINED,
  UNKNOWN,
  type Unknown,
  type Value,
} from './values.ts'

/** The value of an expression; throws `Abrupt` where it surely throws. */
export function evaluate(interp: Interpreter, x: Expr, scope: Scope): Value {
  interp.steps++
  switch (x.t) {
    case 'lit':
      return lit(x.v)
    case 'regex':
      return { k: 'regex', source: x.source, flags: x.flags }
    case 'tpl':
      return joinText(x.parts.map((part) => (typeof part === 'string' ? lit(part) : evaluate(interp, part, scope))))
    case 'id':
      return identifier(interp, x.name, scope)
    case 'this':
      return selfOf(scope)
    case 'super':
      return selfOf(scope)
    case 'mem': {
      if (x.obj.t === 'super') return superMember(interp, selfOf(scope), String(x.prop))
      const target = evaluate(interp, x.obj, scope)
      const optional = x.opt || inChain(x.obj)
      if (optional && target.k === 'lit' && target.v == null) return UNDEFINED
      if (typeof x.prop === 'string') return member(interp, target, x.prop, optional)
      const key = evaluate(interp, x.prop, scope)
      const name = textOf(key)
      if (name !== undefined) return member(interp, target, name, optional)
      // Looked up by a credential that is not there: nothing is found.
      const missing = isAbsent(key) || (key.k === 'lit' && key.v === undefined && interp.observer?.anonymous)
      return missing ? UNDEFINED : anyMember(interp, target)
    }
    case 'call':
      return call(interp, x, scope)
    case 'obj':
      return object(interp, x, scope)
    case 'arr':
      return array(interp, x.items, scope)
    case 'fn':
      return closure(x.fn, scope)
    case 'class':
      return interp.defineClass(x.cls, scope)
    case 'bin':
      return operate(interp, x.op, evaluate(interp, x.l, scope), evaluate(interp, x.r, scope))
    case 'logic':
      return logic(interp, x, scope)
    case 'un':
      return unary(interp, x, scope)
    case 'cond':
      return conditional(interp, x, scope)
    case 'assign':
      return assignment(interp, x, scope)
    case 'wait':
      return evaluate(interp, x.x, scope)
    case 'seq':
      return x.items.map((item) => evaluate(interp, item, scope)).at(-1) ?? UNDEFINED
    case 'spread':
      return element(interp, evaluate(interp, x.x, scope))
    case 'import': {
      const from = textOf(evaluate(interp, x.x, scope))
      return from === undefined ? UNKNOWN : interp.load(scope.file, from.replace(/^file:\/\//, ''))
    }
    case 'opaque':
      return UNKNOWN
  }
}

/** After `a?.b`, the rest of the chain is skipped as well. */
function inChain(x: Expr): boolean {
  if (x.t === 'mem') return x.opt || inChain(x.obj)
  return x.t === 'call' && (x.opt || inChain(x.fn))
}

/** A property name where it is known; a name that stands for several is `null`. */
export function evaluateKey(interp: Interpreter, key: string | Expr, scope: Scope): string | null {
  if (typeof key === 'string') return key
  return textOf(evaluate(interp, key, scope)) ?? null
}

/** The facts that a condition carries about missing inputs. */
export function unknownPart(condition: Value): Unknown {
  if (condition.k === 'unknown') return condition
  if (condition.k === 'input') return { k: 'unknown', falseWithout: [condition] }
  const parts = condition.k === 'union' ? condition.of.map(unknownPart) : []
  return parts.find((part) => part.trueWithout) ?? { k: 'unknown' }
}

function selfOf(scope: Scope): Value {
  for (let at: Scope | null = scope; at; at = at.parent) if (at.self) return at.self
  return UNDEFINED
}

function identifier(interp: Interpreter, name: string, scope: Scope): Value {
  const cell = lookup(scope, name)
  if (!cell) return globalValue(interp, name, scope)
  return cell.lazy ? cell.lazy() : cell.v
}

function anyMember(interp: Interpreter, target: Value): Value {
  if (target.k === 'input') return element(interp, target)
  if (target.k === 'obj' && !target.host && target.props.size > 0 && target.props.size <= 8)
    return [...target.props.values()].reduce(join)
  if (target.k === 'arr') return element(interp, target)
  return isAbsent(target) ? target : UNKNOWN
}

/** Text put together from parts: a literal where all of them are. */
export function joinText(parts: Value[]): Value {
  if (parts.some(isAbsent)) return { k: 'unknown', anonymous: true }
  const known = parts.map((part) => (part.k === 'lit' ? part : undefined))
  if (known.every((part) => part !== undefined)) return lit(known.map((part) => String(part?.v)).join(''))
  return { k: 'text', parts: parts.flatMap((part) => (part.k === 'text' ? part.parts : [part])) }
}

function object(interp: Interpreter, x: Expr & { t: 'obj' }, scope: Scope): Value {
  const result: Obj = obj({}, interp.depth)
  for (const prop of x.props) {
    if ('spread' in prop) spreadInto(interp, result, evaluate(interp, prop.spread, scope))
    else {
      const key = evaluateKey(interp, prop.key, scope)
      const value = evaluate(interp, prop.value, scope)
      if (value.k === 'fn') {
        value.props.set('name', lit(key ?? ''))
        if (prop.getter) value.getter = true
      }
      if (key === null) result.open = true
      else result.props.set(key, value)
    }
  }
  return result
}

/** Copies what a spread or `Object.assign` copies. */
export function spreadInto(interp: Interpreter, target: Obj, source: Value): void {
  if (source.k === 'obj' && !source.host) {
    for (const [name, value] of source.props) target.props.set(name, value)
    if (source.open) target.open = true
    if (source.mixed) target.mixed = [...(target.mixed ?? []), ...source.mixed]
  } else if (source.k === 'input') {
    interp.observer?.read(source)
    target.mixed = [...(target.mixed ?? []), source]
    for (const [name, value] of source.assigned) target.props.set(name, value)
  } else if (source.k === 'union') {
    const objects = alternatives(source).filter((one) => one.k !== 'lit')
    for (const one of objects) {
      if (one.k !== 'obj') spreadInto(interp, target, one)
      else
        for (const [name, value] of one.props) target.props.set(name, join(target.props.get(name) ?? UNDEFINED, value))
    }
  } else if (source.k === 'obj' && source.host && !source.part) target.host = { get: source.host.get }
  else if (source.k === 'fn' || source.k === 'class' || source.k === 'lit') return
  else target.open = true
}

function array(interp: Interpreter, items: Expr[], scope: Scope): Value {
  const result: Value[] = []
  let open = false
  for (const item of items) {
    if (item.t !== 'spread') result.push(evaluate(interp, item, scope))
    else {
      const value = evaluate(interp, item.x, scope)
      if (value.k === 'arr') {
        result.push(...value.items)
        open ||= value.open
      } else open = true
    }
  }
  return { k: 'arr', items: result, open, depth: interp.depth }
}

function logic(interp: Interpreter, x: Expr & { t: 'logic' }, scope: Scope): Value {
  const left = evaluate(interp, x.l, scope)
  const decided = x.op === '??' ? present(left) : truth(left)
  if (x.op === '&&') {
    if (decided === false) return left
    if (decided === true) return evaluate(interp, x.r, scope)
    const right = interp.maybe(() => evaluate(interp, x.r, scope))
    if (right === null) return left
    const [a, b] = [unknownPart(left), unknownPart(right)]
    const facts = [a.falseWithout, b.falseWithout].flatMap((list) => list ?? [])
    const limits = limitsOfBoth(a, b)
    if (facts.length > 0 || Object.keys(limits).length > 0)
      return { k: 'unknown', ...(facts.length > 0 ? { falseWithout: facts } : {}), ...limits }
    return join(falsy(left), right)
  }
  if (decided === true) return left
  if (left.k === 'env' && !left.fallback) return withFallback(interp, left, () => evaluate(interp, x.r, scope))
  if (decided === false) return evaluate(interp, x.r, scope)
  const right = interp.maybe(() => evaluate(interp, x.r, scope))
  if (right === null) {
    // `x || refuse()`: the rest is only reached with x.
    for (const input of unknownPart(left).falseWithout ?? []) interp.observer?.required(input)
    return left
  }
  const [a, b] = [unknownPart(left), unknownPart(right)]
  const facts = [a.trueWithout, b.trueWithout].flatMap((list) => list ?? [])
  const limits = limitsOfEither(a, b)
  if (facts.length > 0 || limits.whenFalse)
    return { k: 'unknown', ...(facts.length > 0 ? { trueWithout: facts } : {}), ...limits }
  return left.k === 'input' ? left : join(truthy(left), right)
}

/** A variable with what stands in for it; where nothing can, it must be set. */
export function withFallback(interp: Interpreter, variable: Env, work: () => Value): Value {
  const fallback = interp.maybe(work)
  if (fallback) interp.noteVariable(variable.name, { fallback })
  else interp.noteVariable(variable.name, { required: true })
  return { ...variable, fallback }
}

const falsy = (value: Value): Value => (value.k === 'sym' || value.k === 'unknown' ? lit(false) : value)

function truthy(value: Value): Value {
  if (value.k !== 'union') return value
  const kept = value.of.filter((one) => truth(one) !== false)
  return kept.length > 0 ? kept.reduce(join) : value
}

function present(value: Value): boolean | undefined {
  if (value.k === 'lit') return value.v != null
  if (value.k === 'union') return value.of.every((one) => present(one) === true) ? true : undefined
  return value.k === 'obj' || value.k === 'arr' || value.k === 'fn' ? true : undefined
}

function unary(interp: Interpreter, x: Expr & { t: 'un' }, scope: Scope): Value {
  if (x.op === 'typeof' && x.x.t === 'id' && !lookup(scope, x.x.name)) return UNKNOWN
  const value = evaluate(interp, x.x, scope)
  if (x.op === '!') {
    const decided = truth(value)
    if (decided !== undefined) return lit(!decided)
    if (value.k === 'env') return { k: 'unknown', withoutVariable: value.name }
    const { trueWithout, falseWithout, whenTrue, whenFalse } = unknownPart(value)
    return {
      k: 'unknown',
      trueWithout: falseWithout,
      falseWithout: trueWithout,
      whenTrue: whenFalse,
      whenFalse: whenTrue,
    }
  }
  const known = literal(value)
  if (x.op === '-' && known) return lit(-Number(known.v))
  if (x.op === '+') {
    if (value.k === 'input') interp.observer?.hint(value, 'number')
    return value.k === 'lit' ? lit(Number(value.v)) : value
  }
  if (x.op === 'void') return UNDEFINED
  if (x.op === 'typeof') return typeOf(value)
  return UNKNOWN
}

function typeOf(value: Value): Value {
  if (value.k === 'lit') return lit(value.v === null ? 'object' : typeof value.v)
  if (value.k === 'fn' || value.k === 'native' || value.k === 'class') return lit('function')
  if (value.k === 'obj' || value.k === 'arr') return lit('object')
  if (value.k === 'input') return { k: 'unknown', name: 'typeof', falseWithout: [value] }
  if (isAbsent(value)) return lit('undefined')
  return UNKNOWN
}

function conditional(interp: Interpreter, x: Expr & { t: 'cond' }, scope: Scope): Value {
  const condition = evaluate(interp, x.c, scope)
  const decided = truth(condition)
  if (decided !== undefined) return evaluate(interp, decided ? x.a : x.b, scope)
  const a = interp.maybe(() => evaluate(interp, x.a, scope))
  const b = interp.maybe(() => evaluate(interp, x.b, scope))
  if (a && b) return choose(interp, condition, a, b)
  const only = a ?? b
  if (!only) throw ABRUPT
  return only
}

/** `VARIABLE ? Number(VARIABLE) : 3000` is the variable with a default. */
function choose(interp: Interpreter, condition: Value, a: Value, b: Value): Value {
  if (a.k !== 'env' || condition.k !== 'env' || a.name !== condition.name) return join(a, b)
  interp.noteVariable(a.name, { fallback: b })
  return { ...a, fallback: b }
}

function assignment(interp: Interpreter, x: Expr & { t: 'assign' }, scope: Scope): Value {
  const value = evaluate(interp, x.value, scope)
  if (x.op === '=') {
    bind(interp, x.target, value, scope, false)
    return value
  }
  const current: Value =
    x.target.p === 'id'
      ? identifier(interp, x.target.name, scope)
      : x.target.p === 'expr'
        ? evaluate(interp, x.target.x, scope)
        : UNKNOWN
  const op = x.op.slice(0, -1)
  const short = op === '||' || op === '??' || op === '&&'
  const result = short ? join(current, value) : operate(interp, op, current, value)
  bind(interp, x.target, result, scope, false)
  return result
}

/** The arguments of a call, spreads laid out. */
function argumentsOf(interp: Interpreter, args: Expr[], scope: Scope): Value[] {
  const list = array(interp, args, scope)
  return list.k === 'arr' ? list.items : []
}

function call(interp: Interpreter, x: Expr & { t: 'call' }, scope: Scope): Value {
  const { fn } = x
  if (fn.t === 'super') {
    const self = selfOf(scope)
    const owner = interp.frame.owner
    if (owner && self.k === 'obj') interp.superCall(owner, argumentsOf(interp, x.args, scope), self)
    return UNDEFINED
  }
  if (fn.t !== 'mem') {
    const callee = evaluate(interp, fn, scope)
    return interp.call(callee, argumentsOf(interp, x.args, scope), UNDEFINED, x.line, x.isNew)
  }
  if (fn.obj.t === 'super') {
    const self = selfOf(scope)
    return interp.call(superMember(interp, self, String(fn.prop)), argumentsOf(interp, x.args, scope), self, x.line)
  }
  if (typeof fn.prop === 'string' && ['then', 'catch', 'finally'].includes(fn.prop) && !x.isNew)
    return settle(interp, fn.prop, fn.obj, x, scope)
  const target = evaluate(interp, fn.obj, scope)
  const optional = fn.opt || x.opt || inChain(fn.obj)
  if (optional && target.k === 'lit' && target.v == null) return UNDEFINED
  const name = evaluateKey(interp, fn.prop, scope)
  if (x.isNew) {
    const callee = name === null ? UNKNOWN : member(interp, target, name)
    return interp.call(callee, argumentsOf(interp, x.args, scope), UNDEFINED, x.line, true)
  }
  if (name === null) return interp.call(anyMember(interp, target), argumentsOf(interp, x.args, scope), target, x.line)
  return callMember(interp, target, name, () => argumentsOf(interp, x.args, scope), x.line, optional)
}

/** `then`, `catch` and `finally`: what was thrown on the way goes to the handler, the value on to the next step. */
function settle(interp: Interpreter, name: string, subject: Expr, x: Expr & { t: 'call' }, scope: Scope): Value {
  const { value, thrown } = interp.capture(() => evaluate(interp, subject, scope))
  const [first, second] = argumentsOf(interp, x.args, scope)
  const onError = name === 'catch' ? first : name === 'then' ? second : undefined
  let result = value
  if (value && name === 'then' && first) {
    const { value: next, thrown: more } = interp.capture(() => interp.call(first, [value], UNDEFINED, x.line))
    thrown.push(...more)
    result = next
  }
  if (name === 'finally' && first) interp.maybe(() => interp.call(first, [], UNDEFINED, x.line))
  if (!onError) {
    interp.throws.push(...thrown)
    if (result === null) throw ABRUPT
    return result
  }
  const errors = thrown.length > 0 ? thrown : [UNKNOWN]
  const handle = (error: Value) => interp.recover(() => interp.call(onError, [error], UNDEFINED, x.line))
  const handled = result
    ? errors.map((error) => interp.maybe(() => handle(error)))
    : errors.slice(0, 1).map((error) => interp.capture(() => handle(error)).value)
  const all = [result, ...handled].filter((one): one is Value => one !== null)
  if (all.length === 0) throw ABRUPT
  return result ?? all.reduce(join)
}
