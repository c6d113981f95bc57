import type { JsonPath } from '../../../contracts/json.ts'
import type { Observation, Pattern } from '../../../contracts/observation.ts'
import { patternAt } from './json.ts'
import { camel } from './names.ts'

/** How refusals of an API look alike: `{ error: { code, message } }`, with details now and then. */
export interface ErrorShape {
  path: JsonPath
  /** Keys every refusal has, then those that some have. */
  keys: string[]
  optional: string[]
  parameters: string[]
}

const MANY = 4
const MOST = 3

/** The one shape most refusals have, if a helper says it shorter than the object itself. */
export function findErrorShape(observations: Observation[]): ErrorShape | null {
  const bodies = observations.flatMap(({ expected: { status, body } }) => (status >= 400 && body ? [body] : []))
  const path = commonPath(bodies)
  const entities = bodies.flatMap((body) => entityAt(body, path) ?? [])
  if (entities.length < MANY || entities.length < bodies.length * 0.7) return null
  const all = [...new Set(entities.flatMap((entity) => Object.keys(entity.properties)))]
  const keys = all.filter((key) => entities.every(({ properties }) => properties[key]?.is === 'equals'))
  const optional = all.filter((key) => !keys.includes(key))
  if (keys.length === 0 || all.length > MOST || optional.length > 1 || path.length + keys.length < 2) return null
  return { path, keys, optional, parameters: [...keys, ...optional].map(camel) }
}

/** Inside the envelope that all share, such as `error`. */
function commonPath(bodies: Pattern[]): JsonPath {
  const first = bodies[0]
  const key = first?.is === 'object' ? Object.keys(first.properties)[0] : undefined
  const wrapped = (body: Pattern) =>
    body.is === 'object' && Object.keys(body.properties).length === 1 && body.properties[key ?? '']?.is === 'object'
  return key !== undefined && bodies.filter(wrapped).length > bodies.length / 2 ? [key] : []
}

function entityAt(body: Pattern, path: JsonPath) {
  const entity = patternAt(body, path)
  const sole = path.length === 0 || (body.is === 'object' && Object.keys(body.properties).length === 1)
  return entity?.is === 'object' && entity.exact && sole ? entity : null
}

/** What to give the helper for this body, in order; `null` when the body is another one. */
export function errorParts(body: Pattern | null, shape: ErrorShape | null): Pattern[] | null {
  const entity = body && shape ? entityAt(body, shape.path) : null
  if (!entity || !shape) return null
  const own = Object.keys(entity.properties)
  const known = [...shape.keys, ...shape.optional]
  if (!shape.keys.every((key) => own.includes(key)) || !own.every((key) => known.includes(key))) return null
  return known.flatMap((key) => entity.properties[key] ?? [])
}
