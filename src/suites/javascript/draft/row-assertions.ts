import type { RowChange } from '../../../contracts/environment.ts'
import type { Json, JsonPath } from '../../../contracts/json.ts'
import type { Pattern, RowExpectation } from '../../../contracts/observation.ts'
import type { CaseScope } from './case-scope.ts'
import { isObject, responseEntityPath, valueAt } from './json.ts'
import { camel, snake } from './names.ts'
import { patternDoc } from './patterns.ts'
import type { Doc } from './print/doc.ts'

/** Looks at rows before the act, and the assertions after it. */
export function rowDocs(
  expectations: RowExpectation[],
  scope: CaseScope,
  seen: { repeats: boolean; changes: RowChange[][]; answers: Answered[] } = {
    repeats: false,
    changes: [],
    answers: [],
  },
): { before: Doc[]; after: Doc[] } {
  const before: Doc[] = []
  const after: Doc[] = []
  for (const expectation of expectations) {
    const { code } = scope
    const kept = expectation.change === 'unchanged' && expectation.count > 0
    // An insert that must not happen again: the first one is there.
    const again = expectation.change === 'inserted' && expectation.count === 0 && seen.repeats
    if ((kept || again) && !refersToAnswer(expectation)) {
      const look = lookDoc(expectation, scope)
      if (!look) continue
      const name = scope.take(['before', camel(`${expectation.table}_before`)])
      before.push(code.constant(name, look))
      after.push(code.statement(code.call([code.call('expect', [look]), '.toEqual'], [name])))
      continue
    }
    const changed = changedColumns(expectation, seen.changes)
    if (changed && !refersToAnswer(expectation)) {
      const look = lookDoc(expectation, scope)
      if (!look) continue
      const name = scope.take(['before', camel(`${expectation.table}_before`)])
      before.push(code.constant(`[${name}]`, look))
      const sent = sentColumns(expectation, changed, scope)
      const rest = changed.filter((key) => !sent?.columns.includes(key))
      // An update that moves the time of creation is a finding, which no test takes for granted.
      const held = (key: string) => (TIME_OF_BIRTH.test(key) ? undefined : expectation.values[key])
      const entries = rest.map((key) => ({ key, value: columnDoc(held(key), scope) }))
      const row = code.object([{ spread: name }, ...(sent ? [{ spread: sent.code }] : []), ...entries])
      after.push(code.statement(code.call([code.call('expect', [look]), '.toEqual'], [code.array([row])])))
      continue
    }
    const found = foundDoc(expectation, scope, seen.answers)
    if (found) after.push(found)
  }
  return { before, after }
}

const columnDoc = (pattern: Pattern | undefined, scope: CaseScope) =>
  patternDoc(pattern ?? { is: 'anything', why: 'differs from call to call' }, scope)

/** The columns of the one row of the table that an update changed in any pass; `null` when that cannot be told. */
function changedColumns(
  { table, change, where, values, count }: RowExpectation,
  passes: RowChange[][],
): string[] | null {
  if (change !== 'updated' || count !== 1 || passes.length === 0) return null
  const columns = new Set<string>()
  for (const rows of passes) {
    const [only, ...others] = rows.filter((row) => row.table === table)
    if (only?.change !== 'updated' || others.length > 0) return null
    const { before, after } = only
    for (const column of Object.keys(after)) {
      const changed = JSON.stringify(before[column]) !== JSON.stringify(after[column])
      // A time of change may be the same as before when both fall into one second.
      const timed =
        (isTime(after[column]) || /^(updated|modified|changed)_?(at|on)$/i.test(column)) &&
        !TIME_OF_BIRTH.test(column) &&
        values[column]?.is !== 'same' &&
        values[column]?.is !== 'equals'
      // Secrets are blanked in what is recorded.
      const held = values[column]
      const hidden = held?.is === 'format' && /hash|jwt|string/.test(held.format)
      if (changed || timed || hidden) columns.add(column)
    }
  }
  if (columns.size === 0 || [...columns].some((column) => column in where)) return null
  return [...columns]
}

