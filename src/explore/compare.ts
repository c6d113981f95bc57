import type { Json } from '../contracts/json.ts'
import type { Pattern } from '../contracts/observation.ts'
import { commonFormat, formatOf, isMoment, JWT, namesPlace } from './formats.ts'
import { isObject, lastKey, leavesOf, samePath, valueAt } from './leaves.ts'
import { type Source, sourceFor } from './sources.ts'
import { plainName } from './words.ts'

/** What the comparison of one response rests on. */
export interface Comparison {
  sources: Source[]
  /** The response lists what may be others' too. */
  list: boolean
  /** Nothing but what the case made can be in that list. */
  closed: boolean
  /** What must not be in that list. */
  hidden: Pattern[]
  /** Where the last-changed time may come from: nowhere after a write, the write's own answer in a look after it. */
  changedAt: 'nowhere' | 'act' | 'anywhere'
  /** Items asked for, when the request limits them. */
  limit: number | null
  /** Own items came in another order the second time. Set while comparing. */
  reordered: boolean
  /** Where own items stood the second time in a list with others', and how long it was. Set while comparing. */
  places: { own: number[]; length: number } | null
}

/** What both values have in common as a pattern; `null` when their structures differ. */
export function compare(a: Json, b: Json, context: Comparison, key = ''): Pattern | null {
  if (Array.isArray(a) && Array.isArray(b)) return compareArrays(a, b, context, key)
  if (isObject(a) && isObject(b)) return compareObjects(a, b, context)
  if (isCompound(a) || isCompound(b)) {
    if (a === null || b === null) return { is: 'anything', why: 'sometimes null' }
    return null
  }
  return comparePlain(a, b, context, key)
}

function isCompound(value: Json): boolean {
  return value !== null && typeof value === 'object'
}

function compareObjects(a: Record<string, Json>, b: Record<string, Json>, context: Comparison): Pattern | null {
  const properties: Record<string, Pattern> = {}
  for (const [key, value] of Object.entries(a)) {
    const other = b[key]
    if (other === undefined) continue
    const pattern = compare(value, other, context, key)
    if (!pattern) return null
    properties[key] = pattern
  }
  favourOneHolder(properties, context)
  doubtMoments(properties, a, context.sources)
  const open = Object.values(properties).some(
    (pattern) => pattern.is === 'contains' || pattern.is === 'lacks' || isOpenArray(pattern),
  )
  if (open)
    for (const [key, pattern] of Object.entries(properties))
      if (
        pattern.is === 'equals' &&
        typeof pattern.value === 'number' &&
        /total|count|pages|size$/i.test(key) &&
        !/^(page|limit|per)/i.test(key)
      )
        if (pattern.provenance === 'observed')
          properties[key] = { is: 'format', format: 'integer', provenance: 'observed' }
  return { is: 'object', properties, exact: sameKeys(a, b) }
}

/** Constants that several bindings have read best as the one's that the values beside them come from. */
function favourOneHolder(properties: Record<string, Pattern>, context: Comparison): void {
  const sourceOf = (pattern: Pattern) => sourceBehind(pattern, context.sources)
  const holder = Object.values(properties)
    .map(sourceOf)
    .find((source) => source?.tracks && source.from !== 'act')?.from
  if (!holder) return
  for (const [key, pattern] of Object.entries(properties)) {
    const source = sourceOf(pattern)
    if (pattern.is !== 'same' || !source || source.tracks || source.from === 'act' || source.from === holder) continue
    const better = context.sources.find(
      (other) =>
        other.from === holder &&
        other.key === source.key &&
        other.values[0] === source.values[0] &&
        other.values[1] === source.values[1],
    )
    if (better) properties[key] = { ...pattern, from: better.from, at: better.at, path: better.path }
  }
}

function sourceBehind(pattern: Pattern, sources: Source[]): Source | undefined {
  return pattern.is === 'same'
    ? sources.find(
        (source) => source.from === pattern.from && source.at === pattern.at && samePath(source.path, pattern.path),
      )
    : undefined
}

/**
 * Two times that the server made may be equal by accident, since all of a request falls into one millisecond. They are the same
 * only where both belong to one thing: something else beside them comes from the same place.
 */
