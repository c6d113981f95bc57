import type { Row, RowChange, Snapshot } from '../contracts/environment.ts'
import type { Json } from '../contracts/json.ts'
import type { Case, Pattern, RowExpectation } from '../contracts/observation.ts'
import { endpointKey } from '../contracts/project.ts'
import { type Comparison, compare, doubtMoments } from './compare.ts'
import type { Sighting } from './execute.ts'
import { exprLeaves, referencesOf } from './expressions.ts'
import type { Knowledge, Learned } from './knowledge.ts'
import { lastKey, valueAt } from './leaves.ts'
import { bindingsOf } from './recipes.ts'
import { type Source, sourcesOf } from './sources.ts'
import { plainName } from './words.ts'

const MOST_COLUMNS = 12

/** What must be stored after an accepted write, from the rows it changed in both passes. */
export function rowsAfterWrite(
  knowledge: Knowledge,
  subject: Case,
  first: Sighting,
  second: Sighting,
): RowExpectation[] {
  const sources = sourcesOf(subject, first, second, true)
  const groups = new Map<string, [RowChange[], RowChange[]]>()
  for (const [index, sighting] of [first, second].entries())
    for (const change of sighting.changes) {
      const key = `${change.table} ${change.change}`
      const group = groups.get(key) ?? [[], []]
      group[index as 0 | 1].push(change)
      groups.set(key, group)
    }
  const expectations: RowExpectation[] = []
  for (const [left, right] of groups.values()) {
    if (left.length !== right.length) continue
    left.forEach((change, index) => {
      const expectation = expectChange(knowledge, change, right[index] ?? change, sources, first, second)
      if (expectation) expectations.push(expectation)
    })
  }
  return dedupe(expectations)
}

function rowIn(change: RowChange): Row {
  return change.change === 'updated' ? change.after : change.row
}

function expectChange(
  knowledge: Knowledge,
  first: RowChange,
  second: RowChange,
  sources: Source[],
  before: Sighting,
  after: Sighting,
): RowExpectation | null {
  const [a, b] = [rowIn(first), rowIn(second)]
  const patterns = patternsOf(a, b, sources, true)
  const where = identify(knowledge, first.table, patterns)
  if (!where || !before.rows || !after.rows) return null
  const counts = [matching(before.rows.after, first.table, a, where), matching(after.rows.after, first.table, b, where)]
  if (counts[0] !== counts[1]) return null
  if (first.change === 'deleted')
    return counts[0] === 0 ? { table: first.table, change: 'deleted', where, values: {}, count: 0 } : null
  if (counts[0] === 0) return null
  const shown = counts[0] === 1 ? visible(knowledge, first.table, patterns, where) : {}
  const values = first.change === 'updated' && second.change === 'updated' ? touched(shown, first, second) : shown
  return { table: first.table, change: first.change, where, values, count: counts[0] ?? 1 }
}

/** What the update changed, and what it was sent. */
function touched(
  shown: Record<string, Pattern>,
  first: Extract<RowChange, { change: 'updated' }>,
  second: Extract<RowChange, { change: 'updated' }>,
): Record<string, Pattern> {
  const differs = ({ before, after }: typeof first, column: string) =>
    JSON.stringify(before[column]) !== JSON.stringify(after[column])
  return Object.fromEntries(
    Object.entries(shown).filter(
      ([column, pattern]) =>
        differs(first, column) ||
        differs(second, column) ||
        (pattern.is === 'same' && pattern.at === 'request' && pattern.from === 'act'),
    ),
  )
}

/** What the columns of one row have in common in both passes. */
export function patternsOf(a: Row, b: Row, sources: Source[], writes: boolean): Record<string, Pattern> {
  const context: Comparison = {
    sources,
    list: false,
    closed: false,
    hidden: [],
    changedAt: writes ? 'nowhere' : 'anywhere',
    limit: null,
    reordered: false,
    places: null,
  }
  const patterns: Record<string, Pattern> = {}
  for (const [column, value] of Object.entries(a)) {
    const other = b[column]
    const pattern = other === undefined ? null : compare(value, other, context, column)
    if (pattern) patterns[column] = pattern
  }
  doubtMoments(patterns, a, sources)
  return patterns
}

/** Columns that find the row again: its key where the case knows it, else whatever of it the case made. */
function identify(
  knowledge: Knowledge,
  table: string,
  patterns: Record<string, Pattern>,
): Record<string, Pattern> | null {
  const shape = knowledge.table(table)
  const known = (columns: string[]) => columns.length > 0 && columns.every((column) => patterns[column]?.is === 'same')
  const sets = [shape?.primaryKey ?? [], ...(shape?.unique ?? [])].filter(known)
  const columns = sets[0] ?? Object.keys(patterns).filter((column) => isTelling(patterns[column]))
  if (columns.length === 0) return null
  return pick(patterns, columns)
}