/** The columns that hold just what was sent, where they are several; `null` otherwise. */
function sentColumns(
  { values }: RowExpectation,
  changed: string[],
  scope: CaseScope,
): { code: string; columns: string[] } | null {
  const sent = scope.sent()
  const keys = Object.keys(sent?.properties ?? {})
  if (!sent) return null
  const isSent = (key: string) => {
    const pattern = values[snake(key)]
    const expr = sent.properties[key]
    if (pattern?.is === 'equals')
      return expr?.is === 'literal' && JSON.stringify(expr.value) === JSON.stringify(pattern.value)
    const path = String([...sent.path, key])
    return pattern?.is === 'same' && pattern.from === 'act' && pattern.at === 'request' && String(pattern.path) === path
  }
  const columns = keys.filter(isSent).map(snake)
  const isAll = columns.length === keys.length
  // What is left is no column, or is said beside.
  if (
    columns.length < MANY ||
    !keys.every((key) => isSent(key) || !(snake(key) in values) || changed.includes(snake(key)))
  )
    return null
  if (isAll && columns.every((column, index) => column === keys[index])) return { code: sent.use(), columns }
  const beside = keys.filter((key) => !isSent(key))
  return { code: columnsOf(sent.use(), beside, scope), columns }
}

/** Set once: an update that moves it has lost a field. */
const TIME_OF_BIRTH = /^(created|inserted|added|registered)(_?(at|on|date|time))?$/i

const isTime = (value: Json | undefined) => typeof value === 'string' && /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/.test(value)

/** An answer and the rows that the request changed. */
interface Answered {
  body: Json | undefined
  rows: RowChange[]
}

/** How the columns of the one row inserted hold what was answered. */
interface AnsweredColumns {
  path: JsonPath
  equal: Set<string>
  /** They have another value than the answer's key of that name. */
  other: Set<string>
  /** Keys of the answer that are no columns. */
  beside: Set<string>
}

const MANY = 3

/** `null` when few columns hold what was answered. */
function answeredColumns({ table, change, count }: RowExpectation, answers: Answered[]): AnsweredColumns | null {
  const [first] = answers
  if (change !== 'inserted' || count !== 1 || !first || !isObject(first.body)) return null
  const path = responseEntityPath(first.body)
  const [equal, other, beside] = [new Set<string>(), new Set<string>(), new Set<string>()]
  for (const { body, rows } of answers) {
    const inserted = rows.filter((row) => row.table === table && row.change === 'inserted')
    const [only] = inserted
    const entity = valueAt(body, path)
    if (inserted.length !== 1 || only?.change !== 'inserted' || !isObject(entity)) return null
    for (const [key, value] of Object.entries(entity)) {
      const held = only.row[snake(key)]
      if (held === undefined) beside.add(key)
      else (JSON.stringify(held) === JSON.stringify(value) ? equal : other).add(snake(key))
    }
  }
  for (const column of other) equal.delete(column)
  return equal.size >= MANY ? { path, equal, other, beside } : null
}

function foundDoc(expectation: RowExpectation, scope: CaseScope, answers: Answered[] = []): Doc | null {
  const { table, change, count, values } = expectation
  const wanted = change === 'deleted' ? 0 : count
  const where = whereDoc(expectation, scope)
  if (!where) return null
  if (wanted === 0) return rowCall('expectNoRow', table, [where], scope)
  const mayDiffer = (column: string, pattern: Pattern) =>
    pattern.is === 'anything' || (/_?(at|on)$/i.test(column) && isAnswered(pattern) && !refersToAnswer(expectation))
  const entries = Object.entries(values).filter(([column, pattern]) => !mayDiffer(column, pattern))
  if (wanted > 1) return manyDoc(expectation, entries, scope)
  if (entries.length === 0) return rowCall('expectRow', table, [where], scope)
  const answered = entries.length > 1 ? answeredColumns(expectation, answers) : null
  const isSole = 'id' in expectation.where && entries.length > MANY
  const isExact = answered !== null && answered.other.size + answered.beside.size === 0
  if (!answered || !(isSole || isExact))
    return rowCall('expectRow', table, [where, columnsDoc(new Map(entries), [], scope)], scope)
  const rest = new Map(entries.filter(([key]) => !answered.equal.has(key)))
  const columns = [...answered.other].filter((column) => !rest.has(column))
  const known = columnsOf(scope.code.member('response.body', answered.path), answered.beside, scope)
  return rowCall('expectRow', table, [where, columnsDoc(rest, columns, scope, known)], scope)
}

