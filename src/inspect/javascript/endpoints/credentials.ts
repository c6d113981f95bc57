import { ANONYMOUS, type Input, native, type Obj, obj, textOf, UNKNOWN, type Value } from '../evaluate/values.ts'

const PERSON =
  /user|auth|account|session|token|claims|jwt|member|admin|identity|principal|current|decoded|customer|owner|login|role|permission/i
const HEADER =
  /^(authorization|cookie|proxy-authorization)$|^(?!.*(csrf|xsrf)).*token|api-?key|(^|-)auth|secret|session|^(?!idempotency).*(^|-)key$/i
const QUERY_KEYS = ['api_key', 'apikey', 'apiKey', 'api-key', 'access_token', 'accessToken']

/** A new field root of the request. */
export function input(from: Input['from'], path: string[] = []): Input {
  return { k: 'input', from, path, assigned: new Map() }
}

/** What a member of the request stands for that the project itself did not set. */
export function unset(name: string, anonymous: boolean): Value {
  if (!PERSON.test(name)) return { k: 'unknown', name }
  return anonymous ? ANONYMOUS : input('user', [name])
}

/** The query of a request; a stranger has no key to put there. */
export function queryInput(anonymous: boolean): Input {
  const query = input('query')
  if (anonymous) for (const name of QUERY_KEYS) query.assigned.set(name, ANONYMOUS)
  return query
}

/** The value of a request header. */
function header(headers: Input, name: string, anonymous: boolean): Value {
  if (anonymous && HEADER.test(name)) return ANONYMOUS
  const found = headers.fields?.get(name)
  if (found) return found
  const made = input('headers', [name.toLowerCase()])
  headers.fields ??= new Map()
  headers.fields.set(name, made)
  return made
}

/** The headers of a request as an object; `read` is told of each one that is looked at. */
export function headersObject(anonymous: boolean, read: (value: Value) => void): Obj {
  const root = input('headers')
  const get = (name: string): Value => {
    const value = header(root, name, anonymous)
    read(value)
    return value
  }
  return { ...obj(), host: { get } }
}

/** Something a caller carries from earlier requests: a session, cookies. */
export function carried(from: 'cookies' | 'user', anonymous: boolean, read: (value: Value) => void): Obj {
  const held = new Map<string, Value>()
  const get = (name: string): Value => {
    const own = held.get(name)
    if (own) return own
    if (name === 'get' || name === 'set')
      return native(name, ([key, value]) => {
        const field = textOf(key) ?? '*'
        if (name === 'get') return get(field)
        held.set(field, value ?? UNKNOWN)
        return UNKNOWN
      })
    if (/^(save|destroy|regenerate|touch|reload)$/.test(name))
      return native(name, (args) => args.find((arg) => arg.k === 'fn') ?? UNKNOWN)
    if (anonymous) return ANONYMOUS
    const value = input(from, from === 'user' ? ['session', name] : [name])
    read(value)
    return value
  }
  return { ...obj(), host: { get, set: (name, value) => void held.set(name, value) } }
}
