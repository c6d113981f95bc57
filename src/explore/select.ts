import { type Aspect, RULES, type Rule } from './aspects.ts'
import type { Kept } from './bench.ts'
import { bodyOf } from './request.ts'

/** What the cases chosen so far show, whatever their endpoint. */
interface Shown {
  /** Names of fields with broken rules, by endpoint. */
  fields: Map<string, Set<string>>
  /** Answers to spoiled credentials. */
  credentials: Set<string>
}

type Broken = Kept & { aspect: Extract<Aspect, { is: 'rule' }> }

/** Rows of broken rules an endpoint may have. */
const MOST = 6
/** The same where most of its fields were shown at another endpoint already. */
const MOST_SHOWN_ELSEWHERE = 3
/** For endpoints that only read. */
const MOST_READING = 2

/**
 * The cases worth a test. Per endpoint: everything that shows an effect or a state; of refused credentials none, and a spoiled one once for the
 * whole application;
 * of unusual bodies the shortest and the one on the bounds; of broken rules each kind of rule once, spread over the fields.
 * What alone shows a status is always among them. Depends on nothing but the candidates; their order is kept.
 */
export function selectCases(candidates: Kept[]): Kept[] {
  const groups = groupByEndpoint(candidates.filter((candidate) => !isOutdone(candidate, candidates)))
  const shown: Shown = { fields: new Map(), credentials: new Set() }
  const chosen = new Set<Kept>()
  for (const [endpoint, group] of byWeight(groups)) {
    const kept = selectOfEndpoint(group, shown, endpoint)
    for (const candidate of kept) chosen.add(candidate)
  }
  return candidates.filter((candidate) => chosen.has(candidate))
}

/** A list read without anything of one's own says little beside one that shows it. */
function isOutdone({ case: subject }: Kept, all: Kept[]): boolean {
  return (
    subject.kind === 'success' &&
    subject.act.endpoint.startsWith('GET ') &&
    all.some(({ case: other }) => other.kind === 'list' && other.endpoint === subject.endpoint)
  )
}

function groupByEndpoint(candidates: Kept[]): Map<string, Kept[]> {
  const groups = new Map<string, Kept[]>()
  for (const candidate of candidates) {
    const key = candidate.case.endpoint
    groups.set(key, [...(groups.get(key) ?? []), candidate])
  }
  return groups
}

/** Creations first, those with most rules before others, so that what they show need not be shown again. */
function byWeight(groups: Map<string, Kept[]>): [string, Kept[]][] {
  const rank = (endpoint: string) => ['POST', 'PUT', 'PATCH'].findIndex((method) => endpoint.startsWith(`${method} `))
  const weight = ([endpoint, group]: [string, Kept[]]) =>
    (rank(endpoint) < 0 ? 9 : rank(endpoint)) * 1000 - group.filter(isBroken).length
  return [...groups].sort((a, b) => weight(a) - weight(b) || (a[0] < b[0] ? -1 : 1))
}

function selectOfEndpoint(group: Kept[], shown: Shown, endpoint: string): Set<Kept> {
  const broken = plainest(group.filter(isBroken))
  const kept = new Set([
    ...group.filter((candidate) => candidate.aspect === null && kindOf(candidate) !== 'unauthenticated'),
    ...variantsOf(endpoint).flatMap((variant) => {
      const first = group.find(({ aspect }) => aspect?.is === 'variant' && aspect.variant === variant)
      return first ? [first] : []
    }),
    ...unauthenticated(group, shown.credentials),
    ...chooseBroken(broken, limitFor(broken, shown, endpoint)),
  ])
  note(broken, shown, endpoint)
  for (const candidate of group) {
    const status = statusOf(candidate)
    if (![...kept].some((other) => statusOf(other) === status)) kept.add(candidate)
  }
  return kept
}

/** Those that are told what is wrong and no more: a value that breaks several rules says little about any. */
function plainest(broken: Broken[]): Broken[] {
  const told = broken.map(({ first }) => longestList(bodyOf(first.act.response)))
  const fewest = Math.max(1, Math.min(...told))
  return broken.filter((_, index) => (told[index] as number) <= fewest)
}

