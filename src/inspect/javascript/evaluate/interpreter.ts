import type { Class, Fn, Program } from '../syntax/tree.ts'
import { evaluate } from './expressions.ts'
import type { Limit } from './limits.ts'
import { member, setMember } from './members.ts'
import { callPackage, readPackage } from './packages.ts'
import { bind, execute } from './statements.ts'
import {
  ANONYMOUS,
  alternatives,
  type ClassValue,
  type Func,
  join,
  lit,
  literal,
  mentions,
  moduleSym,
  type Obj,
  obj,
  type Scope,
  type Sym,
  UNDEFINED,
  UNKNOWN,
  type Value,
} from './values.ts'

/** Leaves an expression whose evaluation cannot go on: something in it surely throws. */
export class Abrupt extends Error {}

/** The one that is thrown: making an error each time would cost more than everything else. */
export const ABRUPT = new Abrupt('cannot go on')

/** What watches while handlers run: the walk of one request through its chain. */
export interface Observer {
  /** The caller shows no credentials. */
  anonymous: boolean
  /** Status set on the path that is being walked; -1 when it is set, but to which is not known. */
  status: number | undefined
  /** How many refusals (4xx) were seen so far. */
  refusals: number
  thrown(value: Value): void
  /** A value was read from the request. */
  read(input: Value): void
  /** The input must be there, or the request is refused. */
  required(input: Value): void
  /** Beyond this limit the request is refused. */
  limited(limit: Limit): void
  /** A validator looked at a value. */
  validated(value: Value, schema: Value, options: Value | undefined): void
  compared(a: Value, b: Value): void
  /** Something is called there. */
  called?(file: string, line: number): void
  hint(input: Value, type: 'string' | 'number' | 'integer' | 'boolean' | 'array' | 'email'): void
}

export interface ModuleRecord {
  file: string
  holder: Obj
  program: Program
  scope: Scope
}

/** What the evaluator needs to know of the project around it. */
export interface World {
  /** `null`: no such file, or not source. */
  program(file: string): Program | null
  resolve(from: string, specifier: string): { file: string } | { json: unknown } | { module: string }
  /** Names in a folder, for modules that load their neighbours. */
  list(dir: string): string[]
  text(file: string): string | null
  /** Values of the `config` package: `null` when there is none. */
  config: Value | null
  /** What NODE_ENV is taken to be. */
  mode: string
}

export interface SideEffect {
  kind: 'listen' | 'exit'
  file: string
  line: number
  args: Value[]
  /** Only where something failed, or a condition holds that is not known: `catch { process.exit(1) }`. */
  unsure: boolean
  /** Modules that were being loaded at that moment, outermost first. */
  loading: string[]
}

interface Frame {
  returns: Value[]
  jumped: boolean
  onReturn: ((value: Value) => void) | null
  owner: ClassValue | null
}

const MAX_STACK = 70

/** Evaluates a project's modules without running them. */
export class Interpreter {
  readonly world: World
  readonly main: string | null
  readonly modules = new Map<string, ModuleRecord>()
  readonly loading: string[] = []
  readonly loaded: string[] = []
  readonly effects: SideEffect[] = []
  readonly warnings: { message: string; source: string }[] = []
  /** Facts that plugs keep between calls, such as the strategies given to passport. */
  readonly notes = new Map<string, Value>()
  /** Applications and routers, in the order they were made. */
  readonly parts: Obj[] = []
  /** Constructions and calls of packages, in order. */
  readonly calls: Sym[] = []
  /** Variables that were read: where, with what default, and whether the code gives up without them. */
  readonly variables = new Map<string, { file: string; fallback: string | undefined; required: boolean }>()
  throws: Value[] = []
  depth = 0
  /** How many handlers of failures are being evaluated. */
  recovering = 0
  steps = 0
  /** Expressions evaluated before functions are no longer entered: set-up first, then anew for each request. */
  maxSteps = 1_000_000
  stepsPerHandler = 6_000
  observer: Observer | null = null
  frame: Frame = { returns: [], jumped: false, onReturn: null, owner: null }
  private stack = 0
  private readonly active = new Map<Fn, number>()
  private readonly packages = new Map<string, Sym>()

