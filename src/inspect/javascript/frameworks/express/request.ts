import { carried, headersObject, input, queryInput, unset } from '../../endpoints/credentials.ts'
import type { Caller, Walk } from '../../endpoints/walk.ts'
import { member } from '../../evaluate/members.ts'
import { statusNamed } from '../../evaluate/packages.ts'
import { lit, literal, native, type Obj, obj, textOf, UNKNOWN, type Value } from '../../evaluate/values.ts'
import type { ChainItem } from '../flatten.ts'
import { samplePath } from '../routers.ts'

const SETTERS =
  /^(set|header|type|contentType|cookie|clearCookie|append|location|links|vary|attachment|format|removeHeader|setHeader|on|once|setTimeout|flushHeaders)$/
const SENDERS = /^(json|send|end|render|jsonp|sendFile|sendfile|download|write|pipe|xml)$/

/** Hands requests to Express handlers: `(req, res, next)`. */
export function expressCaller(walk: Walk, app: Value): Caller {
  const { request: req, response: res, enter } = expressExchange(walk, app)
  return {
    arguments(item, next) {
      if (item.value.k === 'fn' && item.value.fn.params.length === 4 && item.kind !== 'param') return null
      enter(item)
      if (item.kind !== 'param') return [req, res, next]
      const value = input('params', [item.param ?? ''])
      return [req, res, next, value, lit(item.param ?? '')]
    },
  }
}

/** One request with its response; `enter` is told which item of the chain gets them next. */
export function expressExchange(walk: Walk, app: Value): { request: Obj; response: Obj; enter(item: ChainItem): void } {
  let mount = '/'
  const req = request(walk, app, () => mount)
  const res = response(walk)
  req.props.set('res', res)
  res.props.set('req', req)
  const enter = (item: ChainItem): void => {
    mount = item.kind === 'middleware' ? item.mount : '/'
  }
  return { request: req, response: res, enter }
}

function request(walk: Walk, app: Value, mount: () => string): Obj {
  const { anonymous } = walk
  const read = (value: Value) => walk.read(value)
  const full = walk.route.sample ?? samplePath(walk.route.path)
  const headers = headersObject(anonymous, read)
  const fixed: Record<string, Value> = {
    body: input('body'),
    query: queryInput(anonymous),
    params: input('params'),
    headers,
    cookies: carried('cookies', anonymous, read),
    signedCookies: carried('cookies', anonymous, read),
    session: carried('user', anonymous, read),
    method: lit(walk.route.method),
    originalUrl: lit(full),
    app,
    file: input('files', ['file']),
    files: input('files'),
  }
  const getHeader = native('get', ([name]) => headers.host?.get((textOf(name) ?? '').toLowerCase()) ?? UNKNOWN)
  const methods: Record<string, Value> = {
    get: getHeader,
    header: getHeader,
    isAuthenticated: native('isAuthenticated', () => (anonymous ? lit(false) : UNKNOWN)),
    isUnauthenticated: native('isUnauthenticated', () => (anonymous ? lit(true) : UNKNOWN)),
    param: native('param', ([name]) => member(walk.interp, input('params'), textOf(name) ?? '')),
    logIn: native('logIn', (args) => walk.interp.outside(args.slice(-1))),
    logOut: native('logOut', (args) => walk.interp.outside(args)),
    on: native('on', (args, self, line) => stream(walk, args, self, line)),
  }
  methods.addListener = methods.on ?? UNKNOWN
  methods.login = methods.logIn ?? UNKNOWN
  methods.logout = methods.logOut ?? UNKNOWN
  const req: Obj = obj()
  req.open = true
  req.host = {
    get(name) {
      if (name === 'path' || name === 'url') return lit(relative(full, samplePath(mount())))
      if (name === 'baseUrl') return lit(mount() === '/' ? '' : samplePath(mount()))
      const value = fixed[name] ?? methods[name]
      if (name === '#item') return input('body')
      if (name === 'body' && value) walk.read(value)
      return value ?? unset(name, anonymous)
    },
  }
  return req
}

/** `req.on('data', …)`, `req.on('end', …)`: the body arrives at once. */
function stream(walk: Walk, [event, work]: Value[], self: Value, line: number): Value {
  const name = textOf(event)
  const body = input('body')
  if (name === 'data' || name === 'end') walk.interp.call(work ?? UNKNOWN, name === 'data' ? [body] : [], self, line)
  return self
}

function relative(full: string, mount: string): string {
  if (mount === '/' || !full.startsWith(mount)) return full
  return full.slice(mount.length) || '/'
}

function response(walk: Walk): Obj {
  const res: Obj = obj()
  const status = (value: Value | undefined): void => {
    const code = value && literal(value)?.v
    if (typeof code === 'number') walk.answer(code)
    else if (value) walk.status = value.k === 'lit' ? walk.status : (walk.status ?? undefined)
  }
  const locals = obj()
  locals.host = { get: (name) => unset(name, walk.anonymous) }
  res.props.set('locals', locals)
  const get = (name: string): Value | undefined => {
    if (name === 'status' || name === 'code' || name === 'writeHead')
      return native(name, ([code]) => {
        status(code)
        return res
      })
    if (name === 'sendStatus')
      return native(name, ([code]) => {
        status(code)
        walk.respond()
        return res
      })
    if (name === 'redirect') return native(name, (args) => redirect(walk, args, res))
    if (SENDERS.test(name))
      return native(name, (args) => {
        for (const arg of args) if (arg.k === 'input') walk.read(arg)
        // Express 3 took the status first.
        if (args.length === 2 && args[0]?.k === 'lit' && typeof args[0].v === 'number') status(args[0])
        walk.respond()
        return res
      })
    if (SETTERS.test(name)) return native(name, () => res)
    if (name === 'statusCode') return UNKNOWN
    if (name === 'headersSent') return lit(false)
    if (name === 'boom') return { ...obj(), host: { get: named } }
    return named(name) ?? UNKNOWN
  }
  /** `res.notFound()` and the like, which extensions add. */
  const named = (name: string): Value | undefined => {
    const code = statusNamed(name)
    return code
      ? native(name, () => {
          walk.answer(code)
          return res
        })
      : undefined
  }
  res.host = { get, set: (name, value) => (name === 'statusCode' ? status(value) : void res.props.set(name, value)) }
  return res
}

/** To a login page is a refusal, to anywhere else an answer. */
function redirect(walk: Walk, args: Value[], res: Value): Value {
  const target = textOf(args.at(-1)) ?? ''
  walk.statuses.add(302)
  if (/log-?in|sign-?in|\/auth\b/i.test(target) && walk.anonymous && walk.route.method !== 'POST') {
    walk.denied = true
    walk.refusals++
    walk.status = 401
  } else walk.respond()
  return res
}
