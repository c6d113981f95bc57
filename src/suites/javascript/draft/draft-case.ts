import type { RowChange } from '../../../contracts/environment.ts'
import type { Case, Expected, Observation } from '../../../contracts/observation.ts'
import { followDocs, inlineDoc, observedOnly, ownRowsDocs, responseDocs } from './assertions.ts'
import type { Told } from './beside.ts'
import { bindingDocs } from './bindings.ts'
import { actPaths, areOwn, type CaseScope, createCaseScope, type DraftContext } from './case-scope.ts'
import { exprDoc, requestDoc } from './expressions.ts'
import type { Code } from './print/code.ts'
import { type Doc, join, mark, newline, printDoc } from './print/doc.ts'
import { rowDocs } from './row-assertions.ts'

/** One `test` or `test.each` of a describe block. */
export interface DraftedTest {
  kind: Observation['case']['kind']
  doc: Doc
  /** Titles as the runner will show them, with the case each came from. */
  cases: { title: string; id: string }[]
  review: { id: string; observed: string[] } | null
}

/** Arrange – act – assert for one case, with a blank line before the act. */
export function draftCase(observation: Observation, context: DraftContext): DraftedTest {
  const subject = observation.case
  const { code } = context
  const scope = createCaseScope(context, subject, referredPaths(observation))
  const body = caseBody(observation, scope, context)
  const title = subject.title
  const doc = code.statement(
    code.call(code.style.caseWord, [code.string(title), code.arrow([], body, { async: true })]),
  )
  return { kind: subject.kind, doc, cases: [{ title, id: subject.id }], review: reviewOf([observation]) }
}

/** What a table of cases supplies in place of the case's own. */
export interface TableParts {
  changes?: string
  query?: Doc
  followQuery?: Doc
  headers?: string
  status?: string
  /** Statements after the arrangement. */
  prepare?: Doc[]
  /** Their own looks at rows differ. */
  looksAtAll?: boolean
}

/** Statements of a test. */
export function caseBody(
  { case: subject, expected, follow, passes, answered = expected.body }: Told,
  scope: CaseScope,
  context: DraftContext,
  table: TableParts = {},
): Doc[] {
  const { code } = context
  const assertions = responseDocs(expected, 'response', scope, table.status)
  const answers = passes.map(({ act, rows }) => ({ body: act.response.json, rows }))
  const changes = passes.map((pass) => pass.rows)
  const rows =
    table.looksAtAll || showsNoChange(subject.endpoint, expected, changes, context)
      ? ownRowsDocs(scope)
      : rowDocs(expected.rows, scope, { repeats: /repeat|duplicate|workflow/.test(subject.kind), changes, answers })
  scope.holdAnswer(answered, passes[0]?.act.response.json)
  const later = followDocs(subject.follow, follow, scope, table.followQuery)
  const act = scope.act()
  const request = requestDoc(act, scope, {
    body: scope.bodyDoc(table.changes),
    query: table.query,
    headers: table.headers,
  })
  const hoisted = scope.hoisted(table.changes)
  const made = bindingDocs(subject.arrange, scope, context)
  const removed = subject.removed ? [removalDoc(subject.removed, scope)] : []
  const arrange = [...made, ...removed, ...(table.prepare ?? []), ...hoisted, ...rows.before]
  return [...arrange, ...gapAfter(arrange, code), ...actDocs(), ...rows.after, ...later]

  /** Request and assertion in one line where that is enough. */
  function actDocs(): Doc[] {
    const isNeeded = mentionsResponse([...rows.after, ...later])
    const inline = isNeeded ? null : inlineDoc(assertions, 'response', request, scope)
    if (inline) return [[mark(subject.id), inline]]
    return [code.constant('response', request), [mark(subject.id), assertions[0] as Doc], ...assertions.slice(1)]
  }
}

/** `await removeRow('users', user.id)` */
function removalDoc({ table, column, value }: NonNullable<Case['removed']>, scope: CaseScope): Doc {
  const { code, uses } = scope
  uses.helpers.add('removeRow')
  const key = exprDoc(value, scope)
  const where = column === 'id' ? [key] : [key, code.string(column)]
  return code.statement(['await ', code.call('removeRow', [code.string(table), ...where])])
}

const mentionsResponse = (docs: Doc[]) =>
  /\bresponse\b/.test(printDoc(docs, { width: Number.POSITIVE_INFINITY, indent: '' }).text)

/** A blank line between a long arrangement and the act. */
export function gapAfter(arrange: Doc[], { style }: Code): Doc[] {
  const { text } = printDoc(join(newline, arrange), {
    width: style.width - style.indent.length,
    indent: style.indent,
  })
  return text.trimEnd().split('\n').length > 2 ? [''] : []
}

/** Nothing changed, and more is to be seen of that than that one row was not added. */
function showsNoChange(
  endpoint: string,
  { status, rows: looks }: Expected,
  passes: RowChange[][],
  context: DraftContext,
): boolean {
  if (passes.length === 0 || passes.some((rows) => rows.length > 0)) return false
  const [only, ...others] = looks
  if (!only) return status >= 400 && context.database !== null && writes(endpoint, context)
  const isAddition = only.change === 'inserted' && only.count === 0 && others.length === 0
  return !isAddition && areOwn(looks, context)
}

/** Does a success of the endpoint change rows? */
const writes = (endpoint: string, { observations }: DraftContext) =>
  observations.some(
    ({ case: subject, expected }) =>
      subject.endpoint === endpoint &&
      subject.kind === 'success' &&
      expected.rows.some(({ change }) => change !== 'unchanged'),
  )

export function referredPaths({ expected, follow, case: subject }: Observation) {
  const patterns = [expected, ...follow].flatMap(({ body, rows, headers }) => [
    ...(body ? [body] : []),
    ...Object.values(headers),
    ...rows.flatMap(({ where, values }) => [...Object.values(where), ...Object.values(values)]),
  ])
  const templates = subject.follow.flatMap(({ params, query, body }) => [
    ...Object.values(params),
    ...Object.values(query),
    ...(body ? [body] : []),
  ])
  const inTemplates = templates.flatMap((expr) =>
    expr.is === 'ref' && expr.from === 'act' && expr.at === 'request' ? [expr.path] : [],
  )
  return [...actPaths(patterns), ...inTemplates]
}

/** For the reader of the review: one item a test, naming at most a few values. */
export function reviewOf(observations: Observation[]): DraftedTest['review'] {
  const [first] = observations
  const observed = [
    ...new Set(observations.flatMap(({ expected, follow }) => [expected, ...follow].flatMap(observedOnly))),
  ]
  return first && observed.length > 0 ? { id: first.case.id, observed } : null
}