  constructor(world: World, main: string | null) {
    this.world = world
    this.main = main
  }

  /** A package's root value: the same one for everybody. */
  package(name: string): Sym {
    const bare = name.replace(/^node:/, '')
    let value = this.packages.get(bare)
    value ??= moduleSym(bare)
    this.packages.set(bare, value)
    return value
  }

  /** A member of a package's value that stands for something known. */
  readPackage(target: Sym, name: string): Value | null {
    return readPackage(this, target, name)
  }

  /** What `require` answers; `esm` asks for the namespace that `import` sees. */
  load(from: string, specifier: string): Value {
    const target = this.world.resolve(from, specifier)
    if ('json' in target) return fromJson(target.json)
    if ('file' in target) return this.module(target.file) ?? UNKNOWN
    if (target.module === 'config' && this.world.config) return this.world.config
    return this.package(target.module)
  }

  /** Evaluates a module once and answers its exports. */
  module(file: string): Value | null {
    const done = this.modules.get(file)
    if (done) return done.holder.props.get('exports') ?? UNDEFINED
    const program = this.world.program(file)
    if (!program) return null
    const exports = obj()
    const holder = obj({ exports })
    const scope: Scope = { cells: new Map(), parent: null, self: exports, file }
    const record = { file, holder, program, scope }
    this.modules.set(file, record)
    this.loaded.push(file)
    scope.cells.set('module', { v: holder, depth: 0 })
    scope.cells.set('exports', { v: exports, depth: 0 })
    this.isolated(file, () => execute(this, program.body, scope))
    return holder.props.get('exports') ?? UNDEFINED
  }

  private isolated(file: string, work: () => void): void {
    const saved = {
      throws: this.throws,
      depth: this.depth,
      frame: this.frame,
      observer: this.observer,
      currentFile: this.currentFile,
    }
    this.currentFile = file
    this.throws = []
    this.depth = 0
    this.observer = null
    this.frame = { returns: [], jumped: false, onReturn: null, owner: null }
    this.loading.push(file)
    try {
      work()
    } catch (error) {
      if (!(error instanceof Abrupt)) throw error
    }
    this.loading.pop()
    Object.assign(this, saved)
  }

  /** Notes that a variable is read, or what stands in for it. */
  noteVariable(name: string, more: { fallback?: Value; required?: boolean } = {}): void {
    const file = this.currentFile ?? this.loading.at(-1) ?? ''
    const known = this.variables.get(name) ?? { file, fallback: undefined, required: false }
    this.variables.set(name, known)
    const fallback = more.fallback && literal(more.fallback)?.v
    if (fallback !== undefined && fallback !== null) known.fallback ??= String(fallback)
    if (more.required) known.required = true
  }

  raise(value: Value): never {
    this.throws.push(value)
    this.observer?.thrown(value)
    throw ABRUPT
  }

  /** Runs `work` and answers what it threw beside its value; `value` is `null` when it surely threw. */
  capture<T>(work: () => T): { value: T | null; thrown: Value[] } {
    const saved = this.throws
    this.throws = []
    try {
      const value = work()
      return { value, thrown: this.throws }
    } catch (error) {
      if (!(error instanceof Abrupt)) throw error
      return { value: null, thrown: this.throws }
    } finally {
      this.throws = saved
    }
  }

  /** Runs `work` as something that may or may not happen; `null` when it surely throws. */
  maybe<T>(work: () => T): T | null {
    this.depth++
    const status = this.observer?.status
    try {
      return work()
    } catch (error) {
      if (!(error instanceof Abrupt)) throw error
      return null
    } finally {
      this.depth--
      if (this.observer) this.observer.status = status
    }
  }

  call(callee: Value, args: Value[], self: Value, line: number, isNew = false): Value {
    this.observer?.called?.(this.currentFile ?? '', line)
    switch (callee.k) {
      case 'fn':
        return isNew ? this.constructPlain(callee, args) : this.callFunction(callee, args, self)
      case 'native':
        return callee.call(args, self, line)
      case 'class':
        return this.construct(callee, args)
      case 'sym':
        return this.callSym(callee, args, line, isNew)
      case 'obj':
        return callee.host?.call?.(args, self, line) ?? this.outside(args)
      case 'union': {
        const results = alternatives(callee)
          .filter((one) => one.k !== 'lit')
          .map((one) => this.maybe(() => this.call(one, args, self, line, isNew)))
          .filter((one): one is Value => one !== null)
        return results.length > 0 ? results.reduce(join) : UNKNOWN
      }
      default:
        return this.outside(args, callee.k === 'unknown' && callee.anonymous)
    }
  }

