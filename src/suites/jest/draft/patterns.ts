import type { Json, JsonPath } from '../../../contracts/json.ts'
import type { Binding, Expr, Observation, Pattern } from '../../../contracts/observation.ts'
import type { Scope, Shape } from './expressions.ts'
import { isObject, pathWithin, patternAt, valueAt } from './json.ts'
import { camel } from './names.ts'
import type { Entry } from './print/code.ts'
import type { Doc } from './print/doc.ts'
import { type Factories, returnsEntityOnly } from './recipes.ts'
import { demandsSame, knownAnswer } from './settle.ts'

/** Something whose value a test holds in a variable, so that an expected object can be spread from it. */
export interface Held {
  from: string
  at: 'request' | 'response'
  /** Where the variable's value sits in the request or answer. */
  path: JsonPath
  code: string
  /** Its shape: the keys it certainly has, and for answers the values seen. */
  value: Json
  /** What is known of the whole request or answer beside. */
  answer?: Pattern | null
  /** Where its parts stand by themselves, too: `user.id` for `user.json.id`. */
  parts?: string
}

export interface PatternScope extends Scope {
  held(): Held[]
}

/** Entities that the bindings' factories return as they were answered. */
export function heldBindings(
  bindings: Binding[],
  factories: Factories,
  observations: Observation[],
  nameOf: (name: string) => string,
): Held[] {
  return bindings.flatMap((binding): Held[] => {
    const factory = factories.get(binding.recipe)
    if (!factory?.entityPath || !isObject(factory.entity)) return []
    const isActor = factory.recipe.kind === 'actor' && !('json' in factory.entity)
    if (!isActor && !returnsEntityOnly(factory)) return []
    const at = 'response' as const
    const answer = knownAnswer(factory.recipe, binding, observations)
    const name = nameOf(binding.name)
    const held = { from: binding.name, at, path: factory.entityPath, value: factory.entity, answer }
    return [isActor ? { ...held, code: `${name}.json`, parts: name } : { ...held, code: name }]
  })
}

/** An object expression's shape as JSON; what is computed stands as `null`. */
export function shapeOf(expr: Expr): Json {
  if (expr.is === 'literal') return expr.value
  if (expr.is === 'array') return expr.items.map(shapeOf)
  if (expr.is === 'object')
    return Object.fromEntries(Object.entries(expr.properties).map(([key, value]) => [key, shapeOf(value)]))
  return null
}

const FORMATS: Record<Extract<Pattern, { is: 'format' }>['format'], { any: string } | { helper: string }> = {
  string: { any: 'String' },
  number: { any: 'Number' },
  boolean: { any: 'Boolean' },
  integer: { helper: 'integer' },
  uuid: { helper: 'uuid' },
  'date-time': { helper: 'isoDate' },
  date: { helper: 'day' },
  jwt: { helper: 'jwt' },
  url: { helper: 'url' },
  email: { helper: 'email' },
  hash: { helper: 'hash' },
}

/** What is expected, as a value for `toEqual` with asymmetric matchers. */
export function patternDoc(pattern: Pattern, scope: PatternScope, key?: string): Doc {
  const { code } = scope
  switch (pattern.is) {
    case 'equals':
      return code.literal(pattern.value)
    case 'same':
      return scope.reference(pattern.from, pattern.at, pattern.path)
    case 'format': {
      const format = FORMATS[pattern.format]
      const matcher = 'any' in format ? `expect.any(${format.any})` : use(scope, format.helper)
      return pattern.nullable ? `${use(scope, 'orNull')}(${matcher})` : matcher
    }
    case 'anything':
      // `expect.anything()` would refuse null.
      return use(scope, 'whatever')
    case 'array': {
      const items = pattern.items.map((item) => patternDoc(item, scope))
      if (pattern.ordered || items.length < 2) return code.array(items)
      return code.call(use(scope, 'inAnyOrder'), [code.array(items)])
    }
    case 'contains':
      return code.call('expect.arrayContaining', [code.array(pattern.items.map((item) => patternDoc(item, scope)))])
    case 'lacks':
      return code.call(
        use(scope, 'lacking'),
        pattern.items.map((item) => patternDoc(item, scope)),
      )
    case 'object': {
      const doc = objectDoc(pattern, scope, key)
      return pattern.exact ? doc : code.call('expect.objectContaining', [doc])
    }
  }
}

function use(scope: Scope, helper: string): string {
  scope.uses.helpers.add(helper)
  return `like.${helper}`
}

function objectDoc(pattern: Extract<Pattern, { is: 'object' }>, scope: PatternScope, within?: string): Doc {
  const bases = pattern.exact ? bestBases(pattern, scope) : []
  const rest = Object.entries(pattern.properties).filter(([key, inner]) => !isSpread(key, inner, bases, scope))
  const [only] = bases
  if (only && bases.length === 1 && rest.length === 0) return reference(only, scope)
  const entries: Entry[] = [
    ...bases.map((base) => ({ spread: reference(base, scope) })),
    ...rest.map(([key, inner]) => ({ key, value: patternDoc(inner, scope, key) })),
  ]
  return (pattern.exact && !only && within && shapeCall(entries, scope, within)) || scope.code.object(entries)
}

/** Is it what the last of the spreads that have the key brings? */
function isSpread(key: string, pattern: Pattern, bases: Held[], scope: PatternScope): boolean {
  const base = bases.findLast(({ value }) => isObject(value) && key in value)
  return base !== undefined && isSame(pattern, base, [...base.path, key], scope)
}

