import type { Expr, Pattern, Stmt } from '../syntax/tree.ts'
import { evaluate, evaluateKey, unknownPart, withFallback } from './expressions.ts'
import { Abrupt, type Interpreter, lookup } from './interpreter.ts'
import { member, setMember } from './members.ts'
import {
  alternatives,
  type Func,
  join,
  lit,
  literal,
  type Scope,
  truth,
  UNDEFINED,
  UNKNOWN,
  type Value,
} from './values.ts'

const MAX_ROUNDS = 300
const REQUEST_ROUNDS = 30
/** Of a long list, the first few stand for all. */
const SAMPLE = 6
/** A status was set, but not the same on every way here. */
export const SEVERAL = -1

/** Runs statements in order; `false` when what follows them cannot be reached. */
export function execute(interp: Interpreter, body: Stmt[], scope: Scope): boolean {
  hoist(interp, body, scope)
  for (const stmt of body) {
    interp.steps++
    let alive: boolean
    try {
      alive = run(interp, stmt, scope)
    } catch (error) {
      if (!(error instanceof Abrupt)) throw error
      alive = false
    }
    if (!alive) {
      // A module keeps what it would have exported after code that cannot be followed.
      if (scope.parent === null) continue
      return false
    }
  }
  return true
}

function hoist(interp: Interpreter, body: Stmt[], scope: Scope): void {
  for (const stmt of body) {
    if (stmt.s === 'fn') declare(interp, scope, stmt.name, closure(stmt.fn, scope))
    else if (stmt.s === 'import') bindImports(interp, stmt, scope)
    else if (stmt.s === 'export')
      for (const { name, x } of stmt.names)
        if (x.t === 'id' && scope.cells.has(x.name)) exportAs(interp, scope, name, x)
  }
}

/** A function with the scope it closes over. */
export function closure(fn: Func['fn'], scope: Scope): Func {
  return { k: 'fn', fn, scope, file: scope.file, props: new Map() }
}

function declare(interp: Interpreter, scope: Scope, name: string, value: Value): void {
  scope.cells.set(name, { v: value, depth: interp.depth })
}

function bindImports(interp: Interpreter, stmt: Stmt & { s: 'import' }, scope: Scope): void {
  const namespace = interp.load(scope.file, stmt.from)
  for (const { imported, local } of stmt.names) {
    const lazy = () => pickImport(interp, namespace, imported)
    scope.cells.set(local, { v: UNDEFINED, depth: 0, lazy })
  }
}

/** What an import names in a module's exports, whichever module system either side uses. */
function pickImport(interp: Interpreter, namespace: Value, name: string): Value {
  if (name === '*' || name === '=') return namespace
  if (name !== 'default') return member(interp, namespace, name)
  if (namespace.k === 'obj' && namespace.props.has('default')) return namespace.props.get('default') ?? UNDEFINED
  return namespace
}

function exportAs(interp: Interpreter, scope: Scope, name: string, x: Expr): void {
  const holder = lookup(scope, 'module')?.v
  if (holder?.k !== 'obj') return
  const value = evaluate(interp, x, scope)
  if (name === '=') holder.props.set('exports', value)
  else setMember(interp, holder.props.get('exports') ?? UNDEFINED, name, value)
}

function reexport(interp: Interpreter, stmt: Stmt & { s: 'reexport' }, scope: Scope): void {
  const holder = lookup(scope, 'module')?.v
  const exports = holder?.k === 'obj' ? holder.props.get('exports') : undefined
  if (!exports) return
  const namespace = interp.load(scope.file, stmt.from)
  if (stmt.names === 'all') {
    if (namespace.k === 'obj')
      for (const [name, value] of namespace.props) if (name !== 'default') setMember(interp, exports, name, value)
    return
  }
  for (const { imported, exported } of stmt.names)
    setMember(interp, exports, exported, pickImport(interp, namespace, imported))
}

const inner = (scope: Scope): Scope => ({ cells: new Map(), parent: scope, file: scope.file })