  private callSym(callee: Sym, args: Value[], line: number, isNew: boolean): Value {
    const file = this.loading.at(-1) ?? ''
    const result: Sym = {
      k: 'sym',
      op: isNew ? 'new' : 'call',
      name: '',
      base: callee,
      args,
      file: this.currentFile ?? file,
      line,
      props: new Map(),
    }
    this.calls.push(result)
    const modelled = callPackage(this, result)
    if (modelled) return modelled
    const onError = args[0]?.k === 'lit' && args[0].v === 'error'
    const answer = onError ? this.recover(() => this.outside(args)) : this.outside(args)
    return answer === ANONYMOUS ? answer : result
  }

  /** Evaluates what happens only after a failure. */
  recover<T>(work: () => T): T {
    this.recovering++
    try {
      return work()
    } finally {
      this.recovering--
    }
  }

  /** Code that is not the project's was called: it may call back, and knows nothing of absent credentials. */
  outside(args: Value[], anonymous = false): Value {
    const absent = anonymous || (this.observer?.anonymous && args.some((arg) => mentions(arg, isAbsent)))
    for (const arg of args) {
      if (arg.k !== 'fn' && arg.k !== 'native') continue
      const params = arg.k === 'fn' ? arg.fn.params.map(() => (absent ? ANONYMOUS : UNKNOWN)) : [UNDEFINED]
      this.maybe(() => this.call(arg, params, UNDEFINED, 0))
    }
    return absent ? ANONYMOUS : UNKNOWN
  }

  currentFile: string | null = null

  callFunction(callee: Func, given: Value[], self: Value, onReturn: ((value: Value) => void) | null = null): Value {
    const { fn } = callee
    const running = this.active.get(fn) ?? 0
    // Set-up may go down a tree of folders.
    if (running >= (this.observer ? 3 : 12) || this.stack > MAX_STACK || this.steps > this.maxSteps) return UNKNOWN
    const args = callee.bound ? [...callee.bound, ...given] : given
    const scope: Scope = { cells: new Map(), parent: callee.scope, file: callee.file }
    if (!fn.arrow) scope.self = callee.self ?? self
    if (callee.fn.name && !callee.scope.cells.has(callee.fn.name))
      scope.cells.set(callee.fn.name, { v: callee, depth: this.depth })
    if (!fn.arrow) scope.cells.set('arguments', { v: { k: 'arr', items: args, open: false }, depth: this.depth })
    const saved = { frame: this.frame, file: this.currentFile }
    this.frame = { returns: [], jumped: false, onReturn, owner: callee.owner ?? null }
    this.currentFile = callee.file
    this.active.set(fn, running + 1)
    this.stack++
    try {
      fn.params.forEach((param, index) => {
        const value: Value = param.rest
          ? { k: 'arr', items: args.slice(index), open: false }
          : (args[index] ?? UNDEFINED)
        bind(this, param.pattern, value, scope, true)
        if (param.field && scope.self) setMember(this, scope.self, param.field, lookup(scope, param.field)?.v ?? value)
      })
      const alive = execute(this, fn.body(), scope)
      if (alive) {
        this.frame.returns.push(UNDEFINED)
        onReturn?.(UNDEFINED)
      }
      const { returns } = this.frame
      if (returns.length === 0) throw ABRUPT
      return returns.reduce(join)
    } finally {
      this.frame = saved.frame
      this.currentFile = saved.file
      this.active.set(fn, running)
      this.stack--
    }
  }

  construct(cls: ClassValue, args: Value[], instance: Obj = { ...obj({}, this.depth), cls }): Obj {
    const scope: Scope = { cells: new Map(), parent: cls.scope, self: instance, file: cls.file }
    const own = cls.methods.get('constructor')
    if (!own && cls.base) this.superCall(cls, args, instance)
    for (const one of cls.cls.members) {
      if (one.isStatic || one.kind !== 'field') continue
      const key = typeof one.key === 'string' ? one.key : null
      if (key) setMember(this, instance, key, one.value ? evaluate(this, one.value, scope) : UNDEFINED)
    }
    if (own) this.callFunction(own, args, instance)
    return instance
  }

