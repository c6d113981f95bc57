import type { HttpRequest, HttpResponse } from '../contracts/environment.ts'
import type { Json } from '../contracts/json.ts'
import type { RequestTemplate } from '../contracts/observation.ts'
import { evaluate, type Scope } from './expressions.ts'
import { isObject } from './leaves.ts'
import type { UniqueValues } from './unique.ts'

/** A credential in hand: sent as `<header>: <prefix><token>`. */
export interface Held {
  header: string
  /** With its space, or `name=` for a cookie. */
  prefix: string
  token: string
}

export interface Prepared {
  http: HttpRequest
  /** The body before encoding. */
  body: Json
}

/** Turns a template into the request it stands for. Throws `MissingReference` where the scope lacks a value. */
export function prepare(
  template: RequestTemplate,
  scope: Scope,
  unique: UniqueValues,
  held: (actor: string) => Held | null,
): Prepared {
  const [method = 'GET', pattern = '/'] = template.endpoint.split(' ')
  const path = pattern.replace(/\{([^}]+)\}/g, (_, name: string) => {
    const expr = template.params[name]
    return encodeURIComponent(String(expr ? evaluate(expr, scope, unique) : name))
  })
  const query = Object.entries(template.query).flatMap(([name, expr]) => {
    const value = evaluate(expr, scope, unique)
    const values = Array.isArray(value) ? value : [value]
    return values.map((item) => `${encodeURIComponent(name)}=${encodeURIComponent(String(item))}`)
  })
  const headers: Record<string, string> = { accept: 'application/json' }
  for (const [name, expr] of Object.entries(template.headers))
    headers[name.toLowerCase()] = String(evaluate(expr, scope, unique))
  const credential = credentialLine(template, held)
  if (credential) headers[credential.header] = credential.prefix + credential.token
  const body = template.body ? evaluate(template.body, scope, unique) : null
  if (template.body) headers['content-type'] ??= template.contentType
  return {
    http: {
      method,
      url: path + (query.length > 0 ? `?${query.join('&')}` : ''),
      headers,
      body: template.body ? encode(body, template.contentType) : null,
    },
    body,
  }
}

/** Text goes as it is: a body that is no JSON can be sent as well. */
function encode(body: Json, contentType: string): string {
  if (typeof body === 'string') return body
  if (!contentType.includes('x-www-form-urlencoded') || !isObject(body)) return JSON.stringify(body)
  return Object.entries(body)
    .map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(String(value))}`)
    .join('&')
}

function credentialLine(template: RequestTemplate, held: (actor: string) => Held | null): Held | null {
  const credential = template.credential
  if (credential.is === 'none') return null
  const own = credential.as === null ? null : held(credential.as)
  if (credential.is === 'valid') return own
  const { header, prefix } = own ?? { header: 'authorization', prefix: 'Bearer ' }
  if (credential.how === 'malformed') return { header, prefix, token: 'not-a-token' }
  return { header, prefix, token: spoil(own?.token ?? 'not-a-token') }
}

/** Another character in the middle of the last part, where a signature is: never in the last one, whose bits may not count. */
function spoil(token: string): string {
  const start = token.lastIndexOf('.') + 1
  const at = start + Math.floor((token.length - start) / 2)
  return token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1)
}

/** The response as JSON: `null` for an empty body, the text where it is not JSON. */
export function bodyOf(response: HttpResponse): Json {
  if (response.json !== undefined) return response.json
  return response.text === '' ? null : response.text
}

export function isSuccess(status: number): boolean {
  return status >= 200 && status < 400
}

export function isRefusal(status: number): boolean {
  return status >= 400 && status < 500
}
