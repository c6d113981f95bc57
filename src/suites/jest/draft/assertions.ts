import type { Expected, Pattern, RequestTemplate, RowExpectation } from '../../../contracts/observation.ts'
import type { CaseScope } from './case-scope.ts'
import { requestDoc } from './expressions.ts'
import { walkPattern } from './json.ts'
import { camel } from './names.ts'
import { patternDoc } from './patterns.ts'
import { type Doc, mark } from './print/doc.ts'

/** `expectResponse(response, 200, { … })` and what must hold of headers. */
export function responseDocs(expected: Expected, response: string, scope: CaseScope, status?: string): Doc[] {
  const { code } = scope
  const args: Doc[] = [response, status ?? String(expected.status)]
  if (expected.body) args.push(patternDoc(expected.body, scope))
  const docs = [code.statement(code.call('expectResponse', args))]
  const headers = Object.entries(expected.headers)
  if (headers.length > 0) {
    const wanted = code.object(
      headers.map(([key, pattern]) => ({ key: key.toLowerCase(), value: patternDoc(pattern, scope) })),
    )
    docs.push(code.statement(code.call(`expect(${response}.headers).toMatchObject`, [wanted])))
  }
  return docs
}

/** Looks at rows before the act, and the assertions after it. */
export function rowDocs(
  expectations: RowExpectation[],
  scope: CaseScope,
  repeats = false,
): { before: Doc[]; after: Doc[] } {
  const before: Doc[] = []
  const after: Doc[] = []
  for (const expectation of expectations) {
    const look = lookDoc(expectation, scope)
    if (!look) continue
    const { code } = scope
    const kept = expectation.change === 'unchanged' && expectation.count > 0
    // An insert that must not happen again: the first one is there.
    const again = expectation.change === 'inserted' && expectation.count === 0 && repeats
    if ((kept || again) && !refersToAnswer(expectation)) {
      const name = scope.take(['before', camel(`${expectation.table}_before`)])
      before.push(code.constant(name, look))
      after.push(code.statement(code.call([code.call('expect', [look]), '.toEqual'], [name])))
      continue
    }
    after.push(code.statement(foundDoc(expectation, look, scope)))
  }
  return { before, after }
}

function foundDoc({ change, count, values }: RowExpectation, look: Doc, scope: CaseScope): Doc {
  const { code } = scope
  const found = code.call('expect', [look])
  const wanted = change === 'deleted' ? 0 : count
  if (wanted === 0) return code.call([found, '.toEqual'], ['[]'])
  const entries = Object.entries(values).filter(([, pattern]) => pattern.is !== 'anything')
  if (entries.length === 0) return code.call([found, '.toHaveLength'], [String(wanted)])
  const row = code.call('expect.objectContaining', [
    code.object(entries.map(([key, pattern]) => ({ key, value: patternDoc(pattern, scope) }))),
  ])
  return code.call([found, '.toEqual'], [code.array(Array.from({ length: wanted }, () => row))])
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
  return Object.values(expectation.where).some(
    (pattern) => pattern.is === 'same' && pattern.from === 'act' && pattern.at === 'response',
  )
}

/** A further request and what it must answer; blank line between request and assertion. */
export function followDocs(templates: RequestTemplate[], expected: Expected[], scope: CaseScope): Doc[] {
  return templates.flatMap((template, index): Doc[] => {
    const held = expected[index]
    if (!held) return []
    const name = scope.take(template.endpoint.startsWith('GET ') ? ['reread'] : ['again'])
    const assertions = responseDocs(held, name, scope)
    return [
      '',
      scope.code.constant(name, requestDoc(template, scope)),
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

export const markAssertion = (id: string): Doc => mark(id)
