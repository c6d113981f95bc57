import type { Endpoint, Parameter } from '../../../contracts/project.ts'
import type { Interpreter } from '../evaluate/interpreter.ts'
import { alternatives, type Value } from '../evaluate/values.ts'
import type { Route } from '../frameworks/flatten.ts'
import { toJsonSchema } from '../schemas/convert.ts'
import { bodyOf, fieldsOf, parameterSchema } from './body.ts'
import { openApiPath, resourceOf } from './paths.ts'
import { Walk } from './walk.ts'

/** Walks a request through a route twice, with and without credentials, and tells what was seen. */
export function describeEndpoint(interp: Interpreter, route: Route, app: Value): Endpoint {
  const known = walk(interp, route, app, false)
  const stranger = walk(interp, route, app, true)
  const { path, params } = openApiPath(route.path)
  const query = parameters(known, 'query')
  const body = route.method === 'GET' || route.method === 'HEAD' ? null : bodyOf(known)
  return {
    method: route.method,
    path,
    auth: authOf(known, stranger),
    source: `${route.file}:${route.line}`,
    ...handlerOf(route),
    resource: resourceOf(path),
    params: params.map((param) => ({
      ...param,
      schema: { ...param.schema, ...schemaFrom(known, 'params', param.name) },
    })),
    query,
    headers: parameters(known, 'headers').filter(({ name }) => !COMMON_HEADERS.test(name)),
    body,
    statuses: statusesOf(known, stranger),
    roles: [...new Set([...known.roles, ...grantedRoles(route)])].sort(),
    ...responsesOf(interp, route),
  }
}

/** Shapes of answers that the route declares. */
function responsesOf(interp: Interpreter, route: Route): Pick<Endpoint, 'responses'> {
  const shapes = Object.entries(route.declared?.responses ?? {}).flatMap(([status, value]) => {
    const schema = /^[1-5]\d\d$/.test(status) ? toJsonSchema(interp, value, undefined) : null
    return schema && Object.keys(schema).length > 0 ? [[status, schema] as const] : []
  })
  return shapes.length > 0 ? { responses: Object.fromEntries(shapes) } : {}
}

/** A route of which nothing but its declaration is known. */
export function bareEndpoint(route: Route): Endpoint {
  const { path, params } = openApiPath(route.path)
  const source = `${route.file}:${route.line}`
  const { method } = route
  return {
    method,
    path,
    auth: 'unknown',
    source,
    resource: resourceOf(path),
    params,
    query: [],
    headers: [],
    body: null,
    statuses: [],
    roles: [],
  }
}

function walk(interp: Interpreter, route: Route, app: Value, anonymous: boolean): Walk {
  const one = new Walk(interp, route, anonymous)
  one.run(route.framework.caller(one, app))
  return one
}

/**
 * A caller without credentials cannot reach the end where one with them can: authentication is required. Names decide
 * only where middleware could not be followed.
 */
function authOf(known: Walk, stranger: Walk): Endpoint['auth'] {
  if (!stranger.succeeded && (known.succeeded || stranger.denied)) return 'required'
  if (stranger.opaque.some(guardName)) return 'required'
  if (!stranger.succeeded && !known.succeeded && known.opaque.length > 0) return 'unknown'
  return 'none'
}

/** Sent by every client, or by what stands before the server. */
const COMMON_HEADERS =
  /^(authorization|cookie|user-agent|content-(type|length)|accept(-.*)?|host|origin|referer|connection|x-forwarded-.*|x-real-ip|x-request-id|x-requested-with|if-.*)$/

const ROLE_NAMES = /roles?$|rights$|permissions?$|scopes?$|^allowed|privileges?$/i

/** Roles given to the guards of a route when they were made: `requireRole('admin')`, `auth('manageUsers')`. */
function grantedRoles(route: Route): string[] {
  return route.chain.flatMap(({ value }) => {
    const scope = value.k === 'fn' ? value.scope : null
    if (!scope?.parent) return []
    return [...scope.cells].flatMap(([name, cell]) => (ROLE_NAMES.test(name) ? texts(cell.v) : []))
  })
}

function texts(value: Value): string[] {
  if (value.k === 'arr') return value.items.flatMap(texts)
  const text = value.k === 'lit' && typeof value.v === 'string' ? value.v : ''
  return text ? [text] : []
}

const GUARD_WORDS = /^(auth|authenticated?|authori[sz]ed?|authorization|jwt|guard|protect|protected|authed)$/

/** Does a name say that it keeps strangers out? Taken word by word: `xssProtection` does not. */
function guardName(name: string): boolean {
  return name.split(/[^a-zA-Z]+|(?=[A-Z][a-z])/).some((word) => GUARD_WORDS.test(word.toLowerCase()))
}

function statusesOf(known: Walk, stranger: Walk): number[] {
  const all = new Set(known.statuses)
  // Errors such as 404 and 422 show only when credentials are there; 401 and 403 when they are not.
  for (const status of stranger.statuses) if (status === 401 || status === 403) all.add(status)
  return [...all].filter((status) => status >= 100 && status < 600 && status !== 500).sort((a, b) => a - b)
}

function handlerOf(route: Route): { handler?: string } {
  const last = route.chain.findLast(({ kind }) => kind === 'handler')
  const fn = last && alternatives(last.value).find((one) => one.k === 'fn')
  if (fn?.k === 'fn') {
    const inner = wrapped(fn)
    return { handler: `${inner.file}:${inner.fn.line}` }
  }
  const arg = last?.value.k === 'sym' ? last.value.args.find((one) => one.k === 'fn') : undefined
  return arg?.k === 'fn' ? { handler: `${arg.file}:${arg.fn.line}` } : {}
}

/** The handler inside a wrapper such as `asyncHandler(handler)`: the one function its closure holds. */
function wrapped(fn: Value & { k: 'fn' }): Value & { k: 'fn' } {
  for (const { v } of fn.scope.parent ? fn.scope.cells.values() : [])
    if (
      v.k === 'fn' &&
      v !== fn &&
      v.fn.params.length >= 1 &&
      v.fn !== fn.fn &&
      v.file &&
      fn.fn.params.length <= 3 &&
      v.fn.params.length <= 3
    )
      return v
  return fn
}

function parameters(known: Walk, from: 'query' | 'headers'): Parameter[] {
  const names = new Map<string, Parameter>()
  const { properties = {}, required = [] } = fieldsOf(known, from)
  for (const [name, schema] of Object.entries(properties))
    names.set(name, { name, required: required.includes(name), schema })
  return [...names.values()]
}

function schemaFrom(known: Walk, from: 'params', name: string): Parameter['schema'] {
  return parameterSchema(fieldsOf(known, from).properties?.[name])
}