  /** `super(…)`: the base's constructor on the same instance. */
  superCall(cls: ClassValue, args: Value[], instance: Obj): void {
    if (cls.base?.k === 'class') this.construct(cls.base, args, instance)
    else if (cls.base?.k === 'fn') this.callFunction(cls.base, args, instance)
    else if (cls.base?.k === 'obj') {
      // A base that a package made, such as a strategy to extend.
      const made = cls.base.host?.get('#super')
      if (made) this.call(made, args, instance, cls.cls.line)
    } else if (cls.base?.k === 'sym') {
      // A class on top of a framework's own is one of its routers or applications.
      const made = /^#/.test(cls.base.name) ? null : this.callSym(cls.base, args, cls.cls.line, true)
      if (made?.k === 'obj' && made.part) Object.assign(instance, { part: made.part, host: made.host })
      else instance.open = !/^#\w*Error$/.test(cls.base.name)
      if (args[0]) instance.props.set('message', args[0])
      // `super('message', 404)`.
      const status = args[1] && literal(args[1])?.v
      if (typeof status === 'number' && status >= 400 && status < 600) instance.props.set('status', lit(status))
    }
  }

  private constructPlain(callee: Func, args: Value[]): Value {
    const proto = callee.props.get('prototype')
    const instance = obj({}, this.depth)
    if (proto?.k === 'obj') for (const [name, value] of proto.props) instance.props.set(name, value)
    const result = this.callFunction(callee, args, instance)
    return result.k === 'obj' || result.k === 'fn' ? result : instance
  }

  /** Makes a class of its declaration. */
  defineClass(cls: Class, scope: Scope): ClassValue {
    const base = cls.base ? evaluate(this, cls.base, scope) : null
    const value: ClassValue = { k: 'class', cls, scope, file: scope.file, base, statics: new Map(), methods: new Map() }
    const inner: Scope = { cells: new Map(), parent: scope, self: value, file: scope.file }
    if (cls.name) inner.cells.set(cls.name, { v: value, depth: 0 })
    value.scope = inner
    for (const one of cls.members) {
      const key = typeof one.key === 'string' ? one.key : null
      if (!key || one.kind === 'set') continue
      if (one.kind !== 'field' && one.value?.t === 'fn') {
        const fn: Func = {
          k: 'fn',
          fn: one.value.fn,
          scope: inner,
          file: scope.file,
          props: new Map(),
          owner: value,
          getter: one.kind === 'get',
        }
        if (one.isStatic) value.statics.set(key, fn)
        else value.methods.set(key, fn)
      } else if (one.isStatic) value.statics.set(key, one.value ? evaluate(this, one.value, inner) : UNDEFINED)
    }
    for (const block of cls.blocks) execute(this, block(), inner)
    return value
  }
}

/** Is it a credential that is not there? */
export function isAbsent(value: Value): boolean {
  return value.k === 'unknown' && value.anonymous === true
}

/** The binding of a name, from the inside out. */
export function lookup(scope: Scope, name: string): { v: Value; depth: number; lazy?: () => Value } | undefined {
  for (let at: Scope | null = scope; at; at = at.parent) {
    const cell = at.cells.get(name)
    if (cell) return cell
  }
  return undefined
}

/** JSON as values. */
export function fromJson(json: unknown): Value {
  if (Array.isArray(json)) return { k: 'arr', items: json.map(fromJson), open: false }
  if (json && typeof json === 'object')
    return obj(Object.fromEntries(Object.entries(json).map(([key, value]) => [key, fromJson(value)])))
  return { k: 'lit', v: json as string | number | boolean | null }
}

/** Reads a path of members, `UNDEFINED` where it ends early. */
export function dig(interp: Interpreter, from: Value, path: string[]): Value {
  let at = from
  for (const name of path) {
    if (at.k === 'lit') return UNDEFINED
    at = member(interp, at, name)
  }
  return at
}