export function doubtMoments(
  properties: Record<string, Pattern>,
  values: Record<string, Json>,
  sources: Source[],
): void {
  for (const [key, pattern] of Object.entries(properties)) {
    const value = values[key]
    if (pattern.is !== 'same' || pattern.at !== 'response' || value === undefined || !isMoment(value, key)) continue
    const beside = Object.entries(properties).some(([other, neighbour]) => {
      const known = values[other]
      if (neighbour.is !== 'same' || neighbour.from !== pattern.from || known === undefined || isMoment(known, other))
        return false
      return (
        samePath(neighbour.path.slice(0, -1), pattern.path.slice(0, -1)) &&
        sourceBehind(neighbour, sources)?.tracks === true
      )
    })
    if (!beside || plainName(lastKey(pattern.path)) !== plainName(key))
      properties[key] = { is: 'format', format: formatOf(value), provenance: 'observed' }
  }
}

function isOpenArray(pattern: Pattern): boolean {
  return pattern.is === 'anything' || (pattern.is === 'array' && pattern.items.some((item) => item.is === 'anything'))
}

function sameKeys(a: Record<string, Json>, b: Record<string, Json>): boolean {
  return JSON.stringify(Object.keys(a).sort()) === JSON.stringify(Object.keys(b).sort())
}

function comparePlain(a: Json, b: Json, context: Comparison, key: string): Pattern | null {
  if (a === null && b === null) return { is: 'equals', value: null, provenance: 'observed' }
  if (a === null || b === null) {
    const known = a ?? b
    return known === null ? null : { is: 'format', format: formatOf(known), nullable: true, provenance: 'observed' }
  }
  if (typeof a === 'string' && typeof b === 'string' && JWT.test(a) && JWT.test(b))
    return { is: 'format', format: 'jwt', provenance: 'observed' }
  if (namesPlace(a) && namesPlace(b)) return { is: 'format', format: 'string', provenance: 'observed' }
  // What was answered proves nothing about a constant: only what was sent does.
  const usable =
    a === b && !isIdentifier(key)
      ? context.sources.filter((source) => source.at === 'request' || isMoment(a, key))
      : context.sources
  const source = sourceFor(a, b, key, usable)
  const named = source !== null && (source.key === plainName(key) || plainName(key).endsWith(source.key))
  if (isMoment(a, key) && isMoment(b, key)) {
    const changes = /updat|modif|chang|last/i.test(key) && source?.at === 'response'
    const known = context.changedAt === 'anywhere' || (context.changedAt === 'act' && source?.from === 'act')
    if (source && named && (!changes || known)) return same(source, true)
    return { is: 'format', format: commonFormat(a, b) ?? 'string', provenance: 'observed' }
  }
  if (a === b) {
    if (source && named && typeof a === 'string' && a.length >= 4) return same(source, true)
    if (isIdentifier(key))
      return source && named ? same(source, true) : { is: 'format', format: formatOf(a), provenance: 'observed' }
    return { is: 'equals', value: a, provenance: source && named && source.at === 'request' ? 'promised' : 'observed' }
  }
  const telling = typeof a === 'number' ? source?.tracks : String(a).length >= 4
  if (source && telling) return same(source, named)
  const format = commonFormat(a, b)
  return format ? { is: 'format', format, provenance: 'observed' } : null
}

function isIdentifier(key: string): boolean {
  return /^(_?id|uuid)$/i.test(key) || /(Id|_id)$/.test(key)
}

function same(source: Source, named: boolean): Pattern {
  return {
    is: 'same',
    from: source.from,
    at: source.at,
    path: source.path,
    provenance: named ? 'promised' : 'observed',
  }
}

function compareArrays(a: Json[], b: Json[], context: Comparison, key: string): Pattern | null {
  const inner: Comparison = { ...context, list: false }
  if (!context.list) {
    if (a.length !== b.length) return { is: 'anything', why: 'its size differs from time to time', list: true }
    return compareParts(a, b, inner, key)
  }
  if (a.length === 0 && b.length === 0 && context.closed) return { is: 'array', items: [], ordered: true }
  const pairs = pairUp(a, b, context, key)
  const patterns = pairs.map(([x, y]) => compare(a[x] ?? null, b[y] ?? null, inner, key))
  if (patterns.some((pattern) => pattern === null)) return null
  const items = patterns as Pattern[]
  context.reordered ||= inner.reordered
  const moved = pairs.length > 1 && !isAscending(pairs.map(([, y]) => y))
  if (moved && !isSorted(a, b)) context.reordered = true
  if (context.closed && pairs.length > 0 && pairs.length === a.length && pairs.length === b.length)
    return { is: 'array', items, ordered: !context.reordered && !moved }
  if (pairs.length > 0) {
    context.places = { own: pairs.map(([, y]) => y), length: b.length }
    return { is: 'contains', items }
  }
  if (context.hidden.length > 0) return { is: 'lacks', items: context.hidden }
  if (context.limit !== null && a.length === context.limit && b.length === context.limit)
    return { is: 'array', items: a.map(() => ({ is: 'anything', why: 'may be anybody’s' }) as const), ordered: true }
  return { is: 'anything', why: 'holds what others made', list: true }
}

