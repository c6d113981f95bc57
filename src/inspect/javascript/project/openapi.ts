import { parse } from 'yaml'
import type { JsonSchema } from '../../../contracts/json.ts'
import type { Endpoint, Parameter, RequestBody } from '../../../contracts/project.ts'
import { resourceOf } from '../endpoints/paths.ts'
import { fromJson } from '../evaluate/interpreter.ts'
import { toJsonSchema } from '../schemas/convert.ts'
import { asObject, isTest, parseJson, type SourceTree } from './sources.ts'

const METHODS = ['get', 'put', 'post', 'delete', 'patch', 'head', 'options']
const NAMED = /(^|\/)[^/]*(openapi|swagger|api|spec|oas)[^/]*\.(json|ya?ml)$/i

/** Operations that OpenAPI and Swagger documents of the project describe. */
export function documentedOperations(tree: SourceTree): Endpoint[] {
  const found = new Map<string, Endpoint>()
  for (const [path, text] of tree.documents) {
    if (isTest(path) || !/["']?(openapi|swagger)["']?\s*:\s*["']?[23]/.test(text)) continue
    const root = asObject(NAMED.test(path) || text.includes('paths') ? read(path, text) : null)
    for (const one of operations(root, path, text)) {
      const key = `${one.method} ${shape(one.path)}`
      if (!found.has(key)) found.set(key, one)
    }
  }
  return [...found.values()]
}

/** Paths that differ in nothing but their parameters' names are the same. */
export const shape = (path: string): string => path.replace(/\{[^}]*\}/g, '{}').replace(/(.)\/$/, '$1')

function read(path: string, text: string): unknown {
  if (path.endsWith('.json')) return parseJson(text)
  try {
    return parse(text)
  } catch {
    return null
  }
}

type Json = Record<string, unknown>

function operations(root: Json, file: string, text: string): Endpoint[] {
  const base = basePath(root)
  const lines = text.split('\n')
  return Object.entries(asObject(root.paths)).flatMap(([path, given]) => {
    const item = asObject(resolve(root, given))
    const start = lines.findIndex((line) => line.trim().replace(/["']/g, '').startsWith(`${path}:`))
    return METHODS.filter((method) => method in item).map((method) => {
      const at = lines.findIndex(
        (line, index) => index > start && new RegExp(`^\\s*["']?${method}["']?\\s*:`).test(line),
      )
      const full = `${base}${path}`.replace(/\/{2,}/g, '/').replace(/(.)\/$/, '$1')
      return describe(root, asObject(item[method]), list(item.parameters), {
        method: method.toUpperCase(),
        path: full,
        source: `${file}:${(at < 0 ? start : at) + 1 || 1}`,
      })
    })
  })
}

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])

function basePath(root: Json): string {
  if (typeof root.basePath === 'string') return root.basePath.replace(/\/$/, '')
  const url = asObject(list(root.servers)[0]).url
  if (typeof url !== 'string') return ''
  return url
    .replace(/^[a-z]+:\/\/[^/]*/i, '')
    .replace(/\{[^}]*\}/g, '')
    .replace(/\/$/, '')
}

/** What a local reference stands for. */
function resolve(root: Json, value: unknown, depth = 8): unknown {
  const ref = asObject(value).$ref
  if (typeof ref !== 'string' || depth === 0) return value
  if (!ref.startsWith('#/')) return {}
  let at: unknown = root
  for (const part of ref.slice(2).split('/')) at = asObject(at)[part.replace(/~1/g, '/').replace(/~0/g, '~')]
  return resolve(root, at, depth - 1)
}

/** A schema with its references put in their place; what refers to itself ends after some levels. */
function inline(root: Json, value: unknown, depth = 7): unknown {
  const found = resolve(root, value)
  if (Array.isArray(found)) return found.map((item) => inline(root, item, depth))
  if (!found || typeof found !== 'object') return found
  if (depth === 0) return {}
  return Object.fromEntries(Object.entries(found).map(([key, one]) => [key, inline(root, one, depth - 1)]))
}

function schemaOf(root: Json, value: unknown): JsonSchema {
  return (value && toJsonSchema(null, fromJson(inline(root, value)), undefined)) || {}
}

function describe(
  root: Json,
  operation: Json,
  shared: unknown[],
  at: Pick<Endpoint, 'method' | 'path' | 'source'>,
): Endpoint {
  const all = [...shared, ...list(operation.parameters)].map((one) => asObject(resolve(root, one)))
  const of = (place: string): Parameter[] =>
    all
      .filter((one) => one.in === place && typeof one.name === 'string')
      .map((one) => ({
        name: place === 'header' ? String(one.name).toLowerCase() : String(one.name),
        required: one.required === true,
        schema: schemaOf(root, one.schema ?? (one.type ? { ...one, required: undefined } : undefined)),
      }))
  const responses: Record<string, JsonSchema> = {}
  const statuses: number[] = []
  for (const [code, given] of Object.entries(asObject(operation.responses))) {
    const status = Number(code)
    if (!(status >= 100 && status < 600) || status === 500) continue
    statuses.push(status)
    const answer = asObject(resolve(root, given))
    const schema = answer.schema ?? media(answer.content)?.[1]
    if (schema) responses[code] = schemaOf(root, schema)
  }
  return {
    ...at,
    auth: authOf(root, operation),
    resource: resourceOf(at.path),
    params: of('path'),
    query: of('query'),
    headers: of('header'),
    body: bodyOf(root, operation, all),
    statuses: statuses.sort((a, b) => a - b),
    roles: [],
    ...(Object.keys(responses).length > 0 ? { responses } : {}),
  }
}

function authOf(root: Json, operation: Json): Endpoint['auth'] {
  const security = operation.security ?? root.security
  if (!Array.isArray(security) || security.length === 0) return 'none'
  // An empty choice among them lets everybody in.
  return security.some((choice) => Object.keys(asObject(choice)).length === 0) ? 'none' : 'required'
}

/** The first kind of content, JSON before others. */
function media(content: unknown): [string, unknown] | null {
  const kinds = Object.entries(asObject(content))
  const [type, value] = kinds.find(([name]) => name.includes('json')) ?? kinds[0] ?? []
  return type ? [type, asObject(value).schema] : null
}

function bodyOf(root: Json, operation: Json, parameters: Json[]): RequestBody | null {
  const given = media(asObject(resolve(root, operation.requestBody)).content)
  if (given) return { contentType: given[0], schema: schemaOf(root, given[1]), provenance: 'schema' }
  const body = parameters.find((one) => one.in === 'body')
  if (body) return { contentType: 'application/json', schema: schemaOf(root, body.schema), provenance: 'schema' }
  const fields = parameters.filter((one) => one.in === 'formData')
  if (fields.length === 0) return null
  const files = fields.some((one) => one.type === 'file')
  const properties = Object.fromEntries(
    fields.map((one) => [
      String(one.name),
      one.type === 'file' ? { type: 'string', format: 'binary' } : { ...one, required: undefined, name: undefined },
    ]),
  )
  const required = fields.filter((one) => one.required === true).map((one) => String(one.name))
  return {
    contentType: files ? 'multipart/form-data' : 'application/x-www-form-urlencoded',
    schema: schemaOf(root, { type: 'object', properties, required }),
    provenance: 'schema',
  }
}
