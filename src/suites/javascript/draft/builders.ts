import type { JsonPath } from '../../../contracts/json.ts'
import type { Binding, Expr, Observation, Recipe } from '../../../contracts/observation.ts'
import { exprAt, requestEntityPath, walkExpr } from './json.ts'
import { camel, singular, splitEndpoint } from './names.ts'
import { type Factories, type Factory, newFactory } from './recipes.ts'

const SMALL = 2
const SHORT = 40

/** Too much to be repeated in tests that are not about it. */
function deservesBuilder(entity: Expr): boolean {
  if (entity.is !== 'object' || /"from":"(step\d+|act)"/.test(JSON.stringify(entity))) return false
  return Object.keys(entity.properties).length > SMALL || sizeOf(entity) > SHORT
}

/** About as many characters as its code has. */
function sizeOf(expr: Expr): number {
  if (expr.is === 'literal') return JSON.stringify(expr.value).length
  if (expr.is === 'array') return expr.items.reduce((sum, item) => sum + sizeOf(item), 0)
  if (expr.is !== 'object') return 20
  return Object.entries(expr.properties).reduce((sum, [key, value]) => sum + key.length + 4 + sizeOf(value), 0)
}

const REPEATED = 3

/** Builders for requests of endpoints that no recipe is about, where several tests send nearly the same. */
export function planBuilders(factories: Factories, observations: Observation[]): void {
  const own = new Set([...factories.values()].map(({ main }) => main.endpoint))
  for (const endpoint of new Set(observations.map(({ case: subject }) => subject.endpoint))) {
    const cases = observations.map((one) => one.case).filter(({ act }) => act.endpoint === endpoint && act.body)
    const { path, properties } = commonBody(cases.map(({ act }) => act.body))
    const entity: Expr = { is: 'object', properties }
    const near = cases.filter(({ act: { body } }) => departures(exprAt(body, path), entity) <= SMALL)
    const [main] = near
    if (own.has(endpoint) || !main || near.length < REPEATED || !deservesBuilder(entity)) continue
    const body = path
      .toReversed()
      .reduce<Expr>((inner, key) => ({ is: 'object', properties: { [key]: inner } }), entity)
    const { method, path: url } = splitEndpoint(endpoint)
    const last = singular(url.split('/').findLast((part) => part && !part.startsWith('{')) ?? 'payload')
    const noun = singular(String(path.at(-1) ?? last))
    // What a login sends is no account, though it may be called one.
    const name = [...(method === 'POST' ? [noun, last] : []), `${noun} changes`].find((one) => !factories.has(one))
    if (!name) continue
    const needs = Object.fromEntries(main.arrange.map(({ name: binding, recipe }) => [binding, recipe]))
    const recipe: Recipe = { name, kind: 'resource', needs, steps: [], credential: null, example: null }
    factories.set(name, newFactory(recipe, builderOf(name), { ...main.act, body }, path))
  }
}

/** In how many keys an entity differs from another. */
function departures(entity: Expr | undefined, common: Expr): number {
  if (entity?.is !== 'object' || common.is !== 'object') return Number.POSITIVE_INFINITY
  const keys = new Set([...Object.keys(entity.properties), ...Object.keys(common.properties)])
  return [...keys].filter((key) => !same(entity.properties[key], common.properties[key])).length
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)

/** `build.article` for what is created, `build.articleChanges` for what is changed. */
export const builderName = ({ recipe }: Factory) => builderOf(recipe.name)

const builderOf = (name: string) => `build.${camel(name)}`

/** The things that a builder is given, as its recipe calls them, in the order of their first use. */
export function parametersOf({ main, requestPath }: Factory): string[] {
  const names = new Set<string>()
  walkExpr(exprAt(main.body, requestPath) ?? null, (expr) => {
    if (expr.is === 'ref') names.add(expr.from)
  })
  return [...names]
}

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

/** How a test gets what it sends from a builder. */
interface Built {
  factory: Factory
  /** Names of bindings, one for each of the builder's parameters. */
  given: string[]
  /** Keys that it sends otherwise; `null`: left out. */
  changes: Map<string, Expr | null>
}

/** The recipe whose request this entity is, but for a few fields. `null` when the entity is small enough to stand in the test, or another one. */
export function builderFor(
  factories: Factories,
  { endpoint, path, arrange }: { endpoint: string; path: JsonPath; arrange: Binding[] },
  entity: Expr | undefined,
): Built | null {
  if (entity?.is !== 'object') return null
  for (const factory of factories.values()) {
    const own = exprAt(factory.main.body, factory.requestPath)
    if (factory.main.endpoint !== endpoint || String(path) !== String(factory.requestPath) || own?.is !== 'object')
      continue
    if (!deservesBuilder(own)) continue
    const given = parametersOf(factory).map((name) => bindingOf(name, factory, own, entity, arrange))
    if (!given.every((name) => name !== undefined)) continue
    const names = Object.fromEntries(parametersOf(factory).map((name, index) => [name, given[index] as string]))
    const keys = Object.keys(own.properties)
    const isSame = (key: string) => same(entity.properties[key], renamed(own.properties[key], names))
    const changed = [...new Set([...keys, ...Object.keys(entity.properties)])].filter((key) => !isSame(key))
    if (changed.length <= REPEATED && changed.length < keys.length)
      return { factory, given, changes: new Map(changed.map((key) => [key, entity.properties[key] ?? null])) }
  }
  return null
}

/** What stands in the entity where the builder's own has this; else a binding of that name and kind. */
function bindingOf(name: string, { recipe }: Factory, own: Expr, entity: Expr, arrange: Binding[]): string | undefined {
  const found = new Set<string>()
  walkExpr(own, (expr, path) => {
    const other = exprAt(entity, path)
    if (expr.is === 'ref' && expr.from === name && other?.is === 'ref') found.add(other.from)
  })
  const kind = recipe.needs[name]
  const fitting = arrange.filter((binding) => binding.recipe === kind).map((binding) => binding.name)
  return fitting.find((one) => found.has(one)) ?? fitting.find((one) => one === name)
}

function renamed(expr: Expr | undefined, names: Record<string, string>): Expr | undefined {
  if (!expr) return undefined
  const text = JSON.stringify(expr, (_, value: unknown) =>
    isRef(value) ? { ...value, from: names[value.from] ?? value.from } : value,
  )
  return JSON.parse(text) as Expr
}

const isRef = (value: unknown): value is { is: 'ref'; from: string } =>
  typeof value === 'object' && value !== null && (value as { is?: unknown }).is === 'ref'