/** Fresh each time: a reference to something that a literal of the test is not. */
function isTelling(pattern: Pattern | undefined): boolean {
  return pattern?.is === 'same' && (pattern.path.some((key) => /id$/i.test(String(key))) || pattern.at === 'request')
}

function matching(rows: Snapshot, table: string, row: Row, where: Record<string, Pattern>): number {
  return (rows[table] ?? []).filter((candidate) =>
    Object.keys(where).every((column) => String(candidate[column]) === String(row[column])),
  ).length
}

/** Columns worth an assertion beside those that find the row. */
export function visible(
  knowledge: Knowledge,
  table: string,
  patterns: Record<string, Pattern>,
  where: Record<string, Pattern>,
): Record<string, Pattern> {
  const keys = new Set([...Object.keys(where), ...(knowledge.table(table)?.primaryKey ?? [])])
  const columns = Object.keys(patterns).filter((column) => {
    const pattern = patterns[column]
    if (!pattern || keys.has(column)) return false
    return pattern.is === 'same' || pattern.is === 'equals' || (pattern.is === 'format' && pattern.format === 'hash')
  })
  return pick(patterns, columns.slice(0, MOST_COLUMNS))
}

function pick(patterns: Record<string, Pattern>, columns: string[]): Record<string, Pattern> {
  return Object.fromEntries(
    columns.flatMap((column) => {
      const pattern = patterns[column]
      return pattern ? [[column, pattern] as const] : []
    }),
  )
}

/** What must be as it was after a refusal: the things the request was about are there unchanged, and nothing was added. */
export function rowsAfterRefusal(
  knowledge: Knowledge,
  subject: Case,
  first: Sighting,
  second: Sighting,
): RowExpectation[] {
  if (!first.rows || !second.rows) return []
  const sources = sourcesOf(subject, first, second, false)
  const expectations: RowExpectation[] = []
  for (const name of aboutWhat(knowledge, subject)) {
    const binding = subject.arrange.find((candidate) => candidate.name === name)
    const learned = binding && knowledge.learned.get(binding.recipe)
    if (!learned?.key || !learned.table) continue
    const a = knowledge.rowOf(learned.recipe.name, first.made.get(name), first.rows.after)
    const b = knowledge.rowOf(learned.recipe.name, second.made.get(name), second.rows.after)
    if (!a || !b) continue
    const { column, at, path } = learned.key
    const where: Record<string, Pattern> = { [column]: { is: 'same', from: name, at, path, provenance: 'promised' } }
    const patterns = patternsOf(a, b, sources, false)
    expectations.push({
      table: learned.table,
      change: 'unchanged',
      where,
      values: promise(visible(knowledge, learned.table, patterns, where)),
      count: 1,
    })
  }
  const added =
    subject.kind === 'repeat'
      ? stillThere(knowledge, subject, first, second)
      : nothingAdded(knowledge, subject, first, second)
  if (added) expectations.push(added)
  return dedupe(expectations)
}

/** That a refusal changes nothing is promised, whatever the values rest on. */
export function promise(values: Record<string, Pattern>): Record<string, Pattern> {
  return Object.fromEntries(
    Object.entries(values).map(([column, pattern]) => [
      column,
      'provenance' in pattern ? { ...pattern, provenance: 'promised' as const } : pattern,
    ]),
  )
}

/** Bindings whose rows the request could have changed: what its path names, else the account that asks. */
function aboutWhat(knowledge: Knowledge, subject: Case): string[] {
  const { params, credential, endpoint } = subject.act
  // What stands against a creation is what its body refers to.
  if (subject.kind === 'workflow' && endpoint.startsWith('POST') && !knowledge.isAction(endpoint))
    return [...new Set(referencesOf(subject.act.body))]
  // An unknown thing has no row, and adding below a thing does not touch it.
  const unknown = subject.kind === 'not_found' && Object.values(params).some((expr) => expr.is !== 'ref')
  if (unknown || (endpoint.startsWith('POST') && !knowledge.isAction(endpoint))) return []
  const named = Object.values(params).flatMap((expr) => (expr.is === 'ref' ? [expr.from] : []))
  if (named.length > 0) {
    const last = named.at(-1)
    return last ? [last] : []
  }
  if (credential.is === 'none') return []
  return credential.as && knowledge.recipes.get(credential.as) ? [credential.as] : []
}

function nothingAdded(knowledge: Knowledge, subject: Case, first: Sighting, second: Sighting): RowExpectation | null {
  const made = writerOf(knowledge, subject)
  if (!made?.table || !first.rows || !second.rows) return null
  const where =
    uniqueSent(knowledge, made, subject, first) ??
    ownedBy(made, knowledge, subject) ??
    belowParent(made, knowledge, subject)
  if (!where) return null
  for (const sighting of [first, second]) {
    if (sighting.changes.some((change) => change.change === 'inserted' && change.table === made.table)) return null
    if (arrangedRows(knowledge, made, subject, sighting).some((row) => fits(row, where, sighting))) return null
  }
  return { table: made.table, change: 'inserted', where, values: {}, count: 0 }
}

