import type { Json, JsonPath } from '../../../contracts/json.ts'
import type { Exploration, Expr, Observation, Recipe, RequestTemplate } from '../../../contracts/observation.ts'
import { exprAt, isObject, pathWithin, requestEntityPath, responseEntityPath, valueAt } from './json.ts'
import { camel, pascal, singular, splitEndpoint } from './names.ts'

/**
 * How a recipe becomes a factory: it returns the entity of the main step's answer, plus whatever else tests turn out to need.
 * Tests are written before the factories, and each reference notes here what the factory has to hand out.
 */
export interface Factory {
  recipe: Recipe
  name: string
  main: RequestTemplate
  /** Where the entity is in the main step's answer, `null` when there is none, and how it looked. */
  entityPath: JsonPath | null
  entity: Json
  /** Where overrides apply in the main step's body. */
  requestPath: JsonPath
  /** Keys of the request to return, since the answer lacks or changes them. */
  sent: Set<string>
  /** Keys beside the entity in the answer. */
  beside: Set<string>
  /** The whole request or answer is needed. */
  wholeRequest: boolean
  wholeResponse: boolean
  /** The entity as it was answered, where the factory returns more. */
  wholeEntity: boolean
  overridden: boolean
  used: boolean
  /** `build.article`: makes the request's entity, for the factory and for tests that send it themselves. `null`: not wanted. */
  builder: string | null
  /** Tests give the builder changes. */
  builderChanged: boolean
}

export type Factories = Map<string, Factory>

export function planFactories(exploration: Exploration): Factories {
  const factories: Factories = new Map()
  for (const recipe of exploration.recipes) {
    const main = recipe.steps.at(-1)
    if (!main) continue
    factories.set(recipe.name, newFactory(recipe, main, requestPathOf(recipe, main, exploration.observations)))
  }
  planBuilders(factories, exploration.observations)
  return factories
}

function newFactory(recipe: Recipe, main: RequestTemplate, requestPath: JsonPath): Factory {
  const entityPath = isObject(recipe.example) ? responseEntityPath(recipe.example) : null
  return {
    recipe,
    name: factoryName(recipe, main),
    main,
    entityPath,
    entity: entityPath ? (valueAt(recipe.example, entityPath) ?? null) : null,
    requestPath,
    sent: new Set(),
    beside: new Set(),
    wholeRequest: false,
    wholeResponse: false,
    wholeEntity: false,
    overridden: false,
    used: false,
    builder: null,
    builderChanged: false,
  }
}

/** `create.order`; for what is done to a thing that is there `payOrder`. */
function factoryName(recipe: Recipe, main: RequestTemplate): string {
  const parts = splitEndpoint(main.endpoint).path.split('/')
  const [owner = '', param = '', last = ''] = parts.slice(-3)
  const isAction =
    recipe.kind === 'resource' && param.startsWith('{') && /^[a-z]/i.test(last) && singular(last) === last
  return isAction && owner ? `${camel(last)}${pascal(singular(owner))}` : `create.${camel(recipe.name)}`
}

function requestPathOf(recipe: Recipe, main: RequestTemplate, observations: Observation[]): JsonPath {
  const path = requestEntityPath(main.body)
  const overrides = observations.flatMap(({ case: { arrange } }) =>
    arrange.filter((binding) => binding.recipe === recipe.name).flatMap((binding) => Object.keys(binding.overrides)),
  )
  return overrides.every((dotted) => pathWithin(dotted.split('.'), path)?.length) ? path : []
}

/** The entity alone is returned, so that `{ ...article }` has exactly its keys. */
export function returnsEntityOnly(factory: Factory): boolean {
  return (
    factory.recipe.kind === 'resource' &&
    factory.entityPath !== null &&
    factory.sent.size + factory.beside.size === 0 &&
    !factory.wholeRequest &&
    !factory.wholeResponse
  )
}

/** Path into what the factory returns for a part of its main step's request or answer. */
export function accessPath(
  factory: Factory,
  at: 'request' | 'response',
  path: JsonPath,
  observations: Observation[],
): JsonPath {
  if (at === 'response') return responseAccess(factory, path)
  const rest = pathWithin(path, factory.requestPath)
  const key = rest?.[0]
  if (!rest || typeof key !== 'string') {
    factory.wholeRequest = true
    return ['request', ...path]
  }
  const answered = isObject(factory.entity) && key in factory.entity
  if (!answered || answersDifferently(factory, key, observations)) factory.sent.add(key)
  return rest
}

function responseAccess(factory: Factory, path: JsonPath): JsonPath {
  const rest = factory.entityPath ? pathWithin(path, factory.entityPath) : null
  if (rest && (rest.length > 0 || returnsEntityOnly(factory))) return rest
  if (rest && factory.recipe.kind === 'actor') {
    factory.wholeEntity = true
    return ['json']
  }
  const [key] = path
  const entityHasKey = isObject(factory.entity) && String(key) in factory.entity
  if (factory.entityPath?.length === 1 && typeof key === 'string' && path.length > 0 && !rest && !entityHasKey) {
    factory.beside.add(key)
    return path
  }
  factory.wholeResponse = true
  return ['response', ...path]
}