function run(interp: Interpreter, stmt: Stmt, scope: Scope): boolean {
  switch (stmt.s) {
    case 'var':
      bind(interp, stmt.target, stmt.init ? evaluate(interp, stmt.init, scope) : UNDEFINED, scope, true)
      return true
    case 'expr':
      evaluate(interp, stmt.x, scope)
      return true
    case 'fn':
    case 'import':
      return true
    case 'class':
      declare(interp, scope, stmt.name, interp.defineClass(stmt.cls, scope))
      return true
    case 'block':
      return execute(interp, stmt.body, inner(scope))
    case 'if':
      return runIf(interp, stmt, scope)
    case 'loop':
      return runLoop(interp, stmt, scope)
    case 'each':
      return runEach(interp, stmt, scope)
    case 'switch':
      return runSwitch(interp, stmt, scope)
    case 'try':
      return runTry(interp, stmt, scope)
    case 'return':
      interp.frame.returns.push(stmt.x ? evaluate(interp, stmt.x, scope) : UNDEFINED)
      interp.frame.onReturn?.(interp.frame.returns.at(-1) ?? UNDEFINED)
      return false
    case 'throw':
      return interp.raise(evaluate(interp, stmt.x, scope))
    case 'jump':
      interp.frame.jumped = true
      return false
    case 'export':
      for (const { name, x } of stmt.names) exportAs(interp, scope, name, x)
      return true
    case 'reexport':
      reexport(interp, stmt, scope)
      return true
  }
}

/** Runs a branch that may be taken; answers whether it ends, and the status it ends with. */
function branch(interp: Interpreter, stmt: Stmt | null, scope: Scope) {
  const observer = interp.observer
  const before = { status: observer?.status, refusals: observer?.refusals ?? 0 }
  interp.depth++
  const alive = stmt ? runSafely(interp, stmt, scope) : true
  interp.depth--
  const result = { alive, status: observer?.status, refused: (observer?.refusals ?? 0) > before.refusals }
  if (observer) observer.status = before.status
  return result
}

function runSafely(interp: Interpreter, stmt: Stmt, scope: Scope): boolean {
  try {
    return run(interp, stmt, scope)
  } catch (error) {
    if (!(error instanceof Abrupt)) throw error
    return false
  }
}

function runIf(interp: Interpreter, stmt: Stmt & { s: 'if' }, scope: Scope): boolean {
  const condition = evaluate(interp, stmt.c, scope)
  const decided = truth(condition)
  if (decided !== undefined) {
    const taken = decided ? stmt.a : stmt.b
    return taken ? run(interp, taken, scope) : true
  }
  const a = branch(interp, stmt.a, scope)
  const b = branch(interp, stmt.b, scope)
  const { observer } = interp
  if (condition.k === 'unknown' && condition.withoutVariable && !a.alive)
    interp.noteVariable(condition.withoutVariable, { required: true })
  if (observer) {
    if (a.alive !== b.alive) observer.status = a.alive ? a.status : b.status
    else observer.status = a.status === b.status ? a.status : SEVERAL
    const facts = unknownPart(condition)
    if (a.refused && !a.alive) for (const input of facts.trueWithout ?? []) observer.required(input)
    if (b.refused && !b.alive) for (const input of facts.falseWithout ?? []) observer.required(input)
    const limits = a.refused && !a.alive ? facts.whenFalse : b.refused && !b.alive ? facts.whenTrue : []
    for (const limit of limits ?? []) observer.limited(limit)
  }
  return a.alive || b.alive
}

/** Runs one round of a loop: `stop` when it surely leaves the function. */
function round(interp: Interpreter, body: Stmt, scope: Scope): boolean {
  const alive = run(interp, body, scope)
  const jumped = interp.frame.jumped
  interp.frame.jumped = false
  return alive || jumped
}

/** Set-up is followed round by round; what a request does shows in the first few. */
function rounds(interp: Interpreter): number {
  return interp.observer ? REQUEST_ROUNDS : MAX_ROUNDS
}

