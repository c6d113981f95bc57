import type { JsonPath } from '../../../contracts/json.ts'
import type { Credential, Expr, RequestTemplate } from '../../../contracts/observation.ts'
import { splitEndpoint } from './names.ts'
import type { Code, Entry } from './print/code.ts'
import type { Doc } from './print/doc.ts'

/** Helpers that the files written so far use: only those are written. */
export interface Uses {
  unique: Set<string>
  helpers: Set<string>
  methods: Set<string>
  /** What requests give their client beside the path. */
  data: Set<'query' | 'body'>
  /** What requests are told beside it: `set`, `query`. */
  calls: Set<string>
  /** Expected objects made from one thing a test holds, by their text: what occurs often gets a helper. */
  shapes: Map<string, Shape>
}

export interface Shape {
  /** `view.author`. */
  name: string
  parameter: string
  properties: { key: string; value: string }[]
  /** Each property of each occurrence so far, as `key value`. */
  seen: string[]
  /** Lines that a helper would save in them. */
  saved: number
  /** The first pass over all tests found enough of them. */
  often: boolean
  used: boolean
}

/** What names mean where an expression stands. */
export interface Scope {
  code: Code
  uses: Uses
  reference(from: string, at: 'request' | 'response', path: JsonPath): string
  /** Stands what it refers to in an address as it is, as ids and marks do? */
  isPlain?(from: string, at: 'request' | 'response', path: JsonPath): boolean
  /** Headers of an actor, as code. */
  credential(credential: Exclude<Credential, { is: 'none' }>): Doc
  /** What an actor sends with, as code. */
  client(actor: string): string
}

export function exprDoc(expr: Expr, scope: Scope): Doc {
  const { code } = scope
  switch (expr.is) {
    case 'literal':
      return code.literal(expr.value)
    case 'unique': {
      scope.uses.unique.add(expr.kind)
      const labelled = expr.kind !== 'uuid' && expr.kind !== 'integer' && expr.kind !== 'phone'
      const args = labelled ? [code.string(expr.label.toLowerCase())] : []
      if (labelled && expr.maxLength !== undefined) args.push(String(expr.maxLength))
      return `unique.${expr.kind}(${args.join(', ')})`
    }
    case 'ref':
      return scope.reference(expr.from, expr.at, expr.path)
    case 'object':
      return code.object(Object.entries(expr.properties).map(([key, value]) => ({ key, value: exprDoc(value, scope) })))
    case 'array':
      return code.array(expr.items.map((item) => exprDoc(item, scope)))
    case 'text':
      return code.template(
        expr.parts.map((part) => (typeof part === 'string' ? part : { code: flatCode(part, scope) })),
      )
  }
}

/** An expression that is known to be a single piece of code. */
function flatCode(expr: Expr, scope: Scope): string {
  const doc = exprDoc(expr, scope)
  return typeof doc === 'string' ? doc : 'undefined'
}

type CodePart = string | { code: string }

/** The query as it stands in an address, `null` where a part of it would have to be encoded. */
function queryCode({ query }: RequestTemplate, scope: Scope): CodePart[] | null {
  const parts = Object.entries(query).map(([key, expr], index): CodePart[] | null => {
    const start = `${index === 0 ? '?' : '&'}${encodeURIComponent(key)}=`
    if (expr.is === 'literal') {
      const text = String(expr.value)
      return typeof expr.value !== 'object' && encodeURIComponent(text) === text ? [start + text] : null
    }
    const isPlain =
      (expr.is === 'unique' && PLAIN.has(expr.kind)) ||
      (expr.is === 'ref' && scope.isPlain?.(expr.from, expr.at, expr.path))
    return isPlain ? [start, { code: flatCode(expr, scope) }] : null
  })
  return parts.every((part) => part !== null) ? parts.flat() : null
}

/** Kinds of unique values that no address encodes. */
export const PLAIN = new Set<string>(['word', 'uuid', 'integer', 'email'])

