import type { JsonPath } from '../../../contracts/json.ts'
import type { Observation, Pattern } from '../../../contracts/observation.ts'
import { patternAt } from './json.ts'
import { camel, takeName } from './names.ts'

/** How refusals of an API look alike: `{ error: { code, message } }`, with details now and then. */
export interface ErrorShape {
  path: JsonPath
  /** Keys every refusal has, then those that some have. */
  keys: string[]
  optional: string[]
  parameters: string[]
  /** How a field that breaks a rule is answered, where that is often and always alike. */
  invalid: InvalidShape | null
}

/** `[{ in: 'body', path: 'name', message: … }]` as the last part of the shape, the others fixed. */
export interface InvalidShape {
  status: number
  fixed: Pattern[]
  /** Keys of the one item, in order: compared with an argument, or any text. */
  keys: { key: string; parameter: string | null }[]
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
  const shape = { path, keys, optional, parameters: parameterNames([...keys, ...optional]), invalid: null }
  return { ...shape, invalid: findInvalidShape(observations, shape) }
}

/** Beside `response` and `status`, which the helper has anyway. */
function parameterNames(keys: string[]): string[] {
  const taken = new Set<string>()
  return keys.map((key) => takeName([camel(key), camel(`error ${key}`)], taken))
}

const OFTEN = 6

function findInvalidShape(observations: Observation[], shape: ErrorShape): InvalidShape | null {
  const found = observations.flatMap(({ expected: { status, body } }) => {
    const parts = status >= 400 ? errorParts(body, shape) : null
    const item = parts && soleItem(parts.at(-1))
    const words =
      item && Object.entries(item.properties).every(([, one]) => one.is === 'equals' && typeof one.value === 'string')
    return parts && item && words ? [{ status, fixed: parts.slice(0, -1), properties: item.properties }] : []
  })
  const [first] = found
  const alike = found.filter((one) => first && sameKind(one, first))
  if (!first || alike.length < OFTEN || alike.length < found.length) return null
  const taken = new Set<string>()
  const keys = Object.keys(first.properties).map((key) => {
    const values = alike.map(({ properties }) => textOf(properties[key]))
    return {
      key,
      parameter: values.every((value) => /^[\w.[\]-]+$/.test(value)) ? takeName([camel(key), 'part'], taken) : null,
    }
  })
  return keys.some(({ parameter }) => parameter) ? { status: first.status, fixed: first.fixed, keys } : null
}

const textOf = (pattern: Pattern | undefined) => (pattern?.is === 'equals' ? String(pattern.value) : '')

interface Invalid {
  status: number
  fixed: Pattern[]
  properties: Record<string, Pattern>
}

const sameKind = (one: Invalid, other: Invalid) =>
  one.status === other.status &&
  JSON.stringify(one.fixed.map(textOf)) === JSON.stringify(other.fixed.map(textOf)) &&
  String(Object.keys(one.properties)) === String(Object.keys(other.properties))

/** The one object of a list. */
function soleItem(pattern: Pattern | undefined) {
  const item = pattern?.is === 'array' && pattern.items.length === 1 ? pattern.items[0] : undefined
  return item?.is === 'object' && item.exact ? item : null
}

/** What to give `expectInvalid` for this answer; `null` when it is another one. */
export function invalidParts(status: number, parts: Pattern[], shape: ErrorShape | null): Pattern[] | null {
  const invalid = shape?.invalid
  const item = soleItem(parts.at(-1))
  if (!invalid || !item) return null
  const own = { status, fixed: parts.slice(0, -1), properties: item.properties }
  if (!sameKind(own, { ...invalid, properties: Object.fromEntries(invalid.keys.map(({ key }) => [key, item])) }))
    return null
  return invalid.keys.flatMap(({ key, parameter }) => (parameter ? [item.properties[key] as Pattern] : []))
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