/**
 * A list inside of something, of the same length in both passes. Nothing promises the order of what the case made: two passes alike
 * may be chance, where ids that are random decide it. What is always the same keeps its order.
 */
function compareParts(a: Json[], b: Json[], context: Comparison, key: string): Pattern | null {
  const own = pairUp(a, b, context, key)
  const pairs = own.length === a.length ? own : a.map((_, index): [number, number] => [index, index])
  const items: Pattern[] = []
  for (const [x, y] of pairs) {
    const item = compare(a[x] ?? null, b[y] ?? null, context, key)
    if (item === null) return null
    items.push(item)
  }
  const isFixed = items.every((item) => item.is === 'equals')
  return { is: 'array', items, ordered: isFixed || items.length < 2 }
}

/** Own items of both passes that show the same things, as index pairs in the first one's order. */
function pairUp(a: Json[], b: Json[], context: Comparison, key: string): [number, number][] {
  const telling = context.sources.filter((source) => source.tracks)
  const scored = a.flatMap((x, index) => b.map((y, other) => ({ index, other, score: kinship(x, y, telling, key) })))
  scored.sort((left, right) => right.score - left.score || left.index - right.index || left.other - right.other)
  const pairs: [number, number][] = []
  for (const { index, other, score } of scored)
    if (score > 0 && !pairs.some(([x, y]) => x === index || y === other)) pairs.push([index, other])
  return pairs.sort(([x], [y]) => x - y)
}

/** How many places of both items are accounted for by one thing that the case made. */
function kinship(x: Json, y: Json, telling: Source[], key: string): number {
  let score = 0
  for (const { path, value } of leavesOf(x)) {
    const other = valueAt(y, path)
    const name = plainName(path.length > 0 ? lastKey(path) : key)
    if (other === undefined || isMoment(value, name)) continue
    const explained = telling.some(
      (source) =>
        source.values[0] === value &&
        source.values[1] === other &&
        (typeof value === 'string' ? value.length >= 6 : source.key.endsWith(name) || name.endsWith(source.key)),
    )
    if (explained) score += 1
  }
  return score
}

/** Both are in order of something that the items show: then fresh values alone may have moved them. */
function isSorted(a: Json[], b: Json[]): boolean {
  const keys = isObject(a[0]) ? Object.keys(a[0]) : ['']
  return keys.some((key) => {
    const directions = [a, b].map((items) => directionOf(items.map((item) => (isObject(item) ? item[key] : item))))
    return directions[0] !== null && directions[0] === directions[1]
  })
}

function directionOf(values: (Json | undefined)[]): 'up' | 'down' | null {
  if (values.some((value) => typeof value !== 'string' && typeof value !== 'number')) return null
  const steps = values.slice(1).map((value, index) => {
    const before = values[index] as string | number
    return value === before ? 0 : (value as string | number) > before ? 1 : -1
  })
  if (steps.every((step) => step >= 0)) return steps.includes(1) ? 'up' : null
  return steps.every((step) => step <= 0) ? 'down' : null
}

function isAscending(numbers: number[]): boolean {
  return numbers.every((value, index) => index === 0 || value > (numbers[index - 1] ?? value))
}

/** Does the pattern mention anything the case made, or a literal? A pattern that does not proves little. */
export function says(pattern: Pattern | null): boolean {
  if (!pattern) return true
  switch (pattern.is) {
    case 'equals':
    case 'same':
    case 'format':
      return true
    case 'object':
      return Object.values(pattern.properties).some(says)
    case 'array':
      return true
    case 'contains':
    case 'lacks':
      return pattern.items.length > 0
    case 'anything':
      return false
  }
}
