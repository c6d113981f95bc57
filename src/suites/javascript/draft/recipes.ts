import type { Json, JsonPath } from '../../../contracts/json.ts'
import type { Exploration, Observation, Recipe, RequestTemplate } from '../../../contracts/observation.ts'
import { isObject, pathWithin, requestEntityPath, responseEntityPath, valueAt } from './json.ts'
import { camel, pascal, singular, splitEndpoint, takeName } from './names.ts'

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
    const taken = new Set([...factories.values()].map(({ name }) => name))
    const name = takeName(factoryNames(recipe, main), taken)
    factories.set(recipe.name, newFactory(recipe, name, main, requestPathOf(recipe, main, exploration.observations)))
  }
  return factories
}

export function newFactory(recipe: Recipe, name: string, main: RequestTemplate, requestPath: JsonPath): Factory {
  const entityPath = isObject(recipe.example) ? responseEntityPath(recipe.example) : null
  return {
    recipe,
    name,
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

/** `create.order`; for what is done to a thing that is there `act.pay`, or `act.payOrder` where that is taken. */
function factoryNames(recipe: Recipe, main: RequestTemplate): string[] {
  const parts = splitEndpoint(main.endpoint).path.split('/')
  const [owner = '', param = '', last = ''] = parts.slice(-3)
  const isAction =
    recipe.kind === 'resource' && param.startsWith('{') && /^[a-z]/i.test(last) && singular(last) === last
  if (!isAction || !owner) return [`create.${camel(recipe.name)}`]
  return [`act.${camel(last)}`, `act.${camel(last)}${pascal(singular(owner))}`]
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
