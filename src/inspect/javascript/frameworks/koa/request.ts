import { carried, headersObject, input, queryInput, unset } from '../../endpoints/credentials.ts'
import type { Caller, Walk } from '../../endpoints/walk.ts'
import { unknownPart } from '../../evaluate/expressions.ts'
import {
  lit,
  literal,
  native,
  type Obj,
  obj,
  textOf,
  truth,
  UNDEFINED,
  UNKNOWN,
  type Value,
} from '../../evaluate/values.ts'
import { samplePath } from '../routers.ts'

/** Hands requests to Koa middleware: `(ctx, next)`. */
export function koaCaller(walk: Walk, app: Value): Caller {
  const ctx = context(walk, app)
  return {
    arguments(item, next) {
      return item.kind === 'param' ? [input('params', [item.param ?? '']), ctx, next] : [ctx, next]
    },
  }
}

function context(walk: Walk, app: Value): Obj {
  const { anonymous } = walk
  const read = (value: Value) => walk.read(value)
  const headers = headersObject(anonymous, read)
  const body = input('body')
  const ctx: Obj = obj()
  ctx.open = true
  const state = obj()
  state.host = { get: (name) => unset(name, anonymous) }
  const getHeader = native('get', ([name]) => headers.host?.get((textOf(name) ?? '').toLowerCase()) ?? UNKNOWN)
  const request: Obj = obj()
  request.open = true
  const shared: Record<string, Value> = {
    query: queryInput(anonymous),
    params: input('params'),
    header: headers,
    headers,
    get: getHeader,
    method: lit(walk.route.method),
    path: lit(samplePath(walk.route.path)),
    url: lit(samplePath(walk.route.path)),
    originalUrl: lit(samplePath(walk.route.path)),
    is: native('is', () => UNKNOWN),
  }
  request.host = {
    get(name) {
      if (name === 'body') return seen(walk, body)
      if (name === 'files' || name === 'file') return input('files', name === 'file' ? ['file'] : [])
      return shared[name] ?? unset(name, anonymous)
    },
    // A middleware that parses the query anew changes its form, not who sends it.
    set: (name, value) => void (shared[name] ? null : request.props.set(name, value)),
  }
  const answered = (value: Value): void => {
    const code = literal(value)?.v
    if (typeof code === 'number') walk.answer(code)
  }
  const fixed: Record<string, Value> = {
    ...shared,
    request,
    req: request,
    state,
    app,
    cookies: carried('cookies', anonymous, read),
    session: carried('user', anonymous, read),
    throw: native('throw', (args) => walk.interp.raise(failure(args))),
    assert: native('assert', ([condition = UNDEFINED, ...rest]) => assert(walk, condition, rest)),
    redirect: native('redirect', ([target]) => {
      walk.statuses.add(302)
      if (/log-?in|sign-?in/i.test(textOf(target) ?? '') && anonymous) {
        walk.denied = true
        walk.status = 401
      } else walk.respond()
      return UNDEFINED
    }),
    isAuthenticated: native('isAuthenticated', () => (anonymous ? lit(false) : UNKNOWN)),
    isUnauthenticated: native('isUnauthenticated', () => (anonymous ? lit(true) : UNKNOWN)),
    set: native('set', () => UNDEFINED),
  }
  const response: Obj = { ...obj(), open: true }
  const set = (name: string, value: Value): void => {
    if (name === 'status') answered(value)
    else if (name === 'body') {
      ctx.props.set('#body', value)
      walk.respond()
    } else if (!(name in shared)) ctx.props.set(name, value)
  }
  // What was answered so far: a body without a status is a 200.
  const status = (): Value =>
    walk.status !== undefined
      ? walk.status < 0
        ? UNKNOWN
        : lit(walk.status)
      : ctx.props.has('#body')
        ? lit(200)
        : UNKNOWN
  const current = (name: string): Value | undefined =>
    name === 'status' ? status() : name === 'body' ? (ctx.props.get('#body') ?? UNKNOWN) : undefined
  response.host = { get: current, set }
  fixed.response = response
  fixed.res = response
  ctx.host = {
    get(name) {
      return current(name) ?? fixed[name] ?? helper(walk, name, ctx) ?? unset(name, anonymous)
    },
    set,
  }
  return ctx
}

function seen(walk: Walk, value: Value): Value {
  walk.read(value)
  return value
}

/** `ctx.ok(body)`, `ctx.notFound()` as koa-respond adds them. */
function helper(walk: Walk, name: string, ctx: Obj): Value | undefined {
  const codes: Record<string, number> = {
    ok: 200,
    created: 201,
    noContent: 204,
    badRequest: 400,
    unauthorized: 401,
    forbidden: 403,
    notFound: 404,
  }
  const code = codes[name]
  return code
    ? native(name, () => {
        walk.answer(code)
        return ctx
      })
    : undefined
}

/** The error of `ctx.throw(401)`, `ctx.throw(401, 'message')`, `ctx.throw(new Problem())`. */
function failure(args: Value[]): Value {
  const [first, second] = args
  const code = first && literal(first)?.v
  if (typeof code === 'number') {
    const error = obj({ status: lit(code) })
    if (second) error.props.set('message', second)
    return error
  }
  return first ?? obj({ status: lit(500) })
}

function assert(walk: Walk, condition: Value, rest: Value[]): Value {
  const decided = truth(condition)
  if (decided === true) return UNDEFINED
  const error = failure(rest)
  if (decided === false) return walk.interp.raise(error)
  const before = walk.refusals
  walk.interp.maybe(() => walk.interp.raise(error))
  if (walk.refusals > before) {
    const { falseWithout = [], whenTrue = [] } = unknownPart(condition)
    for (const field of falseWithout) walk.required(field)
    for (const limit of whenTrue) walk.limited(limit)
  }
  return UNDEFINED
}
