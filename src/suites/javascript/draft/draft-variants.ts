import type { Expr, Observation, Pattern, RowExpectation } from '../../../contracts/observation.ts'
import { bindingDocs } from './bindings.ts'
import { type Changes, type Common, commonOf, departures, shell } from './body-changes.ts'
import { builderFor } from './builders.ts'
import { createCaseScope, type DraftContext } from './case-scope.ts'
import { type DraftedTest, gapAfter, reviewOf } from './draft-case.ts'
import { exprDoc, requestDoc } from './expressions.ts'
import { patternAt, walkPattern } from './json.ts'
import { plain, snake } from './names.ts'
import { patternDoc } from './patterns.ts'
import { type Doc, mark } from './print/doc.ts'
import { storedDoc } from './row-assertions.ts'
import { shortTitles, splitTitles } from './titles.ts'

/** What an endpoint also accepts: the same request but for a few keys, of which alone the tests speak. */
export interface Variants {
  members: Observation[]
  rows: Variant[]
  /** Where the entity is in the answer. */
  path: string[]
  /** The body of the usual request. */
  common: Common
  /** The look at the row that each of them writes; `hasColumns`: there is one for each key shown. */
  stored: { row: RowExpectation; hasColumns: boolean } | null
}

interface Variant {
  changes: Changes
  /** What the answer shows of the keys changed. */
  shown: Record<string, Pattern>
}

/** Successes beside the first one whose answers can be told by the keys they change. */
export function findVariants(observations: Observation[]): Variants | null {
  const [main, ...others] = observations.filter(({ case: { kind } }) => kind === 'success')
  if (!main?.case.act.body) return null
  const common = commonOf(observations, main.case.endpoint)
  const usual = departures(main.case.act.body, common)
  if (!usual || Object.keys(usual).length > 0) return null
  let path: string[] | null = null
  const found = others.flatMap((observation) => {
    const changes = departures(observation.case.act.body, common)
    const isVariant = changes && isAlike(observation, main) && observation.follow.length === 0
    const at = isVariant ? entityPath(observation.expected.body, Object.keys(changes)) : null
    const shown = changes && at ? shownOf(observation, changes, at, common.path.map(String)) : null
    if (!changes || !at || !shown || (path && String(path) !== String(at))) return []
    path = at
    return [{ observation, changes, shown }]
  })
  if (found.length === 0 || !path) return null
  const looks = found.map(({ observation, shown }) => lookOf(observation, Object.keys(shown)))
  const [look] = looks
  const isSameRow = look && looks.every((one) => one && rowKey(one.row) === rowKey(look.row))
  return {
    members: found.map(({ observation }) => observation),
    rows: found.map(({ changes, shown }) => ({ changes, shown })),
    path,
    common,
    stored: isSameRow ? { row: look.row, hasColumns: looks.every((one) => one?.hasColumns) } : null,
  }
}

/** The same arrangement and request, its body aside, and the same status. */
function isAlike(one: Observation, other: Observation): boolean {
  const fixed = ({ case: { arrange, act }, expected }: Observation) =>
    JSON.stringify([arrange, { ...act, body: null }, expected.status, Object.keys(expected.headers)])
  return fixed(one) === fixed(other)
}

/** The shortest way to an object that has one of the keys. */
function entityPath(body: Pattern | null, keys: string[]): string[] | null {
  let best: string[] | null = null
  walkPattern(body, (pattern, path) => {
    const isShorter = !best || path.length < best.length
    if (pattern.is === 'object' && isShorter && keys.some((key) => key in pattern.properties)) best = path.map(String)
  })
  return best
}

/** `null` when a key is answered by something that only the test knows, or when none is answered. */
function shownOf(
  { expected, case: subject }: Observation,
  changes: Changes,
  path: string[],
  sentPath: string[],
): Variant['shown'] | null {
  const entity = path.reduce<Pattern | null>(
    (pattern, key) => (pattern?.is === 'object' ? (pattern.properties[key] ?? null) : null),
    expected.body,
  )
  if (entity?.is !== 'object') return null
  const shown: Variant['shown'] = {}
  for (const [key, sent] of Object.entries(changes)) {
    if (hasFresh(sent)) return null
    const pattern = entity.properties[key]
    if (!pattern) continue
    const isSent =
      pattern.is === 'same' &&
      pattern.from === 'act' &&
      pattern.at === 'request' &&
      String(pattern.path) === String([...sentPath, key])
    const value = isSent ? literalOf(sent) : undefined
    if (value) shown[key] = value
    else if (mentionsTest(pattern)) return null
    else shown[key] = pattern
  }
  return Object.keys(shown).length > 0 && subject.act.body ? shown : null
}

function literalOf(expr: Expr | undefined): Pattern | undefined {
  return expr?.is === 'literal' ? { is: 'equals', value: expr.value, provenance: 'observed' } : undefined
}

