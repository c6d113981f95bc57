import type { Credential, Observation } from '../../../contracts/observation.ts'
import type { AccessPlan, GrantedRequest, Refusal, RefusalGroup } from './access.ts'
import { tabulate } from './answers.ts'
import { ownRowsDocs, responseDocs } from './assertions.ts'
import { type CaseScope, createCaseScope, credentialDoc, type DraftContext } from './case-scope.ts'
import { type DraftedTest, reviewOf } from './draft-case.ts'
import { exprDoc, requestDoc } from './expressions.ts'
import { camel, splitEndpoint, takeName } from './names.ts'
import { type Doc, mark, newline } from './print/doc.ts'
import { shortTitle, splitTitles } from './titles.ts'

/** The tests of who may ask for what: the granted requests once, then a table for each way of being refused. */
export function draftAccess(
  { actor, requests, groups }: AccessPlan,
  context: DraftContext,
): { head: Doc; tests: DraftedTest[] } {
  const { code } = context
  const all = requests.map((request) => ({
    key: titleOf(request.endpoint),
    value: code.array([request.scenario.name, sendDoc(request, context)]),
  }))
  for (const { scenario } of requests) scenario.used = true
  const type = code.style.typescript ? ': Record<string, [() => Promise<any>, (made: any) => any]>' : ''
  const head: Doc = [
    '// Each request with what it needs; the tests add the credential.\n',
    code.constant(`requests${type}`, code.object(all)),
  ]
  const taken = new Set(['requests'])
  const tests = groups.map((group) =>
    group.by === 'credential'
      ? credentialTests(group, actor, requests, context)
      : tableTests(group, actor, context, taken),
  )
  return { head, tests }
}

const titleOf = (endpoint: string) => splitEndpoint(endpoint).title

/** `({ order }) => api.get(`/api/orders/${order.id}`)`. */
function sendDoc({ endpoint, act, scenario }: GrantedRequest, context: DraftContext): Doc {
  const { code } = context
  const subject = {
    id: '',
    endpoint,
    kind: 'unauthenticated' as const,
    title: '',
    arrange: scenario.bindings,
    act,
    follow: [],
  }
  const scope = createCaseScope(context, subject, [], { inline: true })
  const [, request] = requestDoc({ ...act, credential: { is: 'none' } }, scope, { body: scope.bodyDoc() }) as [Doc, Doc]
  const names = scenario.bindings.map(({ name }) => name).filter(scope.isUsed)
  const parts = names.map((name) =>
    scope.nameOf(name) === camel(name) ? camel(name) : `${camel(name)}: ${scope.nameOf(name)}`,
  )
  return code.lambda(names.length > 0 ? [`{ ${parts.join(', ')} }`] : [], request)
}

/** What the tests have in common: arrange, look, send, compare, look again. */
function testBody(
  request: Doc,
  members: Observation[],
  answer: { body: Observation['expected']['body']; status?: string },
  scope: CaseScope,
  context: DraftContext,
  before: Doc[],
): Doc[] {
  const { code } = scope
  const [first] = members as [Observation]
  const looks = context.database ? ownRowsDocs(scope) : { before: [], after: [] }
  const assertions = responseDocs({ ...first.expected, body: answer.body }, 'response', scope, answer.status)
  return [
    ...before,
    ...looks.before,
    '',
    code.constant('response', ['await ', request]),
    [mark(first.case.id), assertions[0] as Doc],
    ...assertions.slice(1),
    ...looks.after,
  ]
}

/** Variables that these tests have beside those of an answer. */
const OWN = ['requests', 'unknown', 'illFormed', 'endpoint', 'name', 'part', 'arrange', 'send', 'made', 'sent', 'other']

/** A scope for code that knows nothing of any one case. */
function scopeOf(context: DraftContext, { case: subject }: Observation): CaseScope {
  const scope = createCaseScope(context, { ...subject, arrange: [], act: { ...subject.act, body: null } }, [])
  for (const name of OWN) scope.take([name])
  return scope
}

