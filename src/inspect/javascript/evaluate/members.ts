import { callArray } from './arrays.ts'
import { spreadInto } from './expressions.ts'
import { ABRUPT, type Interpreter, isAbsent } from './interpreter.ts'
import { elements } from './statements.ts'
import { callText } from './text.ts'
import {
  alternatives,
  type Func,
  type Input,
  join,
  lit,
  literal,
  native,
  type Obj,
  obj,
  type Sym,
  truth,
  UNDEFINED,
  UNKNOWN,
  type Value,
} from './values.ts'

/** Methods of the language's own that say nothing of a field by their name. */
const INPUT_METHODS: Record<string, 'string' | 'array' | 'number' | null> = {
  trim: 'string',
  toLowerCase: 'string',
  toUpperCase: 'string',
  split: 'string',
  replace: 'string',
  startsWith: 'string',
  endsWith: 'string',
  substring: 'string',
  substr: 'string',
  charAt: 'string',
  padStart: 'string',
  match: 'string',
  map: 'array',
  forEach: 'array',
  filter: 'array',
  reduce: 'array',
  some: 'array',
  every: 'array',
  find: 'array',
  flatMap: 'array',
  push: 'array',
  join: 'array',
  sort: 'array',
  toFixed: 'number',
  toString: null,
  includes: null,
  indexOf: null,
  slice: null,
  concat: null,
  hasOwnProperty: null,
}

/** Reads a member. */
export function member(interp: Interpreter, target: Value, name: string, optional = false): Value {
  switch (target.k) {
    case 'obj':
      return objectMember(interp, target, name)
    case 'fn':
      return functionMember(target, name)
    case 'class': {
      const own = target.statics.get(name)
      if (own) return own.k === 'fn' && own.getter ? interp.callFunction(own, [], target) : own
      if (name === 'name') return lit(target.cls.name ?? '')
      if (name === 'prototype') return obj(Object.fromEntries(target.methods))
      return target.base ? member(interp, target.base, name) : UNDEFINED
    }
    case 'native':
      return target.props?.get(name) ?? UNDEFINED
    case 'sym':
      return symMember(interp, target, name)
    case 'input':
      return inputMember(interp, target, name)
    case 'arr':
      if (name === 'length') return target.open ? UNKNOWN : lit(target.items.length)
      return /^\d+$/.test(name) ? (target.items[Number(name)] ?? (target.open ? UNKNOWN : UNDEFINED)) : UNDEFINED
    case 'lit':
      if (target.v == null && !optional) return interp.raise(typeError())
      if (typeof target.v !== 'string') return UNDEFINED
      if (name === 'length') return lit(target.v.length)
      return /^\d+$/.test(name) ? lit(target.v[Number(name)]) : UNDEFINED
    case 'union': {
      const some = alternatives(target).filter((one) => !(one.k === 'lit' && one.v == null))
      if (some.length === 0) return optional ? UNDEFINED : interp.raise(typeError())
      const read = some.map((one) => interp.maybe(() => member(interp, one, name, true)))
      const values = read.filter((one): one is Value => one !== null)
      return values.length > 0 ? values.reduce(join) : UNKNOWN
    }
    case 'unknown':
      return target.anonymous ? target : { k: 'unknown', name }
    default:
      return UNKNOWN
  }
}

/** What the language throws for a member of nothing. */
function typeError(): Value {
  return obj({ name: lit('TypeError'), message: lit('') })
}

function objectMember(interp: Interpreter, target: Obj, name: string): Value {
  const own = target.props.get(name)
  if (own) return own.k === 'fn' && own.getter ? interp.callFunction(own, [], target) : own
  const method = target.cls && methodOf(target, name)
  if (method) return method.getter ? interp.callFunction(method, [], target) : method
  const worked = target.host?.get(name)
  if (worked) return worked
  if (name === 'constructor' && target.cls) return target.cls
  const mixed = target.mixed?.map((input) => inputMember(interp, input, name))
  if (mixed?.length) return mixed.reduce(join)
  return target.open ? { k: 'unknown', name } : UNDEFINED
}

function methodOf(target: Obj, name: string): Func | undefined {
  for (let at: Value | null = target.cls ?? null; at?.k === 'class'; at = at.base) {
    const found = at.methods.get(name)
    if (found) return found
  }
  return undefined
}

