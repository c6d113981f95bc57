import type { JsonSchema } from '../../../contracts/json.ts'
import type { Interpreter, Observer } from '../evaluate/interpreter.ts'
import { ABRUPT } from '../evaluate/interpreter.ts'
import type { Limit } from '../evaluate/limits.ts'
import { member, setMember } from '../evaluate/members.ts'
import { SEVERAL } from '../evaluate/statements.ts'
import {
  alternatives,
  type Input,
  literal,
  native,
  origin,
  UNDEFINED,
  UNKNOWN,
  type Value,
} from '../evaluate/values.ts'
import type { ChainItem, Route } from '../frameworks/flatten.ts'
import { foreignMiddleware } from './foreign.ts'
import { statusOf } from './status.ts'

export type Hint = Parameters<Observer['hint']>[1]

/** What is known of one field of the request. */
export interface FieldFacts {
  input: Input
  hints: Set<Hint>
  required: boolean
  /** What the handler's own checks let through. */
  limits: JsonSchema
  /** Read by the route's own handlers, not only by what the whole application passes through. */
  own: boolean
}

/** How a framework hands a request to a handler. */
export interface Caller {
  /** The arguments for one item of the chain; `null` when the item takes no part in ordinary requests. */
  arguments(item: ChainItem, next: Value): Value[] | null
  /** A request goes on when a handler has returned and nothing was answered; otherwise it is for the handler to say. */
  returns?: boolean
  /** What a handler returns is the answer. */
  returned?(value: Value): void
}

/** One walk of a request through a route's chain: what it reads, how it may end. */
export class Walk implements Observer {
  readonly interp: Interpreter
  readonly route: Route
  readonly anonymous: boolean
  status: number | undefined
  refusals = 0
  readonly statuses = new Set<number>()
  readonly fields = new Map<string, FieldFacts>()
  readonly roles = new Set<string>()
  readonly validations: { value: Value; schema: Value; options: Value | undefined }[] = []
  /** Fields that a validator of single fields describes. */
  readonly declared: { from: Input['from']; path: string[]; schema: JsonSchema; required: boolean }[] = []
  /** Errors that reached the end of a handler or were given to `next`. */
  readonly errors: Value[] = []
  /** The last handler came to its end without a refusal. */
  succeeded = false
  /** Something answered 401 or 403, or sent the caller to a login. */
  denied = false
  /** Middleware that could not be followed, by the best name there is. */
  readonly opaque: string[] = []
  multipart = false
  /** Told where things are called, when somebody wants to know. */
  called?: Observer['called']
  at = -1
  private readonly visits = new Map<number, number>()

  constructor(interp: Interpreter, route: Route, anonymous: boolean) {
    this.interp = interp
    this.route = route
    this.anonymous = anonymous
  }

  /** Sends the request through the chain. */
  run(caller: Caller): void {
    const { interp } = this
    const saved = { observer: interp.observer, depth: interp.depth, file: interp.currentFile }
    interp.observer = this
    interp.depth = 0
    interp.steps = 0
    this.declare()
    const { thrown } = interp.capture(() => this.step(0, caller))
    this.errors.push(...thrown)
    Object.assign(interp, { observer: saved.observer, depth: saved.depth, currentFile: saved.file })
  }

  /** What the route's declaration promises before any handler is asked. */
  private declare(): void {
    const { declared } = this.route
    if (!declared) return
    for (const { from, schema } of declared.schemas)
      this.validated({ k: 'input', from, path: [], assigned: new Map() }, schema, undefined)
    for (const status of declared.statuses) this.statuses.add(status)
    if (declared.multipart) this.multipart = true
  }

  private step(index: number, caller: Caller): Value {
    const item = this.route.chain[index]
    const visits = this.visits.get(index) ?? 0
    if (!item || visits >= (this.anonymous ? 3 : 1)) return UNDEFINED
    this.visits.set(index, visits + 1)
    const outer = this.at
    const next = native('next', ([error]) => {
      if (error && !(error.k === 'lit' && !error.v)) {
        if (!(error.k === 'lit')) {
          this.thrown(error)
          this.errors.push(error)
          // An error that says nothing of its status ends in the error handler, not in an answer.
          if (statusOf(this.interp, error) === undefined) this.status = 500
        }
        return UNDEFINED
      }
      return this.step(index + 1, caller)
    })
    this.at = index
    // Each item has steps of its own, so that a long one leaves some to those behind it.
    const { steps, maxSteps } = this.interp
    this.interp.maxSteps = steps + this.interp.stepsPerHandler
    try {
      return this.enter(item, index, next, caller)
    } finally {
      this.interp.maxSteps = maxSteps + (this.interp.steps - steps)
      this.at = outer
    }
  }

  private enter(item: ChainItem, index: number, next: Value, caller: Caller): Value {
    const last = index === this.route.chain.length - 1
    const onward = () => this.step(index + 1, caller)
    const args = caller.arguments(item, next)
    if (!args) return onward()
    const { value, self = UNDEFINED } = item
    const awaits = caller.returns && !(value.k === 'fn' && value.fn.params.length >= args.length)
    const finish = last ? (answer: Value) => this.finish(caller, answer) : awaits ? () => this.goOn(onward) : null
    if (value.k === 'fn') return this.interp.callFunction(value, args, self, finish)
    if (value.k === 'native') {
      const result = this.interp.call(value, args, self, 0)
      finish?.(result)
      return result
    }
    if (value.k === 'union') {
      const some = alternatives(value).filter((one) => one.k === 'fn' || one.k === 'sym')
      const results = some.map((one) =>
        this.interp.maybe(() => this.enter({ ...item, value: one }, index, next, caller)),
      )
      if (some.length > 0) return results.find((result) => result !== null) ?? UNKNOWN
    }
    return this.foreign(value, args, finish, onward)
  }

