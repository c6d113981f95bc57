import type { JsonSchema } from '../../../contracts/json.ts'
import type { Endpoint, Parameter, ProjectMap } from '../../../contracts/project.ts'
import { frameworksOf } from '../frameworks/table.ts'
import { documentedOperations, shape } from './openapi.ts'
import type { SourceTree } from './sources.ts'

/** Packages that make routes of an OpenAPI document. */
const ROUTERS =
  /^(express-openapi|openapi-backend|swagger-routes-express|swagger-tools|oas-tools|@oas-tools\/core|exegesis(-express)?|express-openapi-validator|fastify-openapi-glue|swagger-express-mw|swagger-node-runner|koa-oai-router)$/

/**
 * What the code serves, with what the project's OpenAPI documents say of it. Documents alone make endpoints only where no
 * route is found in the code, or where a package makes its routes of them; otherwise what only they know is a warning.
 */
export function withDocuments(
  tree: SourceTree,
  dependencies: ProjectMap['dependencies'],
  endpoints: Endpoint[],
): { endpoints: Endpoint[]; warnings: ProjectMap['warnings'] } {
  const documented = documentedOperations(tree)
  if (documented.length === 0) return { endpoints, warnings: [] }
  const left = new Set(documented)
  const merged = endpoints.map((endpoint) => {
    const found = documented.find((one) => isSame(one, endpoint))
    if (!found) return endpoint
    left.delete(found)
    return merge(endpoint, found)
  })
  const makesRoutes = Object.keys(dependencies).some((name) => ROUTERS.test(name))
  // A document beside something that serves nothing is somebody else's.
  if (makesRoutes || (endpoints.length === 0 && frameworksOf(dependencies).names.length > 0))
    return { endpoints: [...merged, ...left], warnings: [] }
  if (endpoints.length === 0) return { endpoints, warnings: [] }
  const warnings = [...left].map(({ method, path, source }) => ({
    message: `${method} ${path} is documented, but no route serves it`,
    source,
  }))
  return { endpoints: merged, warnings }
}

/** A document may leave out the prefix that the server puts before its paths. */
function isSame(documented: Endpoint, endpoint: Endpoint): boolean {
  if (documented.method !== endpoint.method) return false
  const [a, b] = [shape(documented.path), shape(endpoint.path)]
  return a === b || (a.length > 1 && b.endsWith(a) && /^(\/(api|v\d+|rest))+$/.test(b.slice(0, -a.length)))
}

/** The code comes first: a document fills in what it leaves open. */
function merge(endpoint: Endpoint, found: Endpoint): Endpoint {
  const { body } = endpoint
  const schema = body?.provenance === 'usage' && found.body ? filled(body.schema, found.body.schema) : undefined
  const responses = { ...found.responses, ...endpoint.responses }
  return {
    ...endpoint,
    params: described(endpoint.params, found.params),
    query: [...described(endpoint.query, found.query), ...missing(endpoint.query, found.query)],
    body: body && schema ? { ...body, schema } : (body ?? (endpoint.method === 'GET' ? null : found.body)),
    ...(Object.keys(responses).length > 0 ? { responses } : {}),
  }
}

const described = (own: Parameter[], found: Parameter[]): Parameter[] =>
  own.map((param, index) => {
    const other =
      found.find(({ name }) => name === param.name) ?? (found.length === own.length ? found[index] : undefined)
    return other ? { ...param, schema: { ...other.schema, ...param.schema } } : param
  })

const missing = (own: Parameter[], found: Parameter[]): Parameter[] =>
  found.filter(({ name }) => !own.some((param) => param.name === name))

/** Types and bounds for fields that the code reads without saying what they are. */
function filled(own: JsonSchema, found: JsonSchema): JsonSchema {
  const properties = { ...found.properties }
  for (const [name, field] of Object.entries(own.properties ?? {})) {
    const other = properties[name]
    properties[name] = other ? filled(field, other) : field
  }
  return { ...found, ...own, ...(Object.keys(properties).length > 0 ? { properties } : {}) }
}
