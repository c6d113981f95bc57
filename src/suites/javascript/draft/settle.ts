import type {
  Binding,
  Case,
  Expr,
  Observation,
  Pattern,
  Recipe,
  RowExpectation,
} from '../../../contracts/observation.ts'
import { exprAt, pathWithin, patternAt } from './json.ts'

type Same = Extract<Pattern, { is: 'same' }>

/**
 * The same observations with each reference led back to where the value came from: what an answer repeats is compared with what
 * the test made, so that fewer variables are needed and equal things are written alike.
 */
export function settleReferences(observations: Observation[], recipes: Recipe[]): Observation[] {
  const known = new Map(recipes.map((recipe) => [recipe.name, recipe]))
  const traced = observations.map((observation) => traceAll(observation, known))
  return traced.map((observation) => withOwnersRows(observation, traced))
}

function traceAll(observation: Observation, recipes: Map<string, Recipe>): Observation {
  const { case: subject, expected } = observation
  const toSource = (same: Same): Pattern => traceSent(same, subject, recipes)
  const body = expected.body && mapSame(expected.body, toSource)
  const beyond = (same: Same): Pattern => {
    if (same.from !== 'act' || same.at !== 'response') return toSource(same)
    const part = body && patternAt(body, same.path)
    if (part?.is === 'equals' || part?.is === 'same') return { ...part, provenance: same.provenance }
    return same
  }
  const rows = (list: RowExpectation[]) =>
    list.map((row) => ({ ...row, where: mapAll(row.where, beyond), values: mapAll(row.values, beyond) }))
  return {
    ...observation,
    expected: { ...expected, body, rows: rows(expected.rows) },
    follow: observation.follow.map((later) => ({
      ...later,
      body: later.body && mapSame(later.body, beyond),
      rows: rows(later.rows),
    })),
  }
}

/** What a recipe sent is what another one made, where its body says so. */
function traceSent(same: Same, subject: Case, recipes: Map<string, Recipe>): Pattern {
  if (same.at !== 'request') return same
  const binding = subject.arrange.find(({ name }) => name === same.from)
  const body = binding && recipes.get(binding.recipe)?.steps.at(-1)?.body
  if (!binding || !body || Object.keys(binding.overrides).length > 0) return same
  const sent = exprAt(body, same.path)
  if (sent?.is !== 'ref' || !(sent.from in binding.needs)) return same
  return { ...same, from: binding.needs[sent.from] as string, at: sent.at, path: sent.path }
}

/** Rebuilds a pattern with every reference in it replaced. */
export function mapSame(pattern: Pattern, replace: (same: Same) => Pattern): Pattern {
  if (pattern.is === 'same') return replace(pattern)
  if (pattern.is === 'object') return { ...pattern, properties: mapAll(pattern.properties, replace) }
  return 'items' in pattern ? { ...pattern, items: pattern.items.map((item) => mapSame(item, replace)) } : pattern
}

const mapAll = (patterns: Record<string, Pattern>, replace: (same: Same) => Pattern) =>
  Object.fromEntries(Object.entries(patterns).map(([key, pattern]) => [key, mapSame(pattern, replace)]))

/**
 * A refused insert is looked for by whom the row would have belonged to, rather than by what was sent: the account is the test's
 * own, so that no row of it may be there at all.
 */
function withOwnersRows(observation: Observation, all: Observation[]): Observation {
  const { case: subject, expected } = observation
  const rows = expected.rows.map((row) => {
    const bySent = Object.values(row.where).some(({ is }) => is === 'same')
    if (row.change !== 'inserted' || row.count !== 0 || !bySent || !refersToRequest(row)) return row
    const owner = ownerOf(row.table, subject, all)
    return owner ? { ...row, where: owner } : row
  })
  return { ...observation, expected: { ...expected, rows } }
}