/** `{ ...columnsOf(response.body), author: user.id }`; just the first where it is all. */
function columnsDoc(held: Map<string, Pattern>, others: string[], scope: CaseScope, known?: string): Doc {
  const entries = [...held.keys(), ...others].map((key) => ({ key, value: columnDoc(held.get(key), scope) }))
  if (known && entries.length === 0) return known
  return scope.code.object([...(known ? [{ spread: known }] : []), ...entries])
}

/** `columnsOf(changes, 'tagList')`: what was sent or answered, without the keys that are kept elsewhere. */
function columnsOf(values: string, beside: Iterable<string>, { code, uses }: CaseScope): string {
  uses.helpers.add('columnsOf')
  return `columnsOf(${[values, ...[...beside].map(code.string)].join(', ')})`
}

function rowCall(helper: 'expectRow' | 'expectNoRow', table: string, args: Doc[], { code, uses }: CaseScope): Doc {
  uses.helpers.add(helper)
  return code.statement(['await ', code.call(helper, [code.string(table), ...args])])
}

/** That several rows are found. */
function manyDoc(expectation: RowExpectation, entries: [string, Pattern][], scope: CaseScope): Doc | null {
  const { code } = scope
  const look = lookDoc(expectation, scope)
  if (!look) return null
  const found = code.call('expect', [look])
  if (entries.length === 0) return code.statement(code.call([found, '.toHaveLength'], [String(expectation.count)]))
  const row = code.call('expect.objectContaining', [columnsDoc(new Map(entries), [], scope)])
  return code.statement(code.call([found, '.toEqual'], [code.array(Array(expectation.count).fill(row))]))
}

/** That the one row looked for has these columns, or is there at all; `null` when nothing exact finds it. */
export function storedDoc(expectation: RowExpectation, columns: Doc | null, scope: CaseScope): Doc | null {
  const where = whereDoc(expectation, scope)
  return where && rowCall('expectRow', expectation.table, [where, ...(columns ? [columns] : [])], scope)
}

/** `await rows('articles', { slug: article.slug })`, or `null` when nothing exact finds the row. */
function lookDoc(expectation: RowExpectation, scope: CaseScope): Doc | null {
  const where = whereDoc(expectation, scope)
  if (!where) return null
  scope.uses.helpers.add('rows')
  return ['await ', scope.code.call('rows', [scope.code.string(expectation.table), where])]
}

function whereDoc({ where }: RowExpectation, scope: CaseScope): Doc | null {
  const exact = Object.entries(where).filter(([, pattern]) => pattern.is === 'equals' || pattern.is === 'same')
  // A look at a whole table would see a stranger's rows.
  const [only, ...others] = exact
  if (!only) return null
  if (only[0] === 'id' && others.length === 0) return patternDoc(only[1], scope)
  return scope.code.object(exact.map(([key, pattern]) => ({ key, value: patternDoc(pattern, scope) })))
}

function refersToAnswer(expectation: RowExpectation): boolean {
  return Object.values(expectation.where).some(isAnswered)
}

/** Times of other rows than the one answered only happen to be the same. */
const isAnswered = (pattern: Pattern) => pattern.is === 'same' && pattern.from === 'act' && pattern.at === 'response'
