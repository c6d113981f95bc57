import type { Expected, Pattern, RequestTemplate } from '../../../contracts/observation.ts'
import type { CaseScope } from './case-scope.ts'
import { errorParts, invalidParts } from './errors.ts'
import { requestDoc } from './expressions.ts'
import { walkPattern } from './json.ts'
import { patternDoc } from './patterns.ts'
import { type Doc, printDoc } from './print/doc.ts'
import { rowDocs } from './row-assertions.ts'

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
    docs.push(code.statement([`expect(${response}.headers)`, code.call('.toMatchObject', [wanted])]))
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
    const names = template.endpoint.startsWith('GET ') ? ['reread', 'rereadLater'] : ['again', 'afterwards']
    const name = scope.take(names)
    const said = responseDocs(held, name, scope)
    const inline = inlineDoc(said, name, request, scope)
    if (!inline) return ['', scope.code.constant(name, request), ...said, ...rows]
    scope.free(name)
    return ['', inline, ...rows]
  })
}

/** Request and only assertion in one line of a test; `null` where that does not fit. */
export function inlineDoc(assertions: Doc[], name: string, request: Doc, { code: { style } }: CaseScope): Doc | null {
  const flat = (doc: Doc) => printDoc(doc, { width: Number.POSITIVE_INFINITY, indent: '' }).text.trimEnd()
  const [only, ...others] = assertions
  if (only === undefined || others.length > 0) return null
  const line = flat(only).replace(`(${name}`, () => `(${flat(request)}`)
  const inside = style.indent === '\t' ? 4 : style.indent.length
  return line.includes('\n') || line.length + inside > style.width ? null : line
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
