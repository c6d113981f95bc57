import type { Binding, Case, Observation, Pattern, RowExpectation } from '../../../contracts/observation.ts'
import { responseDocs } from './assertions.ts'
import { bindingDocs } from './bindings.ts'
import { type CaseScope, createCaseScope, type DraftContext, standsAlone } from './case-scope.ts'
import { type DraftedTest, gapAfter, reviewOf } from './draft-case.ts'
import { isPlainRefusal } from './draft-table.ts'
import { requestDoc } from './expressions.ts'
import { splitEndpoint } from './names.ts'
import { type Doc, mark } from './print/doc.ts'
import { rowDocs } from './row-assertions.ts'
import { shortTitle } from './titles.ts'

/** Refusals that several endpoints of a file answer alike: one table with a row for each endpoint. */
interface Shared {
  endpoints: Set<string>
  members: Observation[]
  /** All that any of them needs. */
  arrange: Binding[]
}

/** Drafts what the endpoints of one file refuse alike, and tells which cases that leaves to themselves. */
export function draftShared(
  observations: Observation[],
  context: DraftContext,
): { tests: DraftedTest[]; rest: Observation[] } {
  const groups = new Map<string, Shared>()
  for (const observation of observations) {
    const key = sharedKey(observation, observations)
    if (key === null) continue
    const { endpoint, arrange } = observation.case
    const group = groups.get(key) ?? { endpoints: new Set(), members: [], arrange: [] }
    const all = joined(group.arrange, arrange)
    // Rows are told apart by their endpoint.
    if (!all || group.endpoints.has(endpoint)) continue
    group.arrange = all
    group.endpoints.add(endpoint)
    group.members.push(observation)
    groups.set(key, group)
  }
  const shared = [...groups.values()].filter(({ endpoints }) => endpoints.size > 1)
  const taken = new Set(shared.flatMap(({ members }) => members))
  return {
    tests: shared.map((group) => draftGroup(group, context)),
    rest: observations.filter((observation) => !taken.has(observation)),
  }
}

function sharedKey(observation: Observation, all: Observation[]): string | null {
  const { case: subject, expected } = observation
  const { body, headers } = expected
  const answer = answerKey(observation)
  const own = JSON.stringify([body, headers, expected.rows])
  if (standsAlone(subject) || subject.follow.length > 0 || own.includes('"from":"act"')) return null
  return isPlainRefusal(observation, all) ? `${subject.kind} ${subject.title} ${answer}` : null
}

/** Equal for the same answers, whatever they rest on. */
export const answerKey = ({ expected: { status, body, headers, contentType } }: Observation) =>
  JSON.stringify([status, body, headers, contentType], (name, value) =>
    name === 'provenance' ? undefined : (value as unknown),
  )

/** Both lists as one; `null` when a name stands for different things in them. */
function joined(a: Binding[], b: Binding[]): Binding[] | null {
  const all = [...a]
  for (const binding of b) {
    const known = all.find(({ name }) => name === binding.name)
    if (known && JSON.stringify(known) !== JSON.stringify(binding)) return null
    if (!known) all.push(binding)
  }
  return all
}

function draftGroup({ members, arrange }: Shared, context: DraftContext): DraftedTest {
  const { code } = context
  const [first] = members as [Observation]
  const subject: Case = { ...first.case, arrange, act: { ...first.case.act, body: null } }
  const scope = createCaseScope(context, subject, [])
  const rows = members.map((member) => requestRow(member, arrange, scope, context))
  const names = [...new Set(rows.flatMap(({ names: own }) => own))].map(scope.nameOf)
  const looks = rowDocs(distinctLooks(members, arrange), scope)
  const answer = responseDocs(first.expected, 'response', scope)
  const prepared = [...bindingDocs(arrange, scope, context), ...looks.before]
  const body = [
    ...prepared,
    ...gapAfter(prepared, code),
    code.constant('response', `await request(${names.length > 0 ? `{ ${names.join(', ')} }` : ''})`),
    [mark(first.case.id), answer[0] as Doc],
    ...answer.slice(1),
    ...looks.after,
  ]
  const title = shortTitle(first.case.title)
  const run = code.arrow(['_', 'request'], body, { async: true })
  const table = code.rows(rows.map(({ doc }) => doc))
  const doc = code.statement(code.each(code.style.caseWord, table, `%s ${title.replaceAll('%', '%%')}`, run))
  const cases = members.map(({ case: { endpoint, id } }) => ({
    title: `${splitEndpoint(endpoint).title} ${title}`,
    id,
  }))
  return { kind: first.case.kind, doc, cases, review: reviewOf(members) }
}

/** `['PUT /articles/:slug', ({ article }) => api.put(…).send(…)]`, and the bindings it uses. */
function requestRow(
  { case: subject }: Observation,
  arrange: Binding[],
  shared: CaseScope,
  context: DraftContext,
): { doc: Doc; names: string[] } {
  const { code } = context
  const own = createCaseScope(context, { ...subject, arrange }, [], { inline: true })
  const [, request] = requestDoc(own.act(), own, { body: own.bodyDoc() }) as [Doc, Doc]
  const names = arrange.map(({ name }) => name).filter((name) => own.isUsed(name))
  const shown = names.map(shared.nameOf).join(', ')
  const parameter = code.style.typescript ? `{ ${shown} }: Record<string, any>` : `{ ${shown} }`
  const lambda = code.lambda(names.length > 0 ? [parameter] : [], request)
  return { doc: code.array([code.string(splitEndpoint(subject.endpoint).title), lambda]), names }
}

/** What none of them may change, each look once: rows of an account's own cover one of them. */
function distinctLooks(members: Observation[], arrange: Binding[]): RowExpectation[] {
  const all = members.flatMap(({ expected }) => expected.rows)
  const looks = [...new Map(all.map((row) => [lookKey(row), row])).values()]
  const bindingOf = (pattern: Pattern | undefined) =>
    pattern?.is === 'same' ? arrange.find(({ name }) => name === pattern.from) : undefined
  const sole = ({ where }: RowExpectation) => {
    const [pattern, ...others] = Object.values(where)
    return others.length === 0 ? bindingOf(pattern) : undefined
  }
  const covered = (row: RowExpectation) => {
    const binding = sole(row)
    return looks.some((other) => {
      const owner = other.table === row.table && other !== row ? sole(other) : undefined
      return owner !== undefined && binding !== undefined && Object.values(binding.needs).includes(owner.name)
    })
  }
  return looks.filter((row) => !covered(row)).map((row) => ({ ...row, change: 'unchanged', count: 1, values: {} }))
}

const lookKey = ({ table, where }: RowExpectation) =>
  JSON.stringify([table, where], (name, value) => (name === 'provenance' ? undefined : (value as unknown)))
