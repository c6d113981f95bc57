import type { JsonPath } from '../../../contracts/json.ts'
import type { Case, Expr, Observation, Pattern } from '../../../contracts/observation.ts'
import { createCaseScope, credentialDoc, type DraftContext } from './case-scope.ts'
import { cutMessages } from './cut-messages.ts'
import { caseBody, type DraftedTest, draftCase, referredPaths, reviewOf } from './draft-case.ts'
import { exprDoc } from './expressions.ts'
import { exprAt, pathWithin, requestEntityPath, walkExpr, walkPattern } from './json.ts'
import { plain, takeName } from './names.ts'
import { patternDoc } from './patterns.ts'
import { type Doc, indent, join, newline, printDoc } from './print/doc.ts'
import { commonBody } from './recipes.ts'
import { mapSame } from './settle.ts'
import type { Style } from './style.ts'
import { shortTitles, splitTitles } from './titles.ts'

type Part = 'credential' | 'body' | 'query'

/**
 * Drafts the cases of one endpoint in order. Refusals that differ only in one part of the request, and in what they answer,
 * become rows of one `test.each`.
 */
export function draftCases(observations: Observation[], context: DraftContext): DraftedTest[] {
  const groups = new Map<string, { part: Part | null; members: Observation[] }>()
  for (const observation of observations.map(sentAgain)) {
    const part = varyingPart(observation, observations)
    const key = part ? groupKey(observation, part) : observation.case.id
    const known = groups.get(key)
    if (known && part === 'credential' && !joins(observation, known.members))
      groups.set(observation.case.id, { part, members: [observation] })
    else if (known) known.members.push(observation)
    else groups.set(key, { part, members: [observation] })
  }
  return [...groups.values()].flatMap(({ part, members }) => {
    if (!part || members.length < 2) return members.map((member) => draftCase(member, context))
    return draftTable(members, part, observations, context)
  })
}

/** A refusal that no table of its endpoint takes up, for what is in the path. */
export function isPlainRefusal(observation: Observation, all: Observation[]): boolean {
  return /not_found|invalid/.test(observation.case.kind) && varyingPart(observation, all) === null
}

/** A success with what was sent in it as such, not as the value it had: variants of a request are then expected to answer alike. */
function sentAgain(observation: Observation): Observation {
  const { case: subject, expected } = observation
  const path = requestEntityPath(subject.act.body)
  const entity = exprAt(subject.act.body, path)
  if (subject.kind !== 'success' || entity?.is !== 'object' || observation.follow.length > 0) return observation
  const sent = new Map(Object.entries(entity.properties).map(([key, expr]) => [plain(key), { key, expr }]))
  const again = (key: string, pattern: Pattern): Pattern => {
    const found = sent.get(plain(key))
    if (pattern.is !== 'equals' || found?.expr.is !== 'literal' || !same(found.expr.value, pattern.value))
      return pattern
    return { is: 'same', from: 'act', at: 'request', path: [...path, found.key], provenance: pattern.provenance }
  }
  const inside = (pattern: Pattern): Pattern => {
    if (pattern.is !== 'object') return pattern
    const entries = Object.entries(pattern.properties)
    return { ...pattern, properties: Object.fromEntries(entries.map(([key, one]) => [key, inside(again(key, one))])) }
  }
  const rows = expected.rows.map((row) => ({
    ...row,
    values: Object.fromEntries(Object.entries(row.values).map(([key, one]) => [key, again(key, one)])),
  }))
  return { ...observation, expected: { ...expected, body: expected.body && inside(expected.body), rows } }
}

function varyingPart(observation: Observation, all: Observation[]): Part | null {
  const { kind, act } = observation.case
  if (kind === 'unauthenticated') return 'credential'
  if (kind === 'success')
    return act.body && observation.follow.length === 0 && changesOf(observation, all) ? 'body' : null
  if (kind !== 'invalid') return null
  if (!act.body) return Object.keys(act.query).length > 0 || act.endpoint.startsWith('GET') ? 'query' : null
  return changesOf(observation, all) ? 'body' : null
}