/** What the first time added is as it was, neither gone nor doubled. */
function stillThere(knowledge: Knowledge, subject: Case, first: Sighting, second: Sighting): RowExpectation | null {
  const made = writerOf(knowledge, subject)
  if (!made?.table) return null
  const { table } = made
  const where = { ...belowParent(made, knowledge, subject), ...ownedBy(made, knowledge, subject) }
  if (Object.keys(where).length === 0) return null
  const counts = [first, second].map(
    (sighting) => (sighting.rows?.after[table] ?? []).filter((row) => fits(row, where, sighting)).length,
  )
  const [count] = counts
  if (!count || counts[1] !== count) return null
  return { table, change: 'unchanged', where, values: {}, count }
}

function writerOf(knowledge: Knowledge, subject: Case): Learned | undefined {
  return [...knowledge.learned.values()].find((learned) => endpointKey(learned.endpoint) === subject.endpoint)
}

/** Rows of that table that the arrangement itself made. The pool may hold more, which no test would see. */
function arrangedRows(knowledge: Knowledge, made: Learned, subject: Case, { made: things, rows }: Sighting): Row[] {
  return subject.arrange.flatMap((binding) => {
    if (!rows || knowledge.learned.get(binding.recipe)?.table !== made.table) return []
    const row = knowledge.rowOf(binding.recipe, things.get(binding.name), rows.after)
    return row ? [row] : []
  })
}

/** Is this row the one that the pattern means in that sighting? */
export function fits(row: Row, where: Record<string, Pattern>, sighting: Sighting): boolean {
  return Object.entries(where).every(
    ([column, pattern]) => pattern.is === 'same' && String(row[column]) === String(madeValue(pattern, sighting)),
  )
}

function madeValue(pattern: Extract<Pattern, { is: 'same' }>, sighting: Sighting): Json | undefined {
  if (pattern.from === 'act') return valueAt(sighting.act.body, pattern.path)
  return valueAt(sighting.made.get(pattern.from)?.[pattern.at], pattern.path)
}

/** The fresh value that the refused request carried, by the column it would have landed in. */
function uniqueSent(
  knowledge: Knowledge,
  made: Learned,
  subject: Case,
  first: Sighting,
): Record<string, Pattern> | null {
  const columns = knowledge.table(made.table)?.columns ?? []
  for (const { path, expr } of exprLeaves(subject.act.body)) {
    if (expr.is !== 'unique' && expr.is !== 'text') continue
    const column = columns.find((candidate) => plainName(candidate.name) === plainName(lastKey(path)))
    if (!column || valueAt(first.act.body, path) === undefined) continue
    return { [column.name]: { is: 'same', from: 'act', at: 'request', path, provenance: 'promised' } }
  }
  return null
}

/** Else: nothing there of the account that asked. */
function ownedBy(made: Learned, knowledge: Knowledge, subject: Case): Record<string, Pattern> | null {
  if (made.owners.length === 0) return null
  const used = new Set(bindingsOf(subject.act))
  const where: Record<string, Pattern> = {}
  for (const owner of made.owners) {
    const person = knowledge.learned.get(owner.actor)
    const binding = subject.arrange.find((candidate) => candidate.name === owner.need) ?? null
    if (person?.key?.at !== 'response' || !binding || !used.has(binding.name)) return null
    where[owner.column] = {
      is: 'same',
      from: binding.name,
      at: 'response',
      path: person.key.path,
      provenance: 'promised',
    }
  }
  return where
}

/** Else: nothing below the thing that the path names. */
function belowParent(made: Learned, knowledge: Knowledge, subject: Case): Record<string, Pattern> | null {
  for (const expr of Object.values(subject.act.params)) {
    const binding = expr.is === 'ref' ? subject.arrange.find((candidate) => candidate.name === expr.from) : undefined
    const parent = binding && knowledge.learned.get(binding.recipe)
    const foreign = knowledge.table(made.table)?.foreignKeys.find((key) => parent && key.table === parent.table)
    const [column] = foreign?.columns ?? []
    if (!binding || !column || parent?.key?.at !== 'response' || foreign?.references[0] !== parent.key.column) continue
    return {
      [column]: { is: 'same', from: binding.name, at: 'response', path: parent.key.path, provenance: 'promised' },
    }
  }
  return null
}

function dedupe(expectations: RowExpectation[]): RowExpectation[] {
  const seen = new Set<string>()
  return expectations.filter((expectation) => {
    const key = JSON.stringify([expectation.table, expectation.change, expectation.where])
    if (seen.has(key)) return false
    seen.add(key)
    return true
  })
}