function credentialTests(
  { refusals }: RefusalGroup,
  actor: string,
  requests: GrantedRequest[],
  context: DraftContext,
): DraftedTest {
  const { code } = context
  const members = refusals.map(({ observation }) => observation)
  const [first] = members as [Observation]
  const scope = scopeOf(context, first)
  const ways = [...new Map(refusals.map((refusal) => [wayOf(refusal), refusal])).values()]
  const wayTitles = ways.map(({ observation }) => shortTitle(observation.case.title))
  const endpoints = [...new Set(members.map(({ case: { endpoint } }) => endpoint))]
  const isAll = endpoints.length === requests.length
  const body = testBody(
    ways.length > 1
      ? `send(made).set(spoil(made.${camel(actor)}.headers))`
      : ['send(made)', ...spoiledDocs(ways[0] as Refusal, actor, scope, context)],
    members,
    { body: first.expected.body },
    scope,
    context,
    [...(isAll ? [] : [arrangementDoc(context)]), code.constant('made', 'await arrange()')],
  )
  const rows = isAll
    ? 'Object.entries(requests)'
    : code.array(endpoints.map((endpoint) => code.string(titleOf(endpoint))))
  const params = isAll ? ['_', '[arrange, send]'] : ['endpoint']
  const run = code.arrow(params, body, { async: true })
  if (ways.length === 1) {
    const title = wayTitles[0] as string
    const doc = code.statement(code.each(code.style.caseWord, rows, `%s ${title.replaceAll('%', '%%')}`, run))
    const cases = members.map(({ case: { endpoint, id } }) => ({ title: `${titleOf(endpoint)} ${title}`, id }))
    return { kind: 'unauthenticated', doc, cases, review: reviewOf(members) }
  }
  const titles = splitTitles(wayTitles)
  const spoiled = ways.map(({ departure }, index) => {
    const credential = departure.by === 'credential' ? departure.credential : { is: 'none' as const }
    return code.array([code.string(titles.labels[index] as string), spoilDoc(credential, scope, context)])
  })
  const inner = code.statement(code.each(code.style.caseWord, rows, '%s', run))
  const outer = code.arrow(['_way', 'spoil'], [inner])
  const doc = code.statement(code.each('describe', code.rows(spoiled), titles.pattern, outer))
  const wayTitle = new Map(ways.map((way, index) => [wayOf(way), wayTitles[index] as string]))
  const cases = refusals.map((refusal) => ({
    title: `${wayTitle.get(wayOf(refusal))} > ${titleOf(refusal.observation.case.endpoint)}`,
    id: refusal.observation.case.id,
  }))
  return { kind: 'unauthenticated', doc, cases, review: reviewOf(members) }
}

const wayOf = ({ departure }: Refusal) => {
  const credential = departure.by === 'credential' ? departure.credential : null
  return credential?.is === 'invalid' ? credential.how : 'none'
}

/** `.set(tampered(made.user.headers))` for the one way; nothing where there is no credential. */
function spoiledDocs({ departure }: Refusal, actor: string, scope: CaseScope, context: DraftContext): Doc[] {
  if (departure.by !== 'credential' || departure.credential.is !== 'invalid') return []
  const { credential } = departure
  const isOwn = credential.how !== 'malformed'
  const doc = credentialDoc(
    { ...credential, as: isOwn ? actor : null },
    scope,
    context,
    (name) => `made.${camel(name)}`,
  )
  return ['.set(', doc, ')']
}

/** A function from the headers that are granted to those that are not. */
function spoilDoc(credential: Credential, scope: CaseScope, context: DraftContext): Doc {
  const { code, uses } = context
  if (credential.is !== 'invalid') return '() => ({})'
  if (credential.how !== 'malformed') {
    uses.helpers.add(credential.how)
    return credential.how
  }
  return code.lambda([], ['(', credentialDoc({ ...credential, as: null }, scope, context, camel), ')'])
}

const arrangementDoc = ({ code }: DraftContext) =>
  code.constant('[arrange, send]', `requests[endpoint]${code.style.typescript ? '!' : ''}`)

