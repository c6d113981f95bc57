import type { RowChange } from '../../../contracts/environment.ts'
import type { Json, JsonPath } from '../../../contracts/json.ts'
import type { Expected, Pattern, RequestTemplate, RowExpectation } from '../../../contracts/observation.ts'
import type { CaseScope } from './case-scope.ts'
import { errorParts, invalidParts } from './errors.ts'
import { requestDoc } from './expressions.ts'
import { isObject, responseEntityPath, valueAt, walkPattern } from './json.ts'
import { camel, snake } from './names.ts'
import { patternDoc } from './patterns.ts'
import { type Doc, newline } from './print/doc.ts'

/** `expectResponse(response, 200, { … })` and what must hold of headers. */
export function responseDocs(expected: Expected, response: string, scope: CaseScope, status?: string): Doc[] {
  const { code } = scope
  const args: Doc[] = [response, status ?? String(expected.status)]
  const parts = expected.status >= 400 ? errorParts(expected.body, scope.errors) : null
  const invalid = parts && !status ? invalidParts(expected.status, parts, scope.errors) : null
  const helper = invalid ? 'expectInvalid' : parts ? 'expectError' : 'expectResponse'
  scope.uses.helpers.add(helper)
  if (invalid) args.pop()
  const shown = invalid ?? parts ?? (expected.body ? [expected.body] : [])
  args.push(...shown.map((part) => patternDoc(part, scope)))
  const docs = [code.statement(code.call(helper, args))]
  const headers = Object.entries(expected.headers)
  if (headers.length > 0) {
    const wanted = code.object(
      headers.map(([key, pattern]) => ({ key: key.toLowerCase(), value: patternDoc(pattern, scope) })),
    )
    docs.push(code.statement(code.call(`expect(${response}.headers).toMatchObject`, [wanted])))
  }
  return docs
}

/** Compares all rows that the test made before and after the act; for acts that were seen to change none at all. */
export function ownRowsDocs(scope: CaseScope): { before: Doc[]; after: Doc[] } {
  const { code } = scope
  scope.uses.helpers.add('ownRows')
  const name = scope.take(['before', 'ownBefore'])
  return {
    before: [code.constant(name, 'await ownRows()')],
    after: [code.statement(`expect(await ownRows()).toEqual(${name})`)],
  }
}

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
    const look = lookDoc(expectation, scope)
    if (!look) continue
    const { code } = scope
    const kept = expectation.change === 'unchanged' && expectation.count > 0
    // An insert that must not happen again: the first one is there.
    const again = expectation.change === 'inserted' && expectation.count === 0 && seen.repeats
    if ((kept || again) && !refersToAnswer(expectation)) {
      const name = scope.take(['before', camel(`${expectation.table}_before`)])
      before.push(code.constant(name, look))
      after.push(code.statement(code.call([code.call('expect', [look]), '.toEqual'], [name])))
      continue
    }
    const changed = changedColumns(expectation, seen.changes)
    if (changed && !refersToAnswer(expectation)) {
      const name = scope.take(['before', camel(`${expectation.table}_before`)])
      before.push(code.constant(`[${name}]`, look))
      const sent = sentColumns(expectation, changed, name, scope)
      const rest = changed.filter((key) => !sent?.columns.includes(key))
      // An update that moves the time of creation is a finding, which no test takes for granted.
      const held = (key: string) => (TIME_OF_BIRTH.test(key) ? undefined : expectation.values[key])
      const entries = rest.map((key) => ({ key, value: columnDoc(held(key), scope) }))
      const row = code.object([{ spread: name }, ...(sent ? [{ spread: sent.code }] : []), ...entries])
      after.push(code.statement(code.call([code.call('expect', [look]), '.toEqual'], [code.array([row])])))
      continue
    }
    after.push(foundDoc(expectation, look, scope, seen.answers))
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
  before: string,
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
  scope.uses.helpers.add('columnsOf')
  return { code: `columnsOf(${sent.use()}${isAll ? '' : `, ${before}`})`, columns }
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
  beside: number
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
      const column = snake(key)
      const held = only.row[column]
      const set = held === undefined ? beside : JSON.stringify(held) === JSON.stringify(value) ? equal : other
      set.add(column)
    }
  }
  for (const column of other) equal.delete(column)
  return equal.size >= MANY ? { path, equal, other, beside: beside.size } : null
}