function functionMember(target: Func, name: string): Value {
  const own = target.props.get(name)
  if (own) return own
  if (name === 'name') return lit(target.fn.name ?? '')
  if (name === 'length') return lit(target.fn.params.length)
  if (name !== 'prototype') return UNDEFINED
  const proto = obj()
  target.props.set('prototype', proto)
  return proto
}

function symMember(interp: Interpreter, target: Sym, name: string): Value {
  // The interop member of a transpiled package is the package.
  if (name === 'default' && target.op === 'module') return target
  const own = target.props.get(name)
  if (own) return own
  const value: Value = interp.readPackage(target, name) ?? {
    k: 'sym',
    op: 'mem',
    name,
    base: target,
    args: [],
    file: target.file,
    line: target.line,
    props: new Map(),
  }
  target.props.set(name, value)
  return value
}

function inputMember(interp: Interpreter, target: Input, name: string): Value {
  const assigned = target.assigned.get(name)
  // What the server made of a field that was sent is still that field.
  const own = (value: Value): boolean =>
    value.k === 'input' && value.from === target.from && value.path.join() === [...target.path, name].join()
  if (assigned) {
    if (anyOf(assigned, own)) interp.observer?.read(target.fields?.get(name) ?? assigned)
    return assigned
  }
  if (name === 'length') return { k: 'unknown', falseWithout: [target], lengthOf: target }
  target.fields ??= new Map()
  const path = [...target.path, name]
  const value: Input = target.fields.get(name) ?? { k: 'input', from: target.from, path, assigned: new Map() }
  target.fields.set(name, value)
  interp.observer?.read(value)
  return value
}

function anyOf(value: Value, test: (value: Value) => boolean): boolean {
  if (test(value)) return true
  if (value.k === 'union') return value.of.some((one) => anyOf(one, test))
  return value.k === 'arr' && value.items.some((one) => anyOf(one, test))
}

/** A method of the base class, for `super.method`. */
export function superMember(interp: Interpreter, self: Value, name: string): Value {
  const base = interp.frame.owner?.base
  if (base?.k !== 'class') return base ? member(interp, base, name) : UNKNOWN
  let at: Value | null = base
  for (; at?.k === 'class'; at = at.base) {
    const found = at.methods.get(name)
    if (found) return found
  }
  return at?.k === 'obj' ? member(interp, at, name) : member(interp, self, name)
}

/** Writes a member; in a branch that may not be taken, the old value remains possible. */
export function setMember(interp: Interpreter, target: Value, name: string, value: Value): void {
  switch (target.k) {
    case 'obj': {
      if (target.host?.set) {
        target.host.set(name, value)
        return
      }
      const before = target.props.get(name)
      const unsure = interp.depth > target.depth
      target.props.set(name, unsure ? join(before ?? UNDEFINED, value) : value)
      return
    }
    case 'fn':
    case 'sym':
      target.props.set(name, value)
      return
    case 'class':
      target.statics.set(name, value)
      return
    case 'input':
      target.assigned.set(name, value)
      return
    case 'arr':
      if (/^\d+$/.test(name)) target.items[Number(name)] = value
      return
    case 'union':
      for (const one of alternatives(target)) setMember(interp, one, name, value)
  }
}

/** Calls a method: the language's own on values that are known, otherwise whatever the member is. */
export function callMember(
  interp: Interpreter,
  target: Value,
  name: string,
  given: () => Value[],
  line: number,
  optional = false,
): Value {
  // What is not there is in no list: `keys.includes(req.headers['x-api-key'])`.
  if ((name === 'includes' || name === 'has') && !isAbsent(target)) {
    const args = given()
    if (args.length === 1 && args[0] && isAbsent(args[0])) return lit(false)
    given = () => args
  }
  switch (target.k) {
    case 'fn':
    case 'native':
    case 'class':
      if (name === 'bind' || name === 'call' || name === 'apply')
        return callFunctionMethod(interp, target, name, given(), line)
      break
    case 'lit':
      if (typeof target.v === 'string' || typeof target.v === 'number')
        return callText(interp, target, name, given()) ?? UNKNOWN
      break
    case 'regex':
      return callRegex(interp, target, name, given())
    case 'arr':
      return callArray(interp, target, name, given(), line) ?? UNKNOWN
    case 'env':
    case 'text':
      return callOpenText(interp, target, name, given())
    case 'input':
      if (name in INPUT_METHODS) return callInput(interp, target, name, given(), line)
      break
    case 'union': {
      const some = alternatives(target).filter((one) => !(one.k === 'lit' && one.v == null))
      const args = given()
      const results = some.map((one) => interp.maybe(() => callMember(interp, one, name, () => args, line, true)))
      const values = results.filter((one): one is Value => one !== null)
      if (values.length > 0) return values.reduce(join)
      if (some.length === 0 && !optional) return interp.raise(typeError())
      if (some.length > 0 && some.length === target.of.length) throw ABRUPT
      return UNKNOWN
    }
    case 'obj':
      if ((name === 'hasOwnProperty' || name === 'has') && !target.host && !target.props.has(name)) {
        const key = literal(given()[0] ?? UNDEFINED)
        return key && !target.open ? lit(target.props.has(String(key.v))) : UNKNOWN
      }
      break
    default:
      break
  }
  const callee = member(interp, target, name, optional)
  if (callee.k === 'lit' && callee.v === undefined && optional) return UNDEFINED
  if (isAbsent(callee)) {
    interp.outside(given(), true)
    return callee
  }
  return interp.call(callee, given(), target, line)
}

