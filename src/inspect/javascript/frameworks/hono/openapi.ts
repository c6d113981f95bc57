import type { Obj, Value } from '../../evaluate/values.ts'
import type { Declared } from '../routers.ts'

const PARTS = { params: 'params', query: 'query', headers: 'headers', cookies: 'cookies' } as const

const field = (value: Value | undefined, name: string): Value | undefined =>
  value?.k === 'obj' ? value.props.get(name) : undefined

/** What the description of a route says of its request and its answers. */
export function declaredBy(route: Obj): Declared {
  const request = route.props.get('request')
  const schemas: Declared['schemas'] = []
  for (const [name, from] of Object.entries(PARTS)) {
    const schema = field(request, name)
    if (schema) schemas.push({ from, schema })
  }
  const content = field(field(request, 'body'), 'content')
  const [[type, media] = []] = content?.k === 'obj' ? [...content.props] : []
  const body = field(media, 'schema')
  if (body) schemas.push({ from: 'body', schema: body })
  const responses = route.props.get('responses')
  const named = responses?.k === 'obj' ? [...responses.props.keys()].map(Number) : []
  const statuses = named.filter((status) => status >= 100 && status < 600 && status !== 500)
  // Without a word on it, what does not fit is answered with 400.
  if (schemas.length > 0 && !statuses.includes(422)) statuses.push(400)
  const shapes: Record<string, Value> = {}
  for (const [code, response] of responses?.k === 'obj' ? responses.props : []) {
    const content = field(response, 'content')
    const shape = field(content, 'application/json')
    const schema = field(shape, 'schema')
    if (schema) shapes[code] = schema
  }
  return { schemas, statuses, responses: shapes, ...(type === 'multipart/form-data' ? { multipart: true } : {}) }
}
