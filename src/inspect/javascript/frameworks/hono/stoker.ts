import type { Interpreter } from '../../evaluate/interpreter.ts'
import type { PackageModel } from '../../evaluate/packages.ts'
import { lit, obj, type Value } from '../../evaluate/values.ts'
import { paramsSchema } from '../../schemas/drizzle.ts'

/** `jsonContent(schema, description)` of stoker: a body or an answer as OpenAPI puts it. */
export const jsonContent: PackageModel = (_, call, path) => {
  const [schema] = call.args
  const name = path.at(-1) ?? ''
  if (!schema || !/^jsonContent(Required)?$/.test(name)) return null
  const content = obj({ 'application/json': obj({ schema }) })
  return obj({ content, ...(name === 'jsonContentRequired' ? { required: lit(true) } : {}) })
}

/** Schemas it hands out ready made. */
export const schemas: Record<string, (interp: Interpreter) => Value> = {
  IdParamsSchema: (interp) => paramsSchema(interp, 'id', 'number'),
  IdUUIDParamsSchema: (interp) => paramsSchema(interp, 'id', 'string', 'uuid'),
  SlugParamsSchema: (interp) => paramsSchema(interp, 'slug', 'string'),
}
