import { carried, headersObject, input, queryInput, unset } from '../../endpoints/credentials.ts'
import type { Caller, Walk } from '../../endpoints/walk.ts'
import { member } from '../../evaluate/members.ts'
import { lit, literal, native, type Obj, obj, textOf, UNDEFINED, UNKNOWN, type Value } from '../../evaluate/values.ts'
import { samplePath } from '../routers.ts'

const ANSWERS = /^(json|text|html|body|newResponse|render|stream)$/
const VALID = {
  json: 'body',
  form: 'body',
  query: 'query',
  param: 'params',
  header: 'headers',
  cookie: 'cookies',
} as const

/** Hands requests to Hono's middleware and handlers: `(c, next)`. */
export function honoCaller(walk: Walk): Caller {
  const context = contextOf(walk)
  return { arguments: (_item, next) => [context, next], returned: () => walk.respond() }
}

/** `get(name)` of something, or the whole of it. */
function reader(walk: Walk, name: string, all: Value, one: (field: string) => Value): Value {
  return native(name, ([key]) => {
    const field = textOf(key)
    const value = field === undefined ? (key && key.k !== 'lit' ? UNKNOWN : all) : one(field)
    walk.read(value)
    return value
  })
}

/** A form's fields are asked for by `get`. */
function form(walk: Walk, body: Value): Value {
  walk.read(body)
  const get = native('get', ([name]) => member(walk.interp, body, textOf(name) ?? '*'))
  return { ...obj({ get, getAll: get, has: get }), open: true }
}

function contextOf(walk: Walk): Obj {
  const { anonymous, interp } = walk
  const read = (value: Value) => walk.read(value)
  const path = samplePath(walk.route.path)
  const headers = headersObject(anonymous, read)
  const cookies = carried('cookies', anonymous, read)
  const roots = { body: input('body'), query: queryInput(anonymous), params: input('params'), headers, cookies }
  const of = (root: Value) => (field: string) => member(interp, root, field)
  const whole = (value: Value) => () => {
    walk.read(value)
    return value
  }
  const header = reader(walk, 'header', headers, (field) => headers.host?.get(field.toLowerCase()) ?? UNKNOWN)
  const req: Obj = {
    ...obj({
      param: reader(walk, 'param', roots.params, of(roots.params)),
      query: reader(walk, 'query', roots.query, of(roots.query)),
      queries: reader(walk, 'queries', roots.query, of(roots.query)),
      header,
      valid: native('valid', ([target]) => {
        const root = roots[VALID[textOf(target) as keyof typeof VALID] ?? 'body']
        if (root.k === 'input') walk.read(root)
        return root
      }),
      json: native('json', whole(roots.body)),
      parseBody: native('parseBody', whole(roots.body)),
      formData: native('formData', () => form(walk, roots.body)),
      text: native('text', whole(roots.body)),
      path: lit(path),
      url: lit(path),
      routePath: lit(walk.route.path),
      method: lit(walk.route.method),
      raw: {
        ...obj({ headers: obj({ get: header, has: header }), url: lit(path), method: lit(walk.route.method) }),
        open: true,
      },
    }),
    open: true,
  }
  const state = obj()
  state.host = {
    get: (name) => state.props.get(name) ?? unset(name, anonymous),
    set: (name, value) => void state.props.set(name, value),
  }
  const answer = (value: Value | undefined): void => {
    const given = value?.k === 'obj' ? value.props.get('status') : value
    const code = given && literal(given)?.v
    if (typeof code === 'number') walk.answer(code)
    walk.respond()
  }
  const response = (name: string) =>
    native(name, ([body, status]) => {
      if (body?.k === 'input') walk.read(body)
      answer(status)
      return RESPONSE
    })
  const context: Obj = { ...obj(), open: true }
  context.props.set('#cookies', cookies)
  context.host = {
    get(name) {
      if (ANSWERS.test(name)) return response(name)
      switch (name) {
        case 'req':
          return req
        case 'var':
          return state
        case 'get':
          return native(name, ([key]) => member(interp, state, textOf(key) ?? '*'))
        case 'set':
          return native(name, ([key, value]) => {
            state.props.set(textOf(key) ?? '*', value ?? UNDEFINED)
            return UNDEFINED
          })
        case 'status':
          return native(name, ([code]) => {
            const known = code && literal(code)?.v
            if (typeof known === 'number') walk.answer(known)
            return UNDEFINED
          })
        case 'notFound':
          return native(name, () => {
            walk.answer(404)
            return RESPONSE
          })
        case 'redirect':
          return native(name, ([target, code]) => {
            const status = code && literal(code)?.v
            walk.statuses.add(typeof status === 'number' ? status : 302)
            if (/log-?in|sign-?in/i.test(textOf(target) ?? '') && anonymous && walk.route.method !== 'POST') {
              walk.denied = true
              walk.status = 401
            } else walk.respond()
            return RESPONSE
          })
        case 'header':
        case 'setRenderer':
          return native(name, () => UNDEFINED)
        case 'env':
          return interp.readPackage(interp.package('#process'), 'env') ?? UNKNOWN
        default:
          return unset(name, anonymous)
      }
    },
    set: (name, value) => void context.props.set(name, value),
  }
  return context
}

/** What a handler made of an answer: somebody may look at it afterwards. */
const RESPONSE: Value = { ...obj(), open: true }
