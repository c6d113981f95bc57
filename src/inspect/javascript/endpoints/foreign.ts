import { member } from '../evaluate/members.ts'
import { logsIn } from '../evaluate/passport.ts'
import { alternatives, origin, type Sym, textOf, truth, type Value } from '../evaluate/values.ts'
import { readChain } from '../schemas/express-validator.ts'
import { isSchema } from '../schemas/validate.ts'
import type { Walk } from './walk.ts'

type Verdict = 'refuses' | 'passes' | 'logs-in' | null

const GUARDS =
  /^(express-jwt|koa-jwt|koa-jwt2|express-basic-auth|koa-basic-auth|express-oauth2-jwt-bearer|express-bearer-token-auth|http-auth-connect|express-oauth-server|keycloak-connect|connect-ensure-login|express-openid-connect|@clerk\/express|@clerk\/clerk-sdk-node|supertokens-node.*|@okta\/.*|passport-.*)$/
const HARMLESS =
  /^(express|cors|@koa\/cors|kcors|helmet|koa-helmet|morgan|koa-morgan|compression|koa-compress|body-parser|koa-bodyparser|@koa\/bodyparser|koa-body|cookie-parser|koa-logger|koa-static|koa-send|koa-etag|koa-conditional-get|koa-response-time|koa-x-request-id|koa-json|koa-json-error|koa-error|koa-favicon|koa-session|koa-generic-session|express-session|cookie-session|connect-flash|serve-static|serve-favicon|method-override|response-time|express-fileupload|multer|@koa\/multer|swagger-ui-express|koa2-swagger-ui|errorhandler|express-rate-limit|express-slow-down|rate-limiter-flexible|xss-clean|hpp|express-mongo-sanitize|express-winston|pino-http|koa-pino-logger|express-pino-logger|express-status-monitor|express-validator|celebrate|csurf|i18n|on-finished|timeout|connect-timeout|express-request-id|cls-rtracer|express-useragent|passport|koa-passport)$/

/** What middleware of a package does to a request without credentials; `null` when it is not known. */
export function foreignMiddleware(walk: Walk, value: Value): Verdict {
  const from = origin(value)
  if (!from || value.k !== 'sym') return null
  validators(walk, value)
  walk.route.framework.middleware?.(walk, value)
  if (/passport/.test(from.module)) return passport(walk, value, from.path)
  if (/^(multer|@koa\/multer|express-fileupload)$/.test(from.module)) return upload(walk, value, from.path)
  if (/^express-validator/.test(from.module)) {
    readChain(walk, value)
    return 'passes'
  }
  const { guards, harmless } = walk.route.framework
  if (!GUARDS.test(from.module) && !guards?.test(from.module))
    return HARMLESS.test(from.module) || harmless?.test(from.module) ? 'passes' : null
  if (/clerkMiddleware|ClerkExpressWithAuth/.test(from.path.join('.'))) return 'passes'
  if (/express-openid-connect/.test(from.module) && !/requiresAuth/.test(from.path.join('.'))) return 'passes'
  if (/keycloak/.test(from.module) && from.path.includes('middleware')) return 'passes'
  return optional(walk, value) || exempt(walk, value) ? 'passes' : 'refuses'
}

/** The options in the call chain of a middleware: `jwt({…}).unless({…})`. */
function callsOf(value: Sym): Sym[] {
  const calls: Sym[] = []
  for (let at: Sym | null = value; at; at = at.base) if (at.op === 'call' || at.op === 'new') calls.push(at)
  return calls
}

function option(walk: Walk, value: Sym, name: string): Value | undefined {
  for (const { args } of callsOf(value))
    for (const arg of args) if (arg.k === 'obj' && arg.props.has(name)) return member(walk.interp, arg, name)
  return undefined
}

function optional(walk: Walk, value: Sym): boolean {
  const required = option(walk, value, 'credentialsRequired') ?? option(walk, value, 'authRequired')
  const passthrough = option(walk, value, 'passthrough')
  return Boolean((required && truth(required) === false) || (passthrough && truth(passthrough) === true))
}

/** Is the route among those the middleware was told to leave alone? */
function exempt(walk: Walk, value: Sym): boolean {
  const unless = callsOf(value).find((one) => one.base?.op === 'mem' && one.base.name === 'unless')
  const options = unless?.args[0]
  if (!options) return false
  const list = options.k === 'obj' ? member(walk.interp, options, 'path') : options
  const paths = list.k === 'arr' ? list.items : alternatives(list)
  const { path, method } = walk.route
  return paths.some((entry) => {
    if (entry.k === 'obj') {
      const url = member(walk.interp, entry, 'url')
      const methods = member(walk.interp, entry, 'methods')
      if (methods.k === 'arr' && !methods.items.some((one) => textOf(one)?.toUpperCase() === method)) return false
      return matches(url, path)
    }
    return matches(entry, path)
  })
}

function matches(pattern: Value, path: string): boolean {
  const sample = path.replace(/:\w+(\([^)]*\))?\??/g, '1')
  if (pattern.k === 'regex') {
    try {
      return new RegExp(pattern.source, pattern.flags.replace('g', '')).test(sample)
    } catch {
      return false
    }
  }
  return textOf(pattern)?.replace(/(.)\/$/, '$1') === sample
}

/** `passport.authenticate(…)`, where it is not the login itself, keeps strangers out. */
function passport(walk: Walk, value: Sym, path: string[]): Verdict {
  if (!path.includes('authenticate')) return 'passes'
  const call = callsOf(value).at(-1)
  if (!call || call.args.slice(1).some((arg) => arg.k === 'fn')) return null
  if (!logsIn(walk.interp, call)) return 'refuses'
  if (!walk.anonymous) walk.statuses.add(401)
  return 'logs-in'
}

function upload(walk: Walk, value: Sym, path: string[]): Verdict {
  const kind = path.findLast((part) => part !== '()')
  if (kind && /^(single|array|fields|any)$/.test(kind)) {
    walk.multipart = true
    const [first] = value.args
    const names =
      first?.k === 'arr'
        ? first.items.map((item) => (item.k === 'obj' ? textOf(item.props.get('name')) : undefined))
        : [textOf(first)]
    for (const name of names) if (name) walk.read({ k: 'input', from: 'files', path: [name], assigned: new Map() })
  }
  return 'passes'
}

const PARTS = { body: 'body', query: 'query', querystring: 'query', params: 'params', headers: 'headers' } as const

/** `celebrate({ body: schema })` and whatever else is given schemas by the part they are for. */
function validators(walk: Walk, value: Sym): void {
  for (const { args } of callsOf(value))
    for (const arg of args) {
      if (arg.k !== 'obj') continue
      for (const [name, schema] of arg.props) {
        const from = PARTS[name.toLowerCase() as keyof typeof PARTS]
        if (!from || !(isSchema(schema) || (schema.k === 'obj' && [...schema.props.values()].some(isSchema)))) continue
        walk.validated({ k: 'input', from, path: [], assigned: new Map() }, schema, undefined)
        walk.statuses.add(400)
      }
    }
}