/** Cases with the same key differ in the varying part, the status and the body of the answer, and nothing else. */
function groupKey(
  { case: { kind, arrange, act, follow }, expected, follow: followed }: Observation,
  part: Part,
): string {
  const fixed = { ...act, [part]: null, contentType: part === 'body' ? '' : act.contentType }
  const { rows, contentType, headers, body } = expected
  // A row of the table stands outside the test and knows nothing of what the test made.
  const own = mentions(body) || kind === 'success' ? body : lists(body)
  const conditions = part === 'credential' ? null : [arrange, rows]
  return JSON.stringify([kind, conditions, fixed, follow, followed, contentType, headers, own, body === null])
}

/** Without a credential a case may arrange less than those with a spoiled one; then it can be tried under their conditions. */
function joins({ case: subject }: Observation, members: Observation[]): boolean {
  const all = [...members.map((member) => member.case.arrange), subject.arrange]
  const largest = fullest(all)
  return all.every((arrange) => arrange.every((binding) => largest.some((other) => same(binding, other))))
}

const fullest = <T>(lists: T[][]): T[] => lists.reduce((most, list) => (list.length > most.length ? list : most), [])

/** Lists of objects and how long they are: a row of a table says one thing. */
function lists(body: Pattern | null): string[] {
  const found: string[] = []
  walkPattern(body, (inner, path) => {
    if (inner.is === 'array' && inner.items.some(({ is }) => is === 'object'))
      found.push(`${path}:${inner.items.length}`)
  })
  return found
}

function mentions(pattern: Pattern | null): boolean {
  let found = false
  walkPattern(pattern, (inner) => {
    if (inner.is === 'same') found = true
  })
  return found
}

const commonOf = (all: Observation[], endpoint: string) =>
  commonBody(all.filter(({ case: { act } }) => act.endpoint === endpoint).map(({ case: { act } }) => act.body))

/** Keys in which a body departs from the common one (`undefined`: left out); `null` when it departs in other ways. */
function changesOf(observation: Observation, all: Observation[]): Record<string, Expr | undefined> | null {
  const { act } = observation.case
  const common = commonOf(all, act.endpoint)
  const entity = exprAt(act.body, common.path)
  if (
    entity?.is !== 'object' ||
    JSON.stringify(around(act.body, common.path)) !== JSON.stringify(around(shell(common), common.path))
  )
    return null
  const keys = new Set([...Object.keys(common.properties), ...Object.keys(entity.properties)])
  const changed = [...keys].filter(
    (key) => JSON.stringify(common.properties[key]) !== JSON.stringify(entity.properties[key]),
  )
  const referred = referredPaths(observation).map((path) => String(pathWithin(path, common.path)?.[0]))
  // What a refusal looks for must be the same in each row.
  const looked = observation.case.kind !== 'success' && changed.some((key) => referred.includes(key))
  const fits = changed.length > 0 && changed.length <= 3 && !looked
  const free = changed.every((key) => !hasReference(entity.properties[key]))
  return fits && free ? Object.fromEntries(changed.map((key) => [key, entity.properties[key]])) : null
}

const shell = ({ path, properties }: ReturnType<typeof commonBody>): Expr =>
  path
    .toReversed()
    .reduce<Expr>((inner, key) => ({ is: 'object', properties: { [key]: inner } }), { is: 'object', properties })

/** The body with the entity itself blanked. */
function around(body: Expr | null, path: JsonPath): unknown {
  const [key, ...rest] = path
  if (key === undefined) return '*'
  if (body?.is !== 'object') return body
  return Object.entries(body.properties).map(([name, inner]) => [name, name === key ? around(inner, rest) : inner])
}

