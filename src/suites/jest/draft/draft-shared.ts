import type { Binding, Case, Credential, Observation, Pattern, RowExpectation } from '../../../contracts/observation.ts'
import { responseDocs, rowDocs } from './assertions.ts'
import { bindingDocs } from './bindings.ts'
import { type CaseScope, createCaseScope, credentialDoc, type DraftContext } from './case-scope.ts'
import { type DraftedTest, reviewOf } from './draft-case.ts'
import { isPlainRefusal } from './draft-table.ts'
import { requestDoc } from './expressions.ts'
import { splitEndpoint } from './names.ts'
import { type Doc, mark } from './print/doc.ts'
import { shortTitle, splitTitles } from './titles.ts'

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
  const alike = new Map<string, Observation[]>()
  for (const observation of observations) {
    const key = sharedKey(observation, observations)
    if (key === null) continue
    const own = `${key} ${observation.case.endpoint}`
    alike.set(own, [...(alike.get(own) ?? []), observation])
  }
  const groups = new Map<string, Shared>()
  for (const members of alike.values()) {
    const [first] = members as [Observation]
    const { endpoint, kind } = first.case
    const alikeThere = observations.filter(
      (other) => other.case.endpoint === endpoint && other.case.kind === kind && answerKey(other) === answerKey(first),
    )
    // A row of the table is tried with every credential: none that was not seen.
    if (kind === 'unauthenticated' && alikeThere.length > members.length) continue
    const key = sharedKey(first, observations) as string
    const group = groups.get(key) ?? { endpoints: new Set(), members: [], arrange: [] }
    const arrange = members.reduce<Binding[] | null>(
      (all, { case: subject }) => all && joined(all, subject.arrange),
      group.arrange,
    )
    if (!arrange) continue
    group.arrange = arrange
    group.endpoints.add(first.case.endpoint)
    group.members.push(...members)
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
  if (subject.follow.length > 0 || own.includes('"from":"act"')) return null
  if (subject.kind === 'unauthenticated') {
    const ways = all
      .filter((other) => other.case.endpoint === subject.endpoint && other.case.kind === 'unauthenticated')
      .filter((other) => answerKey(other) === answer)
      .map(({ case: other }) => wayOf(other.act.credential))
    // Two cases with the same credential differ in something else.
    if (new Set(ways).size < ways.length) return null
    return `unauthenticated ${[...ways].sort()} ${answer}`
  }
  return isPlainRefusal(observation, all) ? `${subject.kind} ${subject.title} ${answer}` : null
}

/** Equal for the same answers, whatever they rest on. */
export const answerKey = ({ expected: { status, body, headers, contentType } }: Observation) =>
  JSON.stringify([status, body, headers, contentType], (name, value) =>
    name === 'provenance' ? undefined : (value as unknown),
  )

const wayOf = (credential: Credential) => (credential.is === 'invalid' ? credential.how : credential.is)

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
  const spoiled = first.case.kind === 'unauthenticated'
  const subject: Case = { ...first.case, arrange, act: { ...first.case.act, body: null } }
  const scope = createCaseScope(context, subject, [])
  const byEndpoint = [...new Map(members.map((member) => [member.case.endpoint, member])).values()]
  const rows = byEndpoint.map((member) => requestRow(member, arrange, scope, context))
  const ways = [...new Map(members.map((member) => [wayOf(member.case.act.credential), member])).values()]
  const several = spoiled && ways.length > 1
  const actor = members.map(({ case: { act } }) => act.credential).find((one) => one.is !== 'none' && one.as !== null)
  const caller = spoiled && actor && actor.is !== 'none' && actor.as !== null ? scope.nameOf(actor.as) : null
  const typed = (names: string) => (code.style.typescript ? `${names}: Record<string, any>` : names)
  const headersOf = ({ case: { act } }: Observation): Doc => {
    const { credential } = act
    const headers: Doc = credential.is === 'none' ? '{}' : credentialDoc(credential, scope, context, scope.nameOf)
    const uses = credential.is === 'invalid' && credential.how !== 'malformed' && caller !== null
    return code.lambda(uses ? [typed(caller)] : [], uses ? headers : ['(', headers, ')'])
  }
  const names = [...new Set(rows.flatMap(({ names: own }) => own))]
  for (const name of names) scope.nameOf(name)
  const call: Doc[] = ['request(', names.length > 0 ? `{ ${names.map(scope.nameOf).join(', ')} }` : '', ')']
  const only = ways[0] as Observation
  const set = several
    ? `.set(headers(${caller ?? ''}))`
    : spoiled && only.case.act.credential.is === 'invalid'
      ? ['.set(', credentialDoc(only.case.act.credential, scope, context, scope.nameOf), ')']
      : ''
  const looks = rowDocs(distinctLooks(members, arrange), scope)
  const answer = responseDocs(first.expected, 'response', scope)
  const prepared = [...bindingDocs(arrange, scope, context), ...looks.before]
  const body = [
    ...prepared,
    ...(prepared.length > 1 ? [''] : []),
    code.constant('response', ['await ', ...call, set]),
    [mark(first.case.id), answer[0] as Doc],
    ...answer.slice(1),
    ...looks.after,
  ]
  const run = code.arrow([several ? '_endpoint' : '_', 'request'], body, { async: true })
  const each = (pattern: string): Doc =>
    code.statement(code.each(code.style.caseWord, code.rows(rows.map(({ doc }) => doc)), pattern, run))
  const title = shortTitle(first.case.title)
  const endpointOf = (member: Observation) => splitEndpoint(member.case.endpoint).title
  const review = reviewOf(members)
  if (!several) {
    const cases = members.map((member) => ({ title: `${endpointOf(member)} ${title}`, id: member.case.id }))
    return { kind: first.case.kind, doc: each(`%s ${title.replaceAll('%', '%%')}`), cases, review }
  }
  const wayTitle = new Map(ways.map((way) => [wayOf(way.case.act.credential), shortTitle(way.case.title)]))
  const titles = splitTitles([...wayTitle.values()])
  const wayRows = ways.map((way, index) => code.array([code.string(titles.labels[index] as string), headersOf(way)]))
  const outer = code.each('describe', code.rows(wayRows), titles.pattern, code.arrow(['_', 'headers'], [each('%s')]))
  const cases = members.map((member) => ({
    title: `${wayTitle.get(wayOf(member.case.act.credential))} > ${endpointOf(member)}`,
    id: member.case.id,
  }))
  return { kind: first.case.kind, doc: code.statement(outer), cases, review }
}

/** `['PUT /articles/:slug', ({ article }) => api.put(…).send(…)]`, and the bindings it uses. */
function requestRow(
  { case: subject }: Observation,
  arrange: Binding[],
  shared: CaseScope,
  context: DraftContext,
): { doc: Doc; names: string[] } {
  const { code } = context
  const credential: Credential = subject.kind === 'unauthenticated' ? { is: 'none' } : subject.act.credential
  const own = createCaseScope(context, { ...subject, arrange }, [], { inline: true })
  const [, request] = requestDoc({ ...own.act(), credential }, own, { body: own.bodyDoc() }) as [Doc, Doc]
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