/** Was the field ever answered with another value than the one sent (a hash for a password, another casing)? */
function answersDifferently(factory: Factory, key: string, observations: Observation[]): boolean {
  if (/passw|secret/i.test(key)) return true
  return observations.some(({ case: { act }, expected, passes }) => {
    if (act.endpoint !== factory.main.endpoint || expected.status >= 400) return false
    return passes.some(({ act: { request, response } }) => {
      const sent = valueAt(parse(request.body), [...factory.requestPath, key])
      const answered = valueAt(response.json, [...(factory.entityPath ?? []), key])
      return sent !== undefined && answered !== undefined && JSON.stringify(sent) !== JSON.stringify(answered)
    })
  })
}

function parse(text: string | null): Json | undefined {
  try {
    return JSON.parse(text ?? '') as Json
  } catch {
    return undefined
  }
}

const SMALL = 2
const SHORT = 40

/** Too much to be repeated in tests that are not about it, and free of what a test made. */
function deservesBuilder(entity: Expr): boolean {
  if (entity.is !== 'object' || JSON.stringify(entity).includes('"is":"ref"')) return false
  const size = Object.entries(entity.properties).reduce((sum, [key, value]) => sum + key.length + 4 + sizeOf(value), 0)
  return Object.keys(entity.properties).length > SMALL || size > SHORT
}

const sizeOf = (expr: Expr) => (expr.is === 'literal' ? JSON.stringify(expr.value).length : 20)

const REPEATED = 3

/** Builders for requests of endpoints that no recipe is about, where several tests send nearly the same. */
function planBuilders(factories: Factories, observations: Observation[]): void {
  const own = new Set([...factories.values()].map(({ main }) => main.endpoint))
  for (const endpoint of new Set(observations.map(({ case: subject }) => subject.endpoint))) {
    const acts = observations
      .filter(({ case: { act } }) => act.endpoint === endpoint && act.body)
      .map((o) => o.case.act)
    const { path, properties } = commonBody(acts.map(({ body }) => body))
    const entity: Expr = { is: 'object', properties }
    const near = acts.filter(({ body }) => departures(exprAt(body, path), entity) <= SMALL)
    const [main] = near
    if (own.has(endpoint) || !main || near.length < REPEATED || !deservesBuilder(entity)) continue
    const body = path
      .toReversed()
      .reduce<Expr>((inner, key) => ({ is: 'object', properties: { [key]: inner } }), entity)
    const { method, path: url } = splitEndpoint(endpoint)
    const noun = singular(
      String(path.at(-1) ?? url.split('/').findLast((part) => part && !part.startsWith('{')) ?? 'payload'),
    )
    const name = method === 'POST' ? noun : `${noun} changes`
    if (factories.has(name)) continue
    const recipe: Recipe = { name, kind: 'resource', needs: {}, steps: [], credential: null, example: null }
    factories.set(name, newFactory(recipe, { ...main, body }, path))
  }
}

/** In how many keys an entity differs from another. */
function departures(entity: Expr | undefined, common: Expr): number {
  if (entity?.is !== 'object' || common.is !== 'object') return Number.POSITIVE_INFINITY
  const keys = new Set([...Object.keys(entity.properties), ...Object.keys(common.properties)])
  return [...keys].filter((key) => JSON.stringify(entity.properties[key]) !== JSON.stringify(common.properties[key]))
    .length
}

/** `build.article` for what is created, `build.articleChanges` for what is changed. */
export const builderName = ({ recipe }: Factory) => `build.${camel(recipe.name)}`

/** The body most of them share, at the entity, key by key. */
export function commonBody(bodies: (Expr | null)[]): { path: JsonPath; properties: Record<string, Expr> } {
  const path = mostCommon(bodies.map(requestEntityPath)) ?? []
  const entities = bodies.map((body) => exprAt(body, path)).flatMap((expr) => (expr?.is === 'object' ? [expr] : []))
  const properties: Record<string, Expr> = {}
  for (const key of new Set(entities.flatMap((entity) => Object.keys(entity.properties)))) {
    const common = mostCommon(entities.map((entity) => entity.properties[key] ?? null))
    if (common) properties[key] = common
  }
  return { path, properties }
}

function mostCommon<T>(values: T[]): T | undefined {
  const counts = new Map<string, { value: T; count: number }>()
  for (const value of values) {
    const key = JSON.stringify(value)
    counts.set(key, { value, count: (counts.get(key)?.count ?? 0) + 1 })
  }
  return [...counts.values()].sort((a, b) => b.count - a.count)[0]?.value
}

/**
 * The recipe whose request this entity is, but for a few fields: tests that send it get it from the recipe's builder,
 * `null` for a field left out. `null` when
 * the entity is small enough to stand in the test, or another one.
 */
export function builderFor(
  factories: Factories,
  endpoint: string,
  path: JsonPath,
  entity: Expr | undefined,
): { factory: Factory; changes: Map<string, Expr | null> } | null {
  if (entity?.is !== 'object') return null
  for (const factory of factories.values()) {
    const own = exprAt(factory.main.body, factory.requestPath)
    if (factory.main.endpoint !== endpoint || String(path) !== String(factory.requestPath) || own?.is !== 'object')
      continue
    const keys = Object.keys(own.properties)
    if (!deservesBuilder(own)) continue
    const all = new Set([...keys, ...Object.keys(entity.properties)])
    const changed = [...all].filter(
      (key) => JSON.stringify(entity.properties[key]) !== JSON.stringify(own.properties[key]),
    )
    if (changed.length <= REPEATED && changed.length < keys.length)
      return { factory, changes: new Map(changed.map((key) => [key, entity.properties[key] ?? null])) }
  }
  return null
}
