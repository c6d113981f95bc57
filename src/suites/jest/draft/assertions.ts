import type { Expected, Pattern, RequestTemplate } from '../../../contracts/observation.ts'
import type { CaseScope } from './case-scope.ts'
import { errorParts, invalidParts } from './errors.ts'
import { requestDoc } from './expressions.ts'
import { walkPattern } from './json.ts'
import { patternDoc } from './patterns.ts'
import { type Doc, printDoc } from './print/doc.ts'
import { rowDocs } from './row-assertions.ts'

/** `expectResponse(response, 200, { … })` and what must hold of headers. */
export function responseDocs(expected: Expected, response: Doc, scope: CaseScope, status?: string): Doc[] {
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
    docs.push(code.statement([`expect(${String(response)}.headers)`, code.call('.toMatchObject', [wanted])]))
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

/** A further request and what it must answer; blank line between request and assertion. */
export function followDocs(templates: RequestTemplate[], expected: Expected[], scope: CaseScope, query?: Doc): Doc[] {
  return templates.flatMap((template, index): Doc[] => {
    const held = expected[index]
    if (!held) return []
    const rows = rowDocs(held.rows, scope).after
    const request = requestDoc(template, scope, query ? { query } : {})
    const inline = Object.keys(held.headers).length === 0 ? responseDocs(held, request, scope)[0] : undefined
    if (inline && fitsInTest(inline, scope)) return ['', inline, ...rows]
    const name = scope.take(template.endpoint.startsWith('GET ') ? ['reread', 'rereadLater'] : ['again', 'afterwards'])
    return ['', scope.code.constant(name, request), ...responseDocs(held, name, scope), ...rows]
  })
}

/** Is it a single line inside a test? */
export function fitsInTest(doc: Doc, { code: { style } }: CaseScope): boolean {
  const { width, indent } = style
  const inside = indent === '\t' ? 4 : indent.length
  return !printDoc(doc, { width: width - inside, indent })
    .text.trimEnd()
    .includes('\n')
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