function callFunctionMethod(interp: Interpreter, target: Value, name: string, args: Value[], line: number): Value {
  const [self = UNDEFINED, ...rest] = args
  if (name === 'bind') {
    if (target.k === 'fn') return { ...target, self, bound: [...(target.bound ?? []), ...rest] }
    return native('bound', (more, _self, at) => interp.call(target, [...rest, ...more], self, at))
  }
  const list = name === 'call' ? rest : (elements(interp, rest[0] ?? UNDEFINED) ?? [])
  if (target.k === 'fn') return interp.callFunction(target, list, self)
  return interp.call(target, list, self, line)
}

function callRegex(interp: Interpreter, regex: Value & { k: 'regex' }, name: string, args: Value[]): Value {
  const subject = args[0] ?? UNDEFINED
  const known = literal(subject)
  if (isAbsent(subject)) return name === 'test' ? lit(false) : lit(null)
  if (!known) {
    if (subject.k === 'input') interp.observer?.hint(subject, 'string')
    return subject.k === 'input' ? { k: 'unknown', falseWithout: [subject] } : UNKNOWN
  }
  try {
    const match = new RegExp(regex.source, regex.flags).exec(String(known.v))
    if (name === 'test') return lit(match !== null)
    return match ? { k: 'arr', items: match.map((part) => lit(part)), open: false } : lit(null)
  } catch {
    return UNKNOWN
  }
}

/** Methods on text with variables in it keep the variable: `process.env.PORT.trim()` is still PORT. */
function callOpenText(interp: Interpreter, target: Value, name: string, args: Value[]): Value {
  if (name === 'trim' || name === 'toString' || name === 'toLowerCase' || name === 'replace') return target
  const known = literal(target)
  return (known && callText(interp, known, name, args)) ?? UNKNOWN
}

function callInput(interp: Interpreter, target: Input, name: string, args: Value[], line: number): Value {
  const type = INPUT_METHODS[name]
  if (type) interp.observer?.hint(target, type)
  const [callback] = args
  if (type === 'array' && callback && (callback.k === 'fn' || callback.k === 'native')) {
    const item: Input = { k: 'input', from: target.from, path: [...target.path, '*'], assigned: new Map() }
    const given = name === 'reduce' ? [UNKNOWN, item] : [item, UNKNOWN]
    const result = interp.maybe(() => interp.call(callback, given, UNDEFINED, line)) ?? UNKNOWN
    if (name === 'map' || name === 'flatMap') return { k: 'arr', items: [result], open: true }
    return name === 'filter' ? target : name === 'find' ? item : UNKNOWN
  }
  if (name === 'includes' && args[0]) interp.observer?.compared(target, args[0])
  if (name === 'includes' || name === 'startsWith' || name === 'endsWith' || name === 'match')
    return { k: 'unknown', falseWithout: [target] }
  return type === 'string' || name === 'toString' || name === 'slice' ? target : UNKNOWN
}

/** `Object.assign` and the like. */
export function assignInto(interp: Interpreter, target: Value, sources: Value[]): Value {
  if (target.k === 'obj' && !target.host) {
    for (const source of sources) spreadInto(interp, target, source)
    return target
  }
  if (target.k === 'input' || target.k === 'sym' || target.k === 'fn')
    for (const source of sources)
      if (source.k === 'obj' && truth(source))
        for (const [name, value] of source.props) setMember(interp, target, name, value)
  return target
}