function longestList(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  const inner = Math.max(0, ...Object.values(value).map(longestList))
  return Array.isArray(value) ? Math.max(value.length, inner) : inner
}

/** An update's body has been shown on creation. */
function variantsOf(endpoint: string): ('minimal' | 'bounds')[] {
  return endpoint.startsWith('POST ') ? ['minimal', 'bounds'] : []
}

/** None at every endpoint, and what is tried once in any case; a tampered one, and any other, once for each way in which it is answered. */
function unauthenticated(group: Kept[], answered: Set<string>): Kept[] {
  const ways = group.filter((candidate) => kindOf(candidate) === 'unauthenticated')
  const chosen = ways.filter(({ case: { act, removed } }) => act.credential.is === 'none' || removed)
  const spoiled = ways.filter((way) => !chosen.includes(way))
  const first = spoiled.filter(
    ({ case: { act } }) => act.credential.is === 'invalid' && act.credential.how === 'tampered',
  )
  for (const way of new Set([...first, ...spoiled])) {
    const answer = answerOf(way)
    if (answered.has(answer)) continue
    answered.add(answer)
    chosen.push(way)
  }
  return chosen
}

/** What was answered, numbers aside: times and ids differ between like answers. */
function answerOf({ first: { act } }: Kept): string {
  return JSON.stringify([act.response.status, bodyOf(act.response)]).replace(/\d{4,}/g, '#')
}

/** Each rule once at a field that has shown least, then each field once, within `most`. */
function chooseBroken(broken: Broken[], most: number): Broken[] {
  const chosen: Broken[] = []
  const uses = (field: string) => chosen.filter(({ aspect }) => aspect.field === field).length
  const best = (rows: Broken[]) =>
    [...rows].sort((a, b) => uses(a.aspect.field) - uses(b.aspect.field) || telling(a) - telling(b))[0]
  for (const rule of rarestFirst(broken, most)) {
    const row = best(broken.filter(({ aspect }) => aspect.rule === rule))
    if (row) chosen.push(row)
  }
  for (const field of new Set(broken.map(({ aspect }) => aspect.field))) {
    const row = best(broken.filter(({ aspect }) => aspect.field === field))
    if (row && uses(field) === 0 && chosen.length < most) chosen.push(row)
  }
  return chosen
}

/** The most telling rules that fit, those few fields have first, so that the others are left to other fields. */
function rarestFirst(broken: Broken[], most: number): Rule[] {
  const count = (rule: Rule) => broken.filter(({ aspect }) => aspect.rule === rule).length
  return RULES.filter((rule) => count(rule) > 0)
    .slice(0, most)
    .sort((a, b) => count(a) - count(b))
}

/** A required field left out first; else in the order of the rules. */
function telling({ aspect }: Broken): number {
  return RULES.indexOf(aspect.rule) + (aspect.rule === 'missing' && !aspect.required ? RULES.length : 0)
}

function limitFor(broken: Broken[], shown: Shown, endpoint: string): number {
  if (endpoint.startsWith('GET ')) return MOST_READING
  const fields = new Set(broken.map(({ aspect }) => lastName(aspect.field)))
  const known = [...shown.fields.values()].some(
    (others) => [...fields].filter((field) => others.has(field)).length * 2 >= fields.size,
  )
  return known ? MOST_SHOWN_ELSEWHERE : MOST
}

function note(broken: Broken[], shown: Shown, endpoint: string): void {
  const fields = broken
    .filter(({ aspect }) => aspect.rule !== 'unknown field')
    .map(({ aspect }) => lastName(aspect.field))
  if (fields.length > 0) shown.fields.set(endpoint, new Set(fields))
}

function lastName(field: string): string {
  return field.split('.').at(-1) ?? field
}

function isBroken(candidate: Kept): candidate is Broken {
  return candidate.aspect?.is === 'rule'
}

function kindOf(candidate: Kept): Kept['case']['kind'] {
  return candidate.case.kind
}

function statusOf({ first }: Kept): number {
  return first.act.response.status
}