/** `taken`: constants of the file. */
function tableTests(
  { by, title, refusals }: RefusalGroup,
  actor: string,
  context: DraftContext,
  taken: Set<string>,
): DraftedTest {
  const { code } = context
  const members = refusals.map(({ observation }) => observation)
  const [first] = members as [Observation]
  const scope = scopeOf(context, first)
  const statuses = new Set(members.map(({ expected }) => expected.status))
  const status = statuses.size > 1 ? 'status' : undefined
  const cellsWith = (parts: (refusal: Refusal) => Doc[]) => (member: Observation, index: number) => [
    code.string(titleOf(member.case.endpoint)),
    ...parts(refusals[index] as Refusal),
    ...(status ? [String(member.expected.status)] : []),
  ]
  const inRows = tabulate(
    members,
    cellsWith((refusal) => replacementDocs(refusal, scope)),
    scope,
  )
  const held = inRows.isLong ? heldParts(refusals, scope) : null
  const table = held
    ? tabulate(
        members,
        cellsWith((refusal) => replacementDocs(refusal, scope).slice(0, 1)),
        // The columns are to have the names they had before.
        scopeOf(context, first),
      )
    : inRows
  const heldName = held ? takeName([/unknown/.test(title) ? 'unknown' : 'illFormed'], taken) : ''
  const stranger = strangerDoc(refusals[0] as Refusal, context)
  const sent = by === 'path' ? (held ? 'send(sent)' : 'send({ ...made, [name]: part })') : 'send(made)'
  const headers = by === 'path' ? `made.${camel(actor)}.headers` : 'other.headers'
  const body = testBody(`${sent}.set(${headers})`, members, { body: table.body, status }, scope, context, [
    arrangementDoc(context),
    code.constant('made', 'await arrange()'),
    ...(held ? [code.constant('sent', `{ ...made, [name]: ${heldName}[name] }`)] : []),
    ...stranger,
  ])
  const params = [
    'endpoint',
    ...(by === 'path' ? ['name', ...(held ? [] : ['part'])] : []),
    ...(status ? [status] : []),
    ...table.names,
  ]
  const rows = params.length === 1 ? code.array(table.rows) : code.rows(table.rows)
  const run = code.arrow(params, body, { async: true })
  const tests = code.statement(code.each(code.style.caseWord, rows, `%s ${title}${by === 'path' ? ' %s' : ''}`, run))
  const type = code.style.typescript ? ': Record<string, object>' : ''
  const doc = held ? [code.constant(`${heldName}${type}`, held), newline, newline, tests] : tests
  const nounOf = ({ departure }: Refusal) => (departure.by === 'path' ? ` ${camel(departure.binding)}` : '')
  const cases = refusals.map((refusal) => ({
    title: `${titleOf(refusal.observation.case.endpoint)} ${title}${nounOf(refusal)}`,
    id: refusal.observation.case.id,
  }))
  return { kind: first.case.kind, doc, cases, review: reviewOf(members) }
}

/** `{ order: { id: unique.uuid() }, … }` for all rows; `null` where two of them replace the same thing differently. */
function heldParts(refusals: Refusal[], scope: CaseScope): Doc | null {
  const parts = new Map<string, Doc>()
  for (const refusal of refusals) {
    const [, part] = replacementDocs(refusal, scope)
    if (refusal.departure.by !== 'path' || part === undefined) return null
    const name = camel(refusal.departure.binding)
    const known = parts.get(name)
    if (known && JSON.stringify(known) !== JSON.stringify(part)) return null
    parts.set(name, part)
  }
  return scope.code.object([...parts].map(([key, value]) => ({ key, value })))
}

/** `'order', { id: unique.uuid() }`. */
function replacementDocs({ departure }: Refusal, { code, ...scope }: CaseScope): Doc[] {
  if (departure.by !== 'path') return []
  const { binding, keys, value } = departure
  const part = keys
    .toReversed()
    .reduce<Doc>((inner, key) => code.object([{ key, value: inner }]), exprDoc(value, { code, ...scope }))
  return [code.string(camel(binding)), part]
}

function strangerDoc({ departure }: Refusal, { factories, code }: DraftContext): Doc[] {
  const factory = departure.by === 'account' ? factories.get(departure.binding.recipe) : undefined
  if (!factory) return []
  factory.used = true
  return [code.constant('other', ['await ', code.call(factory.name, [])])]
}
