import { carried, headersObject, input, queryInput, unset } from '../../endpoints/credentials.ts'
import { statusOf } from '../../endpoints/status.ts'
import type { Caller, Walk } from '../../endpoints/walk.ts'
import { statusNamed } from '../../evaluate/packages.ts'
import {
  alternatives,
  lit,
  literal,
  native,
  type Obj,
  obj,
  textOf,
  UNKNOWN,
  type Value,
} from '../../evaluate/values.ts'
import { samplePath } from '../routers.ts'
import { contextOf } from './instance.ts'

const SETTERS =
  /^(header|headers|type|setCookie|clearCookie|cookie|removeHeader|trailer|serializer|hijack|appendHeader|writeEarlyHints)$/
const SENDERS = /^(send|sendFile|view|viewAsync|download|compress|sse)$/

/** Hands requests to Fastify's hooks and handlers: `(request, reply)`; a hook that takes a third says itself when it is done. */
export function fastifyCaller(walk: Walk, app: Value): Caller {
  const reply = response(walk, app)
  const request = requestOf(walk, app)
  request.props.set('#reply', reply)
  reply.props.set('request', request)
  return {
    returns: true,
    arguments: (item, next) => {
      if (item.self) {
        request.props.set('server', item.self)
        reply.props.set('server', item.self)
      }
      return [request, reply, next]
    },
    // What is returned is sent, an error as an error.
    returned: (value) => {
      for (const one of alternatives(value)) sendError(walk, one)
      walk.respond()
    },
  }
}

function requestOf(walk: Walk, app: Value): Obj {
  const { anonymous, interp } = walk
  const read = (value: Value) => walk.read(value)
  const path = samplePath(walk.route.path)
  const headers = headersObject(anonymous, read)
  const body = input('body')
  const file = () => {
    walk.multipart = true
    const one = input('files', ['file'])
    walk.read(one)
    return one
  }
  const fixed: Record<string, Value> = {
    query: queryInput(anonymous),
    params: input('params'),
    headers,
    cookies: carried('cookies', anonymous, read),
    session: carried('user', anonymous, read),
    method: lit(walk.route.method),
    url: lit(path),
    originalUrl: lit(path),
    routerPath: lit(walk.route.path),
    routeOptions: { ...obj({ url: lit(walk.route.path), method: lit(walk.route.method) }), open: true },
    raw: { ...obj({ url: lit(path), method: lit(walk.route.method), headers }), open: true },
    file: native('file', file),
    files: native('files', () => ({ k: 'arr', items: [file()], open: true })),
    parts: native('parts', () => ({ k: 'arr', items: [file()], open: true })),
    saveRequestFiles: native('saveRequestFiles', () => ({ k: 'arr', items: [file()], open: true })),
    isMultipart: native('isMultipart', () => UNKNOWN),
    isAuthenticated: native('isAuthenticated', () => (anonymous ? lit(false) : UNKNOWN)),
    isUnauthenticated: native('isUnauthenticated', () => (anonymous ? lit(true) : UNKNOWN)),
    unsignCookie: native('unsignCookie', ([value]) => obj({ valid: value ?? UNKNOWN, value: value ?? UNKNOWN })),
  }
  const request: Obj = { ...obj(), open: true }
  request.host = {
    get(name) {
      if (name === 'body') {
        walk.read(body)
        return body
      }
      const own = contextOf(app)?.shared.request.get(name) ?? fixed[name]
      if (own) return own
      // Whatever the namespace, a token that is not there cannot be verified.
      if (/jwt(Verify|Decode)$/i.test(name))
        return native(name, () => {
          if (anonymous && /verify$/i.test(name)) return interp.raise(obj({ statusCode: lit(401) }))
          return input('user', ['user'])
        })
      return unset(name, anonymous)
    },
    set: (name, value) => void (fixed[name] && name !== 'session' ? null : request.props.set(name, value)),
  }
  return request
}

function response(walk: Walk, app: Value): Obj {
  const reply: Obj = obj()
  const status = (value: Value | undefined): void => {
    const code = value && literal(value)?.v
    if (typeof code === 'number') walk.answer(code)
  }
  const get = (name: string): Value | undefined => {
    const own = contextOf(app)?.shared.reply.get(name)
    if (own) return own
    if (name === 'code' || name === 'status' || name === 'writeHead')
      return native(name, ([code]) => {
        status(code)
        return reply
      })
    if (SENDERS.test(name))
      return native(name, (args) => {
        for (const arg of args) {
          if (arg.k === 'input') walk.read(arg)
          sendError(walk, arg)
        }
        walk.respond()
        return reply
      })
    if (SETTERS.test(name)) return native(name, () => reply)
    if (name === 'redirect')
      return native(name, (args) => {
        const target = args.map(textOf).find((text) => text?.includes('/')) ?? ''
        walk.statuses.add(302)
        if (/log-?in|sign-?in|\/auth\b/i.test(target) && walk.anonymous && walk.route.method !== 'POST') {
          walk.denied = true
          walk.status = 401
        } else walk.respond()
        return reply
      })
    if (name === 'callNotFound') return named('notFound')
    if (name === 'then') return undefined
    if (name === 'raw') return { ...obj({ writeHead: get('writeHead') ?? UNKNOWN }), open: true }
    if (name === 'sent') return lit(false)
    if (name === 'statusCode') return walk.status && walk.status > 0 ? lit(walk.status) : UNKNOWN
    return named(name) ?? UNKNOWN
  }
  /** `reply.notFound()` and the like. */
  const named = (name: string): Value | undefined => {
    const code = statusNamed(name)
    return code
      ? native(name, () => {
          walk.answer(code)
          return reply
        })
      : undefined
  }
  reply.host = {
    get,
    set: (name, value) => (name === 'statusCode' ? status(value) : void reply.props.set(name, value)),
  }
  return reply
}

/** An error that is sent or returned answers with its status. */
function sendError(walk: Walk, value: Value): void {
  const isError = value.k === 'obj' && (value.props.has('statusCode') || Boolean(value.cls))
  const code = isError || value.k === 'sym' ? statusOf(walk.interp, value) : undefined
  if (code && code >= 400) walk.answer(code)
}