function hasReference(expr: Expr | undefined): boolean {
  let found = false
  walkExpr(expr ?? null, (inner) => {
    if (inner.is === 'ref') found = true
  })
  return found
}

function draftTable(members: Observation[], part: Part, all: Observation[], context: DraftContext): DraftedTest[] {
  const [first] = members as [Observation]
  const { code } = context
  const answer = commonAnswer(members)
  const common = commonOf(all, first.case.act.endpoint)
  const arrange = fullest(members.map((member) => member.case.arrange))
  const looks = fullest(members.map((member) => member.expected.rows))
  const act = part === 'body' ? { ...first.case.act, body: shell(common) } : first.case.act
  const subject: Case = { ...first.case, arrange, act }
  const drafted: Observation = {
    ...first,
    case: subject,
    expected: { ...first.expected, body: answer.pattern, rows: looks },
    passes: members.flatMap(({ passes }) => passes),
  }
  const scope = createCaseScope(context, subject, members.flatMap(referredPaths))
  const column = scope.take([part === 'body' ? 'changes' : part === 'query' ? 'query' : 'headers', 'change'])
  const actor = members
    .map((member) => member.case.act.credential)
    .find((one) => one.is === 'invalid' && one.as !== null && one.how !== 'malformed')
  const statusVaries = new Set(members.map(({ expected }) => expected.status)).size > 1
  const status = statusVaries ? 'status' : undefined
  const actorName = actor && actor.is === 'invalid' && actor.as !== null ? scope.nameOf(actor.as) : null
  const parameter = code.style.typescript ? `${actorName}: Record<string, any>` : (actorName ?? '')
  const shown = shortTitles(members.map((member) => member.case.title))
  const titles = splitTitles(shown)
  const rowOf = (member: Observation, index: number, patterns: Pattern[]) =>
    code.array([
      code.string(titles.labels[index] as string),
      cellDoc(member),
      ...(status ? [String(member.expected.status)] : []),
      ...patterns.map((pattern) => patternDoc(pattern, scope)),
    ])
  const full = members.map((member, index) => rowOf(member, index, answer.cells[index] ?? []))
  const cut = cutMessages(
    answer.cells,
    full.map((row) => excessOf(row, code.style)),
  )
  const rows = cut ? members.map((member, index) => rowOf(member, index, cut.cells[index] ?? [])) : full
  const partly = cut ? (answer.names[cut.column] as string) : null
  const wanted = answer.pattern && partly ? asPart(answer.pattern, partly) : answer.pattern
  const body = caseBody({ ...drafted, expected: { ...drafted.expected, body: wanted } }, scope, context, {
    status,
    ...(part === 'body' ? { changes: column } : {}),
    ...(part === 'query' ? { query: column } : {}),
    ...(part === 'credential' ? { headers: actorName ? `${column}(${actorName})` : column } : {}),
  })

  function cellDoc({ case: { act } }: Observation): Doc {
    if (part === 'query') return exprDoc({ is: 'object', properties: act.query }, scope)
    if (part === 'credential') {
      const { credential } = act
      const headers = credential.is === 'none' ? '{}' : credentialDoc(credential, scope, context, scope.nameOf)
      if (!actorName) return headers
      const uses = credential.is === 'invalid' && credential.how !== 'malformed'
      return code.lambda(uses ? [parameter] : [], uses ? headers : ['(', headers, ')'])
    }
    const changes = changesOf({ ...first, case: { ...first.case, act } }, all) ?? {}
    return code.object(
      Object.entries(changes).map(([key, expr]) => ({ key, value: expr ? exprDoc(expr, scope) : 'undefined' })),
    )
  }

  const params = ['_', column, ...(status ? [status] : []), ...answer.names]
  const table: Doc = [
    '[',
    indent([newline, ...join([',', newline], rows), code.style.trailingCommas ? ',' : '']),
    newline,
    ']',
  ]
  const run = code.arrow(params, body, { async: true })
  const doc: Doc = [code.style.caseWord, '.each(', table, ')(', code.string(titles.pattern), ', ', run, ')']
  const cases = members.map((member, index) => ({ title: shown[index] as string, id: member.case.id }))
  return [{ kind: first.case.kind, doc: code.statement(doc), cases, review: reviewOf(members) }]
}

