import type { Json, JsonPath } from '../../../contracts/json.ts'
import type { Binding, Expr, Observation, Pattern } from '../../../contracts/observation.ts'
import type { Scope, Shape } from './expressions.ts'
import { isObject, pathWithin, patternAt, valueAt } from './json.ts'
import { camel, singular } from './names.ts'
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
      if (pattern.list) return 'expect.any(Array)'
      // `expect.anything()` would refuse null.
      return use(scope, 'whatever')
    case 'array': {
      const items = pattern.items.map((item) => patternDoc(item, scope, key))
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

/** `view.author(user)` for an object most of which is made from one variable alike in many tests; `null` for others. */
function shapeCall(entries: Entry[], scope: Scope, within: string): Doc | null {
  const owner = mainOwner(entries)
  if (!owner) return null
  const own = entries.flatMap((entry) => {
    const value = textOf(entry)
    const isOwn = value?.startsWith(`${owner}.`) || (value !== null && FIXED.test(value))
    return 'key' in entry && value !== null && isOwn
      ? [{ key: entry.key, value: value.replace(`${owner}.`, '*.') }]
      : []
  })
  const others = entries.filter((entry) => !('key' in entry) || own.every(({ key }) => key !== entry.key))
  const name = own.map(({ key, value }) => `${key} ${FIXED.test(value) ? '' : value}`).sort()
  const shape = scope.uses.shapes.get(String(name)) ?? newShape(own, within, owner)
  scope.uses.shapes.set(String(name), shape)
  shape.saved += own.length + (others.length > 1 ? -1 : 1)
  for (const { key, value } of own) shape.seen.push(`${key} ${value}`)
  if (!shape.often) return null
  shape.used = true
  const call = `${shape.name}(${owner})`
  const changed = own
    .filter(({ key, value }) => shape.properties.every((one) => one.key !== key || one.value !== value))
    .map(({ key, value }) => ({ key, value: value as Doc }))
  return others.length + changed.length === 0 ? call : scope.code.object([{ spread: call }, ...changed, ...others])
}

const FIXED = /^(true|false|null|-?\d+|'.*'|".*")$/

const textOf = (entry: Entry): string | null => ('key' in entry && typeof entry.value === 'string' ? entry.value : null)

const FEW = 3

/** The variable that at least three values are members of, and more than of any other. */
function mainOwner(entries: Entry[]): string | null {
  const counts = new Map<string, number>()
  for (const entry of entries) {
    const owner = /^([A-Za-z_$][\w$]*)\.\w+$/.exec(textOf(entry) ?? '')?.[1]
    if (owner && owner !== 'response') counts.set(owner, (counts.get(owner) ?? 0) + 1)
  }
  const [first] = [...counts].sort((a, b) => b[1] - a[1])
  return first && first[1] >= FEW ? first[0] : null
}

function newShape(properties: Shape['properties'], within: string, parameter: string): Shape {
  const name = `view.${singular(camel(within))}`
  return { name, parameter, properties, seen: [], saved: 0, often: false, used: false }
}

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