/** `/api/articles/${article.slug}?limit=2` as a string or template literal. */
function pathCode(template: RequestTemplate, scope: Scope, query: CodePart[]): string {
  const { path } = splitEndpoint(template.endpoint)
  const parts = path.split(/\{([^}]+)\}/).map((part, index): CodePart => {
    if (index % 2 === 0) return part
    const expr = template.params[part]
    if (!expr) return `{${part}}`
    if (expr.is === 'literal') return encodeURIComponent(String(expr.value))
    const value = flatCode(expr, scope)
    const plain = expr.is !== 'text' && !(expr.is === 'unique' && /text|url/.test(expr.kind))
    return { code: plain ? value : `encodeURIComponent(${value})` }
  })
  return scope.code.template([...parts, ...query].filter((part) => part !== ''))
}

/** Parts that a table of cases supplies in place of the template's own. */
export interface Replaced {
  body?: Doc
  query?: Doc
  headers?: Doc
}

/** `await user.api.post('/path', { … })`; a GET has its query there. */
export function requestDoc(template: RequestTemplate, scope: Scope, replaced: Replaced = {}): Doc {
  const { code } = scope
  const method = splitEndpoint(template.endpoint).method.toLowerCase()
  scope.uses.methods.add(method)
  const inPath = replaced.query ? null : queryCode(template, scope)
  const query = inPath ? null : (replaced.query ?? queryDoc(template, scope))
  const body = bodyParts(template, scope, replaced.body)
  const data = method === 'get' && body.calls.length === 0 ? query : body.plain
  if (data) scope.uses.data.add(method === 'get' ? 'query' : 'body')
  const calls: Call[] = [{ name: method, args: [pathCode(template, scope, inPath ?? []), ...(data ? [data] : [])] }]
  if (query && query !== data) calls.push({ name: 'query', args: [query] })
  const { credential } = template
  if (replaced.headers) calls.push({ name: 'set', args: [replaced.headers] })
  else if (credential.is === 'invalid') calls.push({ name: 'set', args: [scope.credential(credential)] })
  const sender = credential.is === 'valid' && !replaced.headers ? scope.client(credential.as) : 'api'
  if (Object.keys(template.headers).length > 0)
    calls.push({ name: 'set', args: [exprDoc({ is: 'object', properties: template.headers }, scope)] })
  for (const { name } of [...calls.slice(1), ...body.calls]) scope.uses.calls.add(name)
  return ['await ', code.chain(sender, [...calls, ...body.calls])]
}

interface Call {
  name: string
  args: Doc[]
}

const queryDoc = ({ query }: RequestTemplate, scope: Scope): Doc | null =>
  Object.keys(query).length > 0 ? exprDoc({ is: 'object', properties: query }, scope) : null

/** The body where it is just JSON, otherwise the calls that send it. */
function bodyParts(template: RequestTemplate, scope: Scope, replaced?: Doc): { plain: Doc | null; calls: Call[] } {
  const { body, contentType, endpoint } = template
  const { code } = scope
  if (!body) return { plain: null, calls: [] }
  const as = (type: string): Call => ({ name: 'type', args: [code.string(type)] })
  const send = (doc: Doc): Call => ({ name: 'send', args: [doc] })
  const given = () => replaced ?? exprDoc(body, scope)
  if (contentType.includes('x-www-form-urlencoded')) return { plain: null, calls: [as('form'), send(given())] }
  if (!replaced && contentType.includes('multipart') && body.is === 'object') {
    const field = ([key, value]: [string, Expr]) => ({ name: 'field', args: [code.string(key), exprDoc(value, scope)] })
    return { plain: null, calls: Object.entries(body.properties).map(field) }
  }
  if (!replaced && body.is === 'literal' && (body.value === null || typeof body.value !== 'object')) {
    // Sent as it is: superagent would encode it, or leave out `null`.
    const raw = typeof body.value === 'string' ? body.value : JSON.stringify(body.value)
    return { plain: null, calls: [as(contentType || 'application/json'), send(code.string(raw))] }
  }
  return endpoint.startsWith('GET ') ? { plain: null, calls: [send(given())] } : { plain: given(), calls: [] }
}

/** `{ key: value }` of an object expression, for spreading changes after. */
export function entriesOf(expr: Expr | undefined, scope: Scope): Entry[] {
  if (expr?.is !== 'object') return []
  return Object.entries(expr.properties).map(([key, value]) => ({ key, value: exprDoc(value, scope) }))
}