/** Characters by which a row of a table is longer than its line. */
function excessOf(row: Doc, { width, indent }: Style): number {
  const { text } = printDoc(row, { width: Number.POSITIVE_INFINITY, indent })
  return text.trimEnd().length + 1 + 2 * (indent === '\t' ? 4 : indent.length) - width
}

/** The same, but of what `$name` stands for only a part is given. */
const asPart = (pattern: Pattern, name: string) =>
  mapSame(pattern, (one) => (one.from === `$${name}` ? { ...one, from: `~${name}` } : one))

const FEW = 2

/** What all answers have in common, with names in place of the few smallest parts in which they differ. */
function commonAnswer(members: Observation[]): { pattern: Pattern | null; names: string[]; cells: Pattern[][] } {
  const bodies = members.map(({ expected }) => expected.body)
  const [first] = bodies
  if (!first || bodies.some((body) => !body)) return { pattern: first ?? null, names: [], cells: [] }
  const patterns = bodies as Pattern[]
  const paths = differences(patterns, [])
  const taken = new Set(['changes', 'query', 'headers', 'payload'])
  const names = paths.map((path) => {
    const word = path.findLast((key) => !/^\d+$/.test(key))?.replace(/\W/g, '')
    return takeName([word || 'body', 'expected'], taken)
  })
  const pattern = paths.reduce((whole, path, index) => withPlaceholder(whole, path, names[index] as string), first)
  const cells = patterns.map((body) => paths.map((path) => partAt(body, path)))
  return { pattern, names, cells }
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)

/** The parts of an exact object or array, by key; `null` for what has none. */
function partsOf(pattern: Pattern): Record<string, Pattern> | null {
  if (pattern.is === 'object') return pattern.properties
  return pattern.is === 'array' && pattern.ordered ? Object.fromEntries(pattern.items.entries()) : null
}

const partAt = (pattern: Pattern, path: string[]): Pattern =>
  path.reduce((part, key) => partsOf(part)?.[key] ?? part, pattern)

/** Where patterns of the same build differ: a few deep paths, or the place where they differ in many ways. */
function differences(patterns: Pattern[], path: string[]): string[][] {
  const [first] = patterns
  if (!first || patterns.every((pattern) => same(pattern, first))) return []
  const parts = patterns.map(partsOf)
  const build = (pattern: Pattern, own: Record<string, Pattern> | null) =>
    own && [pattern.is, pattern.is === 'object' && pattern.exact, Object.keys(own)]
  const shape = build(first, parts[0] ?? null)
  if (!shape || patterns.some((pattern, index) => !same(build(pattern, parts[index] ?? null), shape))) return [path]
  const keys = Object.keys(parts[0] ?? {})
  const inner = keys.flatMap((key) =>
    differences(
      parts.map((own) => own?.[key] as Pattern),
      [...path, key],
    ),
  )
  return inner.length > FEW ? [path] : inner
}

function withPlaceholder(pattern: Pattern, path: string[], name: string): Pattern {
  const [key, ...rest] = path
  if (key === undefined) return { is: 'same', from: `$${name}`, at: 'response', path: [], provenance: 'promised' }
  if (pattern.is === 'object') {
    const inner = pattern.properties[key] as Pattern
    return { ...pattern, properties: { ...pattern.properties, [key]: withPlaceholder(inner, rest, name) } }
  }
  if (pattern.is !== 'array') return pattern
  const items = pattern.items.map((item, index) => (String(index) === key ? withPlaceholder(item, rest, name) : item))
  return { ...pattern, items }
}