const hasFresh = (expr: Expr | undefined) => JSON.stringify(expr ?? null).includes('"is":"unique"')

function mentionsTest(pattern: Pattern): boolean {
  let found = false
  walkPattern(pattern, (inner) => {
    if (inner.is === 'same') found = true
  })
  return found
}

const rowKey = ({ table, where }: RowExpectation) => JSON.stringify([table, where])

/** The look at the one row written, best one that has a column for each of the keys. */
function lookOf({ expected }: Observation, keys: string[]): Variants['stored'] {
  const hasAll = ({ values }: RowExpectation) => {
    const columns = Object.keys(values).map(plain)
    return keys.every((key) => columns.includes(plain(key)))
  }
  const isWritten = ({ change, count }: RowExpectation) => change !== 'deleted' && change !== 'unchanged' && count === 1
  const written = expected.rows.filter(isWritten)
  const row = written.find(hasAll) ?? written[0]
  return row ? { row, hasColumns: hasAll(row) } : null
}

/** One test for one variant, a table for several. */
export function draftVariants({ members, rows, path, stored, common }: Variants, context: DraftContext): DraftedTest {
  const { code } = context
  const [first] = members as [Observation]
  const [only] = rows as [Variant]
  const several = rows.length > 1
  const usual: Expr = { is: 'object', properties: common.properties }
  const { endpoint, arrange: made } = first.case
  const isBuilt = builderFor(context.factories, { endpoint, path: common.path, arrange: made }, usual) !== null
  const changed = several || isBuilt
  const subject = changed ? { ...first.case, act: { ...first.case.act, body: shell(common) } } : first.case
  const scope = createCaseScope(context, subject, [], { inline: true })
  const names = { changes: scope.take(['changes', 'change']), shown: scope.take(['shown', 'answered']) }
  const changesDoc = ({ changes }: Variant) =>
    code.object(
      Object.entries(changes).map(([key, expr]) => ({ key, value: expr ? exprDoc(expr, scope) : 'undefined' })),
    )
  const shownDoc = ({ shown }: Variant) =>
    code.object(Object.entries(shown).map(([key, pattern]) => ({ key, value: patternDoc(pattern, scope) })))
  // Often an answer shows just what was sent.
  const echoes = (row: Variant) => JSON.stringify(changesDoc(row)) === JSON.stringify(shownDoc(row))
  const allEcho = rows.every(echoes)
  const shown: Doc = several ? (allEcho ? names.changes : names.shown) : shownDoc(only)
  const part = (inner: Doc) => code.call('expect.objectContaining', [inner])
  const body = path.toReversed().reduce<Doc>((inner, key, index) => {
    const around = patternAt(first.expected.body as Pattern, path.slice(0, path.length - 1 - index))
    const isSole = around?.is === 'object' && Object.keys(around.properties).length === 1
    const object = code.object([{ key, value: inner }])
    return isSole ? object : part(object)
  }, part(shown))
  const assertion = code.statement(code.call('expectResponse', ['response', String(first.expected.status), body]))
  const look = stored && storedDoc(stored.row, stored.hasColumns ? columnsDoc() : null, scope)
  const bodyChanges = several ? names.changes : changed ? changesDoc(only) : undefined
  const request = requestDoc(scope.act(), scope, { body: scope.bodyDoc(bodyChanges) })
  const hoisted = scope.hoisted(bodyChanges)
  const arrange = [...bindingDocs(subject.arrange, scope, context), ...hoisted]
  const statements = [
    ...arrange,
    ...gapAfter(arrange, code),
    code.constant('response', request),
    [mark(first.case.id), assertion],
    ...(look ? [look] : []),
  ]
  const titles = shortTitles(members.map(({ case: { title } }) => title))
  const split = splitTitles(titles)
  const cells = rows.map((row, index) =>
    code.array([code.string(split.labels[index] as string), changesDoc(row), ...(echoes(row) ? [] : [shownDoc(row)])]),
  )
  const run = code.arrow(
    several
      ? [
          '_',
          names.changes,
          ...(allEcho
            ? []
            : [
                rows.some(echoes)
                  ? `${names.shown}${code.style.typescript ? ': object' : ''} = ${names.changes}`
                  : names.shown,
              ]),
        ]
      : [],
    statements,
    { async: true },
  )
  const doc: Doc = several
    ? code.each(code.style.caseWord, code.rows(cells), split.pattern, run)
    : code.call(code.style.caseWord, [code.string(titles[0] as string), run])
  const cases = members.map(({ case: { id } }, index) => ({ title: titles[index] as string, id }))
  return { kind: 'success', doc: code.statement(doc), cases, review: reviewOf(members) }

  function columnsDoc(): Doc {
    const keys = rows.flatMap((row) => Object.keys(row.shown))
    if (keys.every((key) => snake(key) === key)) return shown
    scope.uses.helpers.add('columnsOf')
    return code.call('columnsOf', [shown])
  }
}