/** `authorOf(user)` for an object that is made from one variable alike in many tests; `null` for others. */
function shapeCall(entries: Entry[], scope: Scope, within: string): string | null {
  const plain = entries.flatMap((entry) =>
    'key' in entry && typeof entry.value === 'string' ? [{ key: entry.key, value: entry.value }] : [],
  )
  const owners = new Set(plain.flatMap(({ value }) => /^([A-Za-z_$][\w$]*)\.\w+$/.exec(value)?.[1] ?? []))
  const [owner] = owners
  const fixed = plain.filter(({ value }) => /^(true|false|null|-?\d+|'.*'|".*")$/.test(value)).length
  const referring = plain.filter(({ value }) => value.startsWith(`${owner}.`)).length
  if (!owner || owners.size > 1 || plain.length < entries.length || plain.length < 3) return null
  if (referring < 2 || referring + fixed < plain.length || owner === 'response') return null
  const properties = plain.map(({ key, value }) => ({
    key,
    value: value.replace(/^\w+\./, (start) => (start === `${owner}.` ? '*.' : start)),
  }))
  const text = JSON.stringify(properties.toSorted((a, b) => (a.key < b.key ? -1 : 1)))
  const shape = scope.uses.shapes.get(text) ?? newShape(properties, within, owner)
  scope.uses.shapes.set(text, shape)
  shape.count += 1
  if (!shape.often) return null
  shape.used = true
  return `${shape.name}(${owner})`
}

const newShape = (properties: Shape['properties'], within: string, parameter: string): Shape => ({
  name: `${camel(within)}Of`,
  parameter,
  properties,
  count: 0,
  often: false,
  used: false,
})

const reference = (held: Held, scope: Scope) => scope.reference(held.from, held.at, held.path)

/** What the test holds that leaves the least to be written beside it: one thing, or one changed by another. */
function bestBases(pattern: Extract<Pattern, { is: 'object' }>, scope: PatternScope): Held[] {
  const held = scope.held().flatMap(withInner)
  const count = (bases: Held[]) =>
    Object.entries(pattern.properties).filter(([key, inner]) => isSpread(key, inner, bases, scope)).length
  const best = (choices: Held[][]) =>
    choices.reduce<Held[]>((most, bases) => (most.length > 0 && count(most) >= count(bases) ? most : bases), [])
  const fitting = held.filter((one) => spreads(pattern, one, scope))
  const single = best(fitting.map((one) => [one]))
  const pairs = best(fitting.flatMap((one) => fitting.flatMap((other) => (one === other ? [] : [[one, other]]))))
  const chosen = count(pairs) >= count(single) + 2 ? pairs : single
  // An actor's answer is kept beside its parts only where that saves something.
  const isWorth = chosen.every(({ parts }) => parts === undefined) || count(chosen) >= WORTH
  return isWorth ? chosen : []
}

const WORTH = 4

/** What is held, and the objects right inside it. */
function withInner(held: Held): Held[] {
  const inner = Object.entries(isObject(held.value) ? held.value : {}).flatMap(([key, value]): Held[] =>
    isObject(value) && held.parts === undefined
      ? [{ ...held, path: [...held.path, key], code: `${held.code}.${key}`, value }]
      : [],
  )
  return [held, ...inner]
}

/** Does `{ ...held }` bring no key that the pattern lacks, and at least two that it has? */
function spreads({ properties }: Extract<Pattern, { is: 'object' }>, held: Held, scope: PatternScope): boolean {
  if (!isObject(held.value) || !Object.keys(held.value).every((key) => key in properties)) return false
  const all = Object.entries(properties).filter(([key, inner]) => isSame(inner, held, [...held.path, key], scope))
  const true_ = all.filter(([, inner]) => inner.is !== 'equals')
  const count = Object.keys(properties).length
  return (all.length >= 2 && true_.length >= 2) || (all.length === count && true_.length > 0)
}

/** What another thing that the test holds was answered, in the words of what that was made from. */
function originOf(pattern: Pattern, scope: PatternScope): Pattern {
  if (pattern.is !== 'same' || pattern.at !== 'response') return pattern
  const holder = scope.held().find(({ from, at, answer }) => from === pattern.from && at === 'response' && answer)
  const known = holder?.answer ? patternAt(holder.answer, pattern.path) : undefined
  return known?.is === 'same' || known?.is === 'equals' ? known : pattern
}

/** Is it what the held value has at this path anyway? Literals count when the answer that is held had them too. */
function isSame(pattern: Pattern, held: Held, path: JsonPath, scope: PatternScope): boolean {
  const known = held.answer ? patternAt(held.answer, path) : undefined
  if (demandsSame(known, pattern) || demandsSame(known, originOf(pattern, scope))) return true
  if (pattern.is === 'same') {
    const code = scope.code.member(held.parts ?? held.code, pathWithin(path, held.path) ?? [])
    return pattern.from === held.from && scope.reference(pattern.from, pattern.at, pattern.path) === code
  }
  const seen = valueAt(held.value, pathWithin(path, held.path) ?? [])
  if (pattern.is === 'equals') return seen !== undefined && JSON.stringify(seen) === JSON.stringify(pattern.value)
  if (pattern.is === 'array')
    return (
      Array.isArray(seen) &&
      seen.length === pattern.items.length &&
      (pattern.ordered || seen.length < 2) &&
      pattern.items.every((item, index) => isSame(item, held, [...path, index], scope))
    )
  if (pattern.is !== 'object' || !pattern.exact || !isObject(seen)) return false
  const keys = Object.keys(pattern.properties)
  return (
    keys.length === Object.keys(seen).length &&
    keys.every((key) => key in seen && isSame(pattern.properties[key] as Pattern, held, [...path, key], scope))
  )
}