  /** Middleware that is not the project's own. */
  private foreign(value: Value, args: Value[], finish: ((answer: Value) => void) | null, onward: () => Value): Value {
    const verdict = foreignMiddleware(this, value)
    if (verdict === 'logs-in') signIn(this.interp, args[0])
    if (verdict === 'refuses') {
      this.statuses.add(401)
      if (this.anonymous) {
        this.answer(401)
        throw ABRUPT
      }
    }
    if (verdict === null && value.k !== 'obj') this.opaque.push(nameOf(value))
    const inner = value.k === 'sym' ? value.args.filter((arg) => arg.k === 'fn') : []
    if (verdict === null && inner.length > 0) {
      // A wrapper around a handler of the project.
      for (const fn of inner) if (fn.k === 'fn') this.interp.callFunction(fn, args, UNDEFINED, finish)
      return UNDEFINED
    }
    if (this.at === this.route.chain.length - 1) finish?.(UNKNOWN)
    return onward()
  }

  /** Something before the last handler has returned: the request goes on unless it was answered. */
  private goOn(onward: () => Value): void {
    if (this.status !== undefined && this.status >= 400) return
    // Set on one way here and not on another: the way that goes on is the other.
    const { status } = this
    if (status === SEVERAL) this.status = undefined
    onward()
    this.status = status
  }

  /** The last handler returns. */
  private finish(caller: Caller, answer: Value): void {
    caller.returned?.(answer)
    if (this.status === undefined || this.status < 400) this.succeeded = true
  }

  /** The application names a status. */
  answer(status: number): void {
    this.status = status
    if (status >= 100 && status < 600 && status !== 500) this.statuses.add(status)
    if (status < 400 || status >= 500) return
    this.refusals++
    if (status === 401 || status === 403) this.denied = true
  }

  /** A response goes out with the status set so far. */
  respond(): void {
    if (this.status === undefined) this.statuses.add(200)
    const last = this.at === this.route.chain.length - 1
    if (last && (this.status === undefined || this.status < 400)) this.succeeded = true
  }

  thrown(error: Value): void {
    for (const one of alternatives(error)) {
      const status = statusOf(this.interp, one)
      if (status === undefined) continue
      if (status !== 500) this.statuses.add(status)
      if (status < 400 || status >= 500) continue
      this.refusals++
      if (status === 401 || status === 403) this.denied = true
    }
  }

  private facts(value: Value): FieldFacts | null {
    if (value.k !== 'input') return null
    const key = `${value.from}:${value.path.join('\0')}`
    const facts = this.fields.get(key) ?? { input: value, hints: new Set(), required: false, limits: {}, own: false }
    this.fields.set(key, facts)
    if (this.route.chain[this.at]?.kind !== 'middleware') facts.own = true
    return facts
  }

  read(input: Value): void {
    this.facts(input)
  }

  required(input: Value): void {
    const facts = this.facts(input)
    if (facts) facts.required = true
  }

  limited({ input, schema }: Limit): void {
    const facts = this.facts(input)
    if (facts) Object.assign(facts.limits, schema)
  }

  hint(input: Value, type: Hint): void {
    this.facts(input)?.hints.add(type)
  }

  validated(value: Value, schema: Value, options: Value | undefined): void {
    this.validations.push({ value: snapshot(value), schema, options })
  }

  compared(a: Value, b: Value): void {
    for (const [one, other] of [
      [a, b],
      [b, a],
    ] as const) {
      const text = literal(other)?.v
      if (typeof text === 'string' && text && roleLike(one)) this.roles.add(text)
    }
  }
}

/** From here on the request has a user: `req.user`, or `ctx.state.user`. */
function signIn(interp: Interpreter, request: Value | undefined): void {
  if (request?.k !== 'obj') return
  const user: Value = { k: 'unknown', name: 'user' }
  const state = member(interp, request, 'state')
  if (state.k === 'obj') setMember(interp, state, 'user', user)
  else setMember(interp, request, 'user', user)
}

/** A value as it is now: the code goes on to put more into it. */
function snapshot(value: Value): Value {
  if (value.k === 'input') return { ...value, assigned: new Map(value.assigned) }
  if (value.k === 'obj' && !value.host) return { ...value, props: new Map(value.props) }
  if (value.k === 'union') return { k: 'union', of: value.of.map(snapshot) }
  // A package's function in between changes the form, not the fields.
  if (value.k === 'sym' && value.op === 'call') return { ...value, args: value.args.map(snapshot) }
  return value
}

/** Is it a value read by a name such as `role`, other than from what the client sends? */
function roleLike(value: Value): boolean {
  const name =
    value.k === 'input'
      ? value.from === 'user'
        ? value.path.findLast((part) => part !== '*')
        : undefined
      : value.k === 'sym' && value.op === 'mem'
        ? value.name
        : value.k === 'unknown'
          ? value.name
          : undefined
  return name !== undefined && /^(user_?)?(roles?|permissions?|scopes?|user_?type|access_?level)$/i.test(name)
}

function nameOf(value: Value): string {
  const from = origin(value)
  return from ? [from.module, ...from.path.filter((part) => part !== '()')].join('.') : value.k
}
