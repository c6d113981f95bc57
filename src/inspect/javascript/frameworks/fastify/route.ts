import { literal, type Obj, obj, origin, type Value } from '../../evaluate/values.ts'
import { type Declared, flattenHandlers, pathsOf } from '../routers.ts'
import type { Context } from './instance.ts'

/** Hooks that a request passes before its handler, in their order. */
export const HOOKS = ['onRequest', 'preValidation', 'preHandler']

const PARTS = { body: 'body', querystring: 'query', query: 'query', params: 'params', headers: 'headers' } as const

/** Puts a route on a context; `given` is its options, or the handler itself. */
export function addRoute(
  context: Context,
  methods: string[],
  path: Value | undefined,
  given: Value | undefined,
  handler: Value | undefined,
  line: number,
): void {
  const { interp, part, self } = context
  const file = interp.currentFile ?? interp.loading.at(-1) ?? ''
  const paths = pathsOf(interp, path, { file, line })
  if (!paths) {
    interp.warnings.push({ message: `The path of a ${methods[0]} route cannot be read`, source: `${file}:${line}` })
    return
  }
  const options: Obj = given?.k === 'obj' ? given : obj()
  for (let at: Context | null = context; at; at = at.parent)
    for (const hook of at.onRoute) interp.maybe(() => interp.call(hook, [options], at?.self ?? self, line))
  const hooks = HOOKS.flatMap((name) => flattenHandlers([options.props.get(name)].filter((one) => one !== undefined)))
  const last = handler ?? options.props.get('handler')
  const declared = declaredBy(context, options.props.get('schema'))
  for (const method of methods)
    part.layers.push({
      verb: method,
      paths: paths.map((one) => one.replace(/::/g, ':')),
      handlers: last ? [...hooks, last] : hooks,
      self,
      ...(declared ? { declared } : {}),
      file,
      line,
    })
}

/** What `schema` of a route's options says. */
function declaredBy(context: Context, schema: Value | undefined): Declared | undefined {
  if (schema?.k !== 'obj') return undefined
  const schemas: Declared['schemas'] = []
  for (const [name, value] of schema.props) {
    const from = PARTS[name as keyof typeof PARTS]
    if (from) schemas.push({ from, schema: resolved(context, value) })
  }
  const response = schema.props.get('response')
  const named = response?.k === 'obj' ? [...response.props.keys()] : []
  const statuses = named.map(Number).filter((status) => status >= 100 && status < 600 && status !== 500)
  // What does not hold to its schema is refused before the handler.
  if (schemas.length > 0) statuses.push(400)
  const consumes = schema.props.get('consumes')
  const types = consumes?.k === 'arr' ? consumes.items.map((item) => literal(item)?.v) : []
  const responses =
    response?.k === 'obj'
      ? { responses: Object.fromEntries([...response.props].map(([code, one]) => [code, resolved(context, one)])) }
      : {}
  return { schemas, statuses, ...responses, ...(types.includes('multipart/form-data') ? { multipart: true } : {}) }
}

/** A schema with what it refers to put in its place: `{ $ref: 'user#' }`. */
function resolved(context: Context, schema: Value, depth = 6): Value {
  if (depth === 0) return schema
  if (schema.k === 'sym' && origin(schema)?.path.includes('Ref')) {
    const [id] = schema.args
    return (id && referred(context, id)) ?? schema
  }
  if (schema.k === 'arr') return { ...schema, items: schema.items.map((item) => resolved(context, item, depth - 1)) }
  if (schema.k !== 'obj' || schema.host) return schema
  const ref = schema.props.get('$ref')
  const target = ref && referred(context, ref)
  if (target) return resolved(context, target, depth - 1)
  const props = new Map([...schema.props].map(([name, value]) => [name, resolved(context, value, depth - 1)]))
  return { ...schema, props }
}

function referred(context: Context, ref: Value): Value | undefined {
  const text = String(literal(ref)?.v ?? '')
  const [id = '', pointer = ''] = text.split('#')
  let at = context.shared.schemas.get(id) ?? context.shared.schemas.get(`${id}#`) ?? context.shared.schemas.get(text)
  for (const part of pointer.split('/').filter(Boolean)) at = at?.k === 'obj' ? at.props.get(part) : undefined
  return at
}