const refersToRequest = (row: RowExpectation) =>
  Object.values(row.where).some(({ is, ...rest }) => is === 'same' && (rest as Same).from === 'act')

function ownerOf(table: string, subject: Case, all: Observation[]): Record<string, Pattern> | null {
  const inserts = (endpoint: string) =>
    all.filter(({ case: other, expected }) => other.endpoint === endpoint && expected.status < 400)
  const made = inserts(subject.endpoint).flatMap(({ expected }) =>
    expected.rows.filter((row) => row.table === table && row.change === 'inserted' && row.count === 1),
  )
  for (const { values, where } of made)
    for (const [column, pattern] of Object.entries({ ...where, ...values })) {
      if (pattern.is !== 'same' || pattern.from !== callerOf(subject)) continue
      const others = subject.arrange.filter(({ name }) => name !== pattern.from)
      if (others.length === 0) return { [column]: pattern }
    }
  return null
}

const callerOf = ({ act: { credential }, arrange }: Case) =>
  credential.is !== 'none' && credential.as !== null
    ? credential.as
    : arrange.length === 1
      ? arrange[0]?.name
      : undefined

/**
 * What a recipe's own endpoint is known to answer, in the words of a case that uses it: `null` when no case made just this
 * request.
 */
export function knownAnswer(recipe: Recipe, binding: Binding, observations: Observation[]): Pattern | null {
  const main = recipe.steps.at(-1)
  if (!main || recipe.steps.length > 1) return null
  for (const { case: subject, expected } of observations) {
    if (subject.endpoint !== main.endpoint || expected.status >= 400 || !expected.body) continue
    const locals = localNames(recipe, subject)
    if (JSON.stringify(renamed(subject.act.body, locals)) !== JSON.stringify(main.body)) continue
    return mapSame(expected.body, (same) => inWordsOf(same, main.body, binding, locals))
  }
  return null
}

/** Bindings of a case → the names under which the recipe needs the same. */
function localNames(recipe: Recipe, subject: Case): Map<string, string> {
  const names = new Map<string, string>()
  for (const { name, recipe: made } of subject.arrange) {
    const local = Object.keys(recipe.needs).find((need) => recipe.needs[need] === made)
    if (local && ![...names.values()].includes(local)) names.set(name, local)
  }
  return names
}

function inWordsOf(same: Same, body: Expr | null, binding: Binding, locals: Map<string, string>): Pattern {
  if (same.from === 'act' && same.at === 'response') return { ...same, from: binding.name }
  if (same.from === 'act') {
    const own = binding.overrides[same.path.join('.')]
    if (own?.is === 'ref') return { ...same, from: own.from, at: own.at, path: own.path }
    const sent = own ?? exprAt(body, same.path)
    if (sent?.is === 'literal') return { is: 'equals', value: sent.value, provenance: same.provenance }
    if (sent?.is === 'ref' && sent.from in binding.needs)
      return { ...same, from: binding.needs[sent.from] as string, at: sent.at, path: sent.path }
    return { ...same, from: binding.name }
  }
  const local = locals.get(same.from)
  return { ...same, from: (local && binding.needs[local]) || `?${same.from}` }
}

function renamed(expr: Expr | null, names: Map<string, string>): unknown {
  const text = JSON.stringify(expr, (_, value: unknown) => {
    const one = value as Expr | null
    if (one && typeof one === 'object' && one.is === 'ref') return { ...one, from: names.get(one.from) ?? one.from }
    return value
  })
  return JSON.parse(text)
}

/** Are both the same demand, whatever it rests on? */
export function demandsSame(a: Pattern | undefined, b: Pattern): boolean {
  if (!a || a.is !== b.is) return false
  if (a.is === 'equals' && b.is === 'equals') return JSON.stringify(a.value) === JSON.stringify(b.value)
  if (a.is !== 'same' || b.is !== 'same') return false
  return a.from === b.from && a.at === b.at && pathWithin(a.path, b.path)?.length === 0
}
