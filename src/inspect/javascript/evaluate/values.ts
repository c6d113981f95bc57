import type { Class, Fn } from '../syntax/tree.ts'
import type { Limit } from './limits.ts'

/**
 * What an expression may stand for when nothing is really executed. `sym` is anything that comes out of a package: its
 * module, or a member, call or construction of another value, kept as it was written, so that others can read meaning
 * into it (a schema, a connection, a middleware).
 */
export type Value =
  | Lit
  | { k: 'regex'; source: string; flags: string }
  | Obj
  | Arr
  | Func
  | ClassValue
  | Native
  | Sym
  | Env
  | Input
  | { k: 'text'; parts: Value[] }
  | { k: 'union'; of: Value[] }
  | Unknown

export interface Lit {
  k: 'lit'
  v: string | number | boolean | null | undefined
}

export interface Obj {
  k: 'obj'
  props: Map<string, Value>
  /** Has members that are not known. */
  open: boolean
  /** How deep in undecided branches it was made: what is set deeper is only maybe set. */
  depth: number
  cls?: ClassValue
  /** Inputs spread or merged into it. */
  mixed?: Input[]
  /** Members that are worked out on demand; `undefined`: no such member. */
  host?: { get(name: string): Value | undefined; set?(name: string, value: Value): void; call?: Call }
  /** An application, router or other thing that a framework's plug keeps book of. */
  part?: unknown
}

export interface Arr {
  k: 'arr'
  items: Value[]
  open: boolean
  /** As for objects: what is added deeper is only maybe added. */
  depth?: number
}

export interface Func {
  k: 'fn'
  fn: Fn
  scope: Scope
  file: string
  self?: Value
  bound?: Value[]
  props: Map<string, Value>
  owner?: ClassValue
  getter?: boolean
}

export interface ClassValue {
  k: 'class'
  cls: Class
  scope: Scope
  file: string
  base: Value | null
  statics: Map<string, Value>
  methods: Map<string, Func>
}

/** `line` is that of the call. */
export type Call = (args: Value[], self: Value, line: number) => Value

export interface Native {
  k: 'native'
  name: string
  call: Call
  props?: Map<string, Value>
}

export interface Sym {
  k: 'sym'
  op: 'module' | 'mem' | 'call' | 'new'
  /** Package for `module`, member name for `mem`. */
  name: string
  base: Sym | null
  args: Value[]
  file: string
  line: number
  /** Members read once, so that the same member is the same value. */
  props: Map<string, Value>
}

/** A variable of the environment; `name` is `null` for configuration that no variable can change. */
export interface Env {
  k: 'env'
  name: string
  fallback: Value | null
}

/** Something a client sends. `assigned`: what the server put into it since. */
export interface Input {
  k: 'input'
  from: 'body' | 'query' | 'params' | 'headers' | 'cookies' | 'user' | 'files'
  path: string[]
  assigned: Map<string, Value>
  /** Members read once, so that the same field is the same value. */
  fields?: Map<string, Input>
}

/** `anonymous`: comes from credentials that are not there. The inputs: when one is missing, the value is surely true (false). */
export interface Unknown {
  k: 'unknown'
  anonymous?: boolean
  trueWithout?: Input[]
  falseWithout?: Input[]
  /** What holds of inputs where it is true (false). */
  whenTrue?: Limit[]
  whenFalse?: Limit[]
  /** It is the length of this. */
  lengthOf?: Input
  /** Surely true when this variable is not set. */
  withoutVariable?: string
  /** Last name it was read by. */
  name?: string
}

export interface Cell {
  v: Value
  depth: number
  /** Worked out on first use, as an import is. */
  lazy?: () => Value
}

export interface Scope {
  cells: Map<string, Cell>
  parent: Scope | null
  self?: Value
  file: string
}

export const UNDEFINED: Lit = { k: 'lit', v: undefined }
export const UNKNOWN: Unknown = { k: 'unknown' }
/** Stands for whatever a caller without credentials does not have. */
export const ANONYMOUS: Unknown = { k: 'unknown', anonymous: true }

export function lit(v: Lit['v']): Lit {
  return { k: 'lit', v }
}

export function obj(entries: Record<string, Value> = {}, depth = 0): Obj {
  return { k: 'obj', props: new Map(Object.entries(entries)), open: false, depth }
}

export function native(name: string, call: Call): Native {
  return { k: 'native', name, call }
}

export function moduleSym(name: string): Sym {
  return { k: 'sym', op: 'module', name, base: null, args: [], file: '', line: 0, props: new Map() }
}

/** Everything a value may be, unions taken apart. */
export function alternatives(value: Value): Value[] {
  return value.k === 'union' ? value.of : [value]
}

/** One value for "this or that". */
export function join(a: Value, b: Value): Value {
  const of: Value[] = []
  for (const value of [...alternatives(a), ...alternatives(b)]) {
    if (!of.some((other) => same(other, value))) of.push(value)
    if (of.length >= 8) return UNKNOWN
  }
  return of.length === 1 && of[0] ? of[0] : { k: 'union', of }
}

function same(a: Value, b: Value): boolean {
  if (a === b) return true
  if (a.k === 'lit' && b.k === 'lit') return Object.is(a.v, b.v)
  if (a.k === 'unknown' && b.k === 'unknown') return a.anonymous === b.anonymous
  return false
}

/** `true` or `false` where that is certain. */
export function truth(value: Value): boolean | undefined {
  switch (value.k) {
    case 'lit':
      return Boolean(value.v)
    case 'unknown':
      return value.anonymous ? false : undefined
    case 'sym':
      return value.op === 'module' || value.op === 'new' ? true : undefined
    case 'env':
      return value.fallback ? truth(value.fallback) : undefined
    case 'input':
      return value.from === 'params' || (value.path.length === 0 && value.from !== 'user') ? true : undefined
    case 'union': {
      const all = value.of.map(truth)
      return all.every((t) => t === all[0]) ? all[0] : undefined
    }
    case 'text':
      return undefined
    default:
      return true
  }
}

/** The literal a value comes down to, variables at their defaults; `undefined` (not a `Lit`) where it is open. */
export function literal(value: Value): Lit | undefined {
  if (value.k === 'lit') return value
  if (value.k === 'env') return value.fallback ? literal(value.fallback) : undefined
  if (value.k !== 'text') return undefined
  let out = ''
  for (const part of value.parts) {
    const one = literal(part)
    if (!one) return undefined
    out += String(one.v)
  }
  return lit(out)
}

/** Text of a literal string or number. */
export function textOf(value: Value | undefined): string | undefined {
  const one = value && literal(value)
  return one && (typeof one.v === 'string' || typeof one.v === 'number') ? String(one.v) : undefined
}

/** The package a symbolic value comes from, and the members and calls that led to it: `joi`, `['object', '()', 'keys']`. */
export function origin(value: Value): { module: string; path: string[] } | null {
  if (value.k !== 'sym') return null
  const path: string[] = []
  let at: Sym = value
  while (at.base) {
    path.unshift(at.op === 'mem' ? at.name : '()')
    at = at.base
  }
  return { module: at.name, path }
}

/** Do a credential's absence or inputs of the named kind flow into this value? */
export function mentions(value: Value, test: (value: Value) => boolean, depth = 3): boolean {
  if (test(value)) return true
  if (depth === 0) return false
  const next = (v: Value) => mentions(v, test, depth - 1)
  if (value.k === 'arr') return value.items.some(next)
  if (value.k === 'obj') return !value.host && [...value.props.values()].some(next)
  if (value.k === 'text') return value.parts.some(next)
  return value.k === 'union' && value.of.every(next)
}