function foundDoc(expectation: RowExpectation, look: Doc, scope: CaseScope, answers: Answered[] = []): Doc {
  const { change, count, values } = expectation
  const { code } = scope
  const found = code.call('expect', [look])
  const wanted = change === 'deleted' ? 0 : count
  if (wanted === 0) return code.statement(code.call([found, '.toEqual'], ['[]']))
  const mayDiffer = (column: string, pattern: Pattern) =>
    pattern.is === 'anything' || (/_?(at|on)$/i.test(column) && isAnswered(pattern) && !refersToAnswer(expectation))
  const entries = Object.entries(values).filter(([column, pattern]) => !mayDiffer(column, pattern))
  if (entries.length === 0) return code.statement(code.call([found, '.toHaveLength'], [String(wanted)]))
  const answered = entries.length > 1 ? answeredColumns(expectation, answers) : null
  const isExact = answered !== null && answered.other.size + answered.beside === 0
  const isSole = 'id' in expectation.where && answered !== null && entries.length > MANY
  if (isSole && !isExact) return matchDoc(answered, entries, look, scope)
  const rest = entries.filter(([key]) => !isExact || !answered.equal.has(key))
  const beside = rest.map(([key, pattern]) => ({ key, value: patternDoc(pattern, scope) }))
  if (isExact) scope.uses.helpers.add('columnsOf')
  const known = isExact ? `columnsOf(${code.member('response.body', answered.path)})` : ''
  const columns = !known ? code.object(beside) : beside.length > 0 ? code.object([{ spread: known }, ...beside]) : known
  const row = code.call('expect.objectContaining', [columns])
  return code.statement(code.call([found, '.toEqual'], [code.array(Array.from({ length: wanted }, () => row))]))
}

/** The row found by its id, compared with what of the answer is in it. */
function matchDoc(answered: AnsweredColumns, entries: [string, Pattern][], look: Doc, scope: CaseScope): Doc {
  const { code } = scope
  scope.uses.helpers.add('columnsOf')
  const row = scope.take(['row', 'stored'])
  const rest = new Map(entries.filter(([key]) => !answered.equal.has(key)))
  const columns = new Set([...rest.keys(), ...answered.other])
  const wanted = code.object([
    { spread: `columnsOf(${code.member('response.body', answered.path)}, ${row})` },
    ...[...columns].map((key) => ({ key, value: columnDoc(rest.get(key), scope) })),
  ])
  const compared = code.statement(code.call(`expect(${row}).toMatchObject`, [wanted]))
  return [code.constant(`[${row}]`, look), newline, compared]
}

/** That the one row looked for has these columns, or is there at all; `null` when nothing exact finds it. */
export function storedDoc(expectation: RowExpectation, columns: Doc | null, scope: CaseScope): Doc | null {
  const look = lookDoc(expectation, scope)
  const { code } = scope
  if (look && !columns) return code.statement(code.call([code.call('expect', [look]), '.toHaveLength'], ['1']))
  const row = code.call('expect.objectContaining', [columns ?? '{}'])
  return look && code.statement(code.call([code.call('expect', [look]), '.toEqual'], [code.array([row])]))
}

/** `await rows('articles', { slug: article.slug })`, or `null` when nothing exact finds the row. */
function lookDoc({ table, where }: RowExpectation, scope: CaseScope): Doc | null {
  const exact = Object.entries(where).filter(([, pattern]) => pattern.is === 'equals' || pattern.is === 'same')
  // A look at a whole table would see a stranger's rows.
  if (exact.length === 0) return null
  scope.uses.helpers.add('rows')
  const { code } = scope
  const conditions = code.object(exact.map(([key, pattern]) => ({ key, value: patternDoc(pattern, scope) })))
  return ['await ', code.call('rows', [code.string(table), conditions])]
}

function refersToAnswer(expectation: RowExpectation): boolean {
  return Object.values(expectation.where).some(isAnswered)
}

/** Times of other rows than the one answered only happen to be the same. */
const isAnswered = (pattern: Pattern) => pattern.is === 'same' && pattern.from === 'act' && pattern.at === 'response'

/** A further request and what it must answer; blank line between request and assertion. */
export function followDocs(templates: RequestTemplate[], expected: Expected[], scope: CaseScope, query?: Doc): Doc[] {
  return templates.flatMap((template, index): Doc[] => {
    const held = expected[index]
    if (!held) return []
    const name = scope.take(template.endpoint.startsWith('GET ') ? ['reread', 'rereadLater'] : ['again', 'afterwards'])
    const assertions = responseDocs(held, name, scope)
    return [
      '',
      scope.code.constant(name, requestDoc(template, scope, query ? { query } : {})),
      ...assertions,
      ...rowDocs(held.rows, scope).after,
    ]
  })
}

/** What of an expectation rests on nothing but having been seen; names for a reader. */
export function observedOnly(expected: Expected): string[] {
  const observed = expected.statusProvenance === 'observed' ? [`status ${expected.status}`] : []
  const note = (pattern: Pattern | null, root: string) =>
    walkPattern(pattern, (inner, path) => {
      if (inner.is === 'equals' && inner.provenance === 'observed') observed.push([root, ...path].join('.'))
    })
  note(expected.body, 'body')
  for (const { table, values, change } of expected.rows)
    if (change !== 'unchanged')
      for (const [column, pattern] of Object.entries(values)) note(pattern, `${table}.${column}`)
  return observed
}