function runLoop(interp: Interpreter, stmt: Stmt & { s: 'loop' }, outer: Scope): boolean {
  const scope = inner(outer)
  for (const init of stmt.init) run(interp, init, scope)
  for (let count = 0; count < rounds(interp); count++) {
    const test = stmt.test ? truth(evaluate(interp, stmt.test, scope)) : undefined
    if (test === false) return true
    if (test === undefined) {
      interp.maybe(() => round(interp, stmt.body, scope))
      return true
    }
    if (!round(interp, stmt.body, scope)) return false
    if (stmt.step) evaluate(interp, stmt.step, scope)
  }
  return true
}

function runEach(interp: Interpreter, stmt: Stmt & { s: 'each' }, scope: Scope): boolean {
  const subject = evaluate(interp, stmt.x, scope)
  const items = stmt.of ? elements(interp, subject) : keys(subject)
  if (items && items.length <= MAX_ROUNDS) {
    for (const item of items.slice(0, rounds(interp))) {
      const own = inner(scope)
      bind(interp, stmt.target, item, own, true)
      if (!round(interp, stmt.body, own)) return false
    }
    return true
  }
  interp.maybe(() => {
    const own = inner(scope)
    bind(interp, stmt.target, stmt.of ? element(interp, subject) : UNKNOWN, own, true)
    round(interp, stmt.body, own)
  })
  return true
}

function keys(subject: Value): Value[] | null {
  return subject.k === 'obj' && !subject.open && !subject.host ? [...subject.props.keys()].map(lit) : null
}

/** The items of something whose items are all known. */
export function elements(_interp: Interpreter, subject: Value): Value[] | null {
  if (subject.k === 'arr' && !subject.open) return subject.items
  return null
}

/** One item that stands for any. */
export function element(interp: Interpreter, subject: Value): Value {
  if (subject.k === 'arr') return subject.items.length > 0 ? subject.items.slice(0, SAMPLE).reduce(join) : UNKNOWN
  if (subject.k === 'input') {
    interp.observer?.hint(subject, 'array')
    return { k: 'input', from: subject.from, path: [...subject.path, '*'], assigned: new Map() }
  }
  // A stream hands out what was sent.
  if (subject.k === 'obj' && subject.host) return subject.host.get('#item') ?? UNKNOWN
  return subject.k === 'unknown' ? subject : UNKNOWN
}

function runSwitch(interp: Interpreter, stmt: Stmt & { s: 'switch' }, scope: Scope): boolean {
  const subject = evaluate(interp, stmt.x, scope)
  const known = literal(subject)
  const own = inner(scope)
  if (known) {
    const tests = stmt.cases.map((entry) => (entry.test ? literal(evaluate(interp, entry.test, own)) : undefined))
    let start = tests.findIndex((test) => test && test.v === known.v)
    if (start < 0) start = stmt.cases.findIndex((entry) => entry.test === null)
    if (start < 0) return true
    for (const entry of stmt.cases.slice(start)) {
      if (execute(interp, entry.body, own)) continue
      const jumped = interp.frame.jumped
      interp.frame.jumped = false
      return jumped
    }
    return true
  }
  let alive = !stmt.cases.some((entry) => entry.test === null)
  stmt.cases.forEach((entry, index) => {
    if (entry.test) {
      const test = evaluate(interp, entry.test, own)
      if (stmt.x.t === 'lit') truth(test)
      else interp.observer?.compared(subject, test)
    }
    const result = branch(interp, { s: 'block', body: entry.body }, own)
    const jumped = interp.frame.jumped
    interp.frame.jumped = false
    if (jumped || (result.alive && index === stmt.cases.length - 1)) alive = true
  })
  return alive
}

function runTry(interp: Interpreter, stmt: Stmt & { s: 'try' }, scope: Scope): boolean {
  const status = interp.observer?.status
  const { value, thrown } = interp.capture(() => execute(interp, stmt.body, inner(scope)))
  const bodyAlive = value ?? false
  let alive = bodyAlive
  if (stmt.handler) {
    const after = interp.observer?.status
    const own = inner(scope)
    const error = thrown.length > 0 ? thrown.reduce(join) : UNKNOWN
    const certain = !bodyAlive && thrown.length > 0 && interp.frame.returns.length === 0
    if (interp.observer) interp.observer.status = status
    if (!certain) interp.depth++
    let handled = false
    try {
      if (stmt.param) bind(interp, stmt.param, error, own, true)
      const { handler } = stmt
      handled = interp.recover(() => execute(interp, handler, own))
    } catch (failure) {
      if (!(failure instanceof Abrupt)) throw failure
    }
    if (!certain) interp.depth--
    if (bodyAlive && interp.observer) interp.observer.status = after
    alive = bodyAlive || handled
  } else for (const error of thrown) interp.throws.push(error)
  return execute(interp, stmt.final, inner(scope)) && alive
}

