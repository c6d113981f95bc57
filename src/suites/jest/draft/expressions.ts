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
  /** Expected objects made from one thing a test holds, by their text: what occurs often gets a helper. */
  shapes: Map<string, Shape>
}

export interface Shape {
  /** `authorOf`. */
  name: string
  parameter: string
  properties: { key: string; value: string }[]
  /** Occurrences so far. */
  count: number
  /** The first pass over all tests found enough of them. */
  often: boolean
  used: boolean
}

/** What names mean where an expression stands. */
export interface Scope {
  code: Code
  uses: Uses
  reference(from: string, at: 'request' | 'response', path: JsonPath): string
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

/** `/api/articles/${article.slug}` as a string or template literal. */
function pathCode(template: RequestTemplate, scope: Scope): string {
  const { path } = splitEndpoint(template.endpoint)
  const parts = path.split(/\{([^}]+)\}/).map((part, index): string | { code: string } => {
    if (index % 2 === 0) return part
    const expr = template.params[part]
    if (!expr) return `{${part}}`
    if (expr.is === 'literal') return encodeURIComponent(String(expr.value))
    const value = flatCode(expr, scope)
    const plain = expr.is !== 'text' && !(expr.is === 'unique' && /text|url/.test(expr.kind))
    return { code: plain ? value : `encodeURIComponent(${value})` }
  })
  return scope.code.template(parts.filter((part) => part !== ''))
}

/** Parts that a table of cases supplies in place of the template's own. */
export interface Replaced {
  body?: Doc
  query?: Doc
  headers?: Doc
}

/** `await user.api.post('/path').send({ … })`. */
export function requestDoc(template: RequestTemplate, scope: Scope, replaced: Replaced = {}): Doc {
  const { code } = scope
  const method = splitEndpoint(template.endpoint).method.toLowerCase()
  scope.uses.methods.add(method)
  const calls: { name: string; args: Doc[] }[] = [{ name: method, args: [pathCode(template, scope)] }]
  if (replaced.query) calls.push({ name: 'query', args: [replaced.query] })
  else if (Object.keys(template.query).length > 0)
    calls.push({ name: 'query', args: [exprDoc({ is: 'object', properties: template.query }, scope)] })
  const { credential } = template
  if (replaced.headers) calls.push({ name: 'set', args: [replaced.headers] })
  else if (credential.is === 'invalid') calls.push({ name: 'set', args: [scope.credential(credential)] })
  const sender = credential.is === 'valid' && !replaced.headers ? scope.client(credential.as) : 'api'
  if (Object.keys(template.headers).length > 0)
    calls.push({ name: 'set', args: [exprDoc({ is: 'object', properties: template.headers }, scope)] })
  calls.push(...bodyCalls(template, scope, replaced.body))
  return ['await ', code.chain(sender, calls)]
}

function bodyCalls(
  { body, contentType }: RequestTemplate,
  scope: Scope,
  replaced?: Doc,
): { name: string; args: Doc[] }[] {
  const { code } = scope
  if (!body) return []
  const form = contentType.includes('x-www-form-urlencoded')
  const type = form ? [{ name: 'type', args: [code.string('form') as Doc] }] : []
  if (replaced) return [...type, { name: 'send', args: [replaced] }]
  if (contentType.includes('multipart') && body.is === 'object')
    return Object.entries(body.properties).map(([key, value]) => ({
      name: 'field',
      args: [code.string(key), exprDoc(value, scope)],
    }))
  if (body.is === 'literal' && (body.value === null || typeof body.value !== 'object')) {
    // Sent as it is: superagent would encode it, or leave out `null`.
    const raw = typeof body.value === 'string' ? body.value : JSON.stringify(body.value)
    return [
      { name: 'type', args: [code.string(contentType || 'application/json')] },
      { name: 'send', args: [code.string(raw)] },
    ]
  }
  return [...type, { name: 'send', args: [exprDoc(body, scope)] }]
}

/** `{ key: value }` of an object expression, for spreading changes after. */
export function entriesOf(expr: Expr | undefined, scope: Scope): Entry[] {
  if (expr?.is !== 'object') return []
  return Object.entries(expr.properties).map(([key, value]) => ({ key, value: exprDoc(value, scope) }))
}