/** Binds names to a value: `declaring` makes new ones, otherwise assigns to what is there. */
export function bind(interp: Interpreter, pattern: Pattern, value: Value, scope: Scope, declaring: boolean): void {
  switch (pattern.p) {
    case 'id':
      if (declaring) declare(interp, scope, pattern.name, value)
      else assign(interp, scope, pattern.name, value)
      return
    case 'default':
      bind(interp, pattern.target, withDefault(interp, value, pattern.value, scope), scope, declaring)
      return
    case 'expr':
      if (pattern.x.t === 'mem') {
        const target = evaluate(interp, pattern.x.obj, scope)
        const key = evaluateKey(interp, pattern.x.prop, scope)
        if (key !== null) setMember(interp, target, key, value)
        else if (target.k === 'obj') target.open = true
      }
      return
    case 'obj': {
      const taken: string[] = []
      for (const { key, target } of pattern.props) {
        const name = evaluateKey(interp, key, scope)
        if (name !== null) taken.push(name)
        bind(interp, target, name === null ? UNKNOWN : member(interp, value, name), scope, declaring)
      }
      if (pattern.rest) bind(interp, pattern.rest, without(value, taken), scope, declaring)
      return
    }
    case 'arr':
      pattern.items.forEach((target, index) => {
        if (target) bind(interp, target, itemAt(interp, value, index), scope, declaring)
      })
      if (pattern.rest) {
        const rest: Value =
          value.k === 'arr'
            ? { ...value, items: value.items.slice(pattern.items.length) }
            : { k: 'arr', items: [], open: true }
        bind(interp, pattern.rest, rest, scope, declaring)
      }
  }
}

function withDefault(interp: Interpreter, value: Value, fallback: Expr, scope: Scope): Value {
  if (value.k === 'lit') return value.v === undefined ? evaluate(interp, fallback, scope) : value
  if (value.k === 'env' && !value.fallback) return withFallback(interp, value, () => evaluate(interp, fallback, scope))
  if (value.k === 'unknown' && value.anonymous) return evaluate(interp, fallback, scope)
  if (value.k === 'union' && value.of.some((one) => one.k === 'lit' && one.v === undefined))
    return value.of
      .map((one) => (one.k === 'lit' && one.v === undefined ? evaluate(interp, fallback, scope) : one))
      .reduce(join)
  // An input stays an input: what stands in for it when it is missing says nothing about what is sent.
  if (value.k === 'input') interp.maybe(() => evaluate(interp, fallback, scope))
  return value
}

function without(value: Value, names: string[]): Value {
  if (value.k !== 'obj' || value.host) return value
  const props = new Map([...value.props].filter(([name]) => !names.includes(name)))
  return { ...value, props }
}

/** One item of a list by its place. */
function itemAt(interp: Interpreter, value: Value, index: number): Value {
  if (value.k === 'arr') return value.items[index] ?? (value.open ? UNKNOWN : UNDEFINED)
  if (value.k === 'union')
    return alternatives(value)
      .map((one) => itemAt(interp, one, index))
      .reduce(join)
  if (value.k === 'lit' && value.v == null) return UNKNOWN
  if (value.k === 'sym') return member(interp, value, String(index))
  return value.k === 'unknown' ? value : element(interp, value)
}

function assign(interp: Interpreter, scope: Scope, name: string, value: Value): void {
  const cell = lookup(scope, name)
  if (!cell) {
    let top = scope
    while (top.parent) top = top.parent
    top.cells.set(name, { v: value, depth: 0 })
    return
  }
  cell.v = interp.depth > cell.depth ? join(cell.v, value) : value
}
