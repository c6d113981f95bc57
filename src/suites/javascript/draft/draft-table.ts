import type { Case, Observation, Pattern } from '../../../contracts/observation.ts'
import { tabulate } from './answers.ts'
import { besideFirst } from './beside.ts'
import { changesOf, commonOf, departures, shell } from './body-changes.ts'
import { areOwn, createCaseScope, credentialDoc, type DraftContext, standsAlone } from './case-scope.ts'
import { caseBody, type DraftedTest, draftCase, referredPaths, reviewOf } from './draft-case.ts'
import { draftFilters, findFilters } from './draft-filters.ts'
import { draftSteps, findSteps } from './draft-steps.ts'
import { draftVariants, findVariants } from './draft-variants.ts'
import { exprDoc } from './expressions.ts'
import { exprAt, requestEntityPath, walkPattern } from './json.ts'
import { plain } from './names.ts'
import type { Doc } from './print/doc.ts'
import { shortTitles, splitTitles } from './titles.ts'

type Part = 'credential' | 'body' | 'query'

/**
 * Drafts the cases of one endpoint in order. Refusals that differ only in one part of the request, and in what they answer,
 * become rows of one `test.each`.
 */
export function draftCases(observations: Observation[], context: DraftContext): DraftedTest[] {
  const groups = new Map<string, { part: Part | null; members: Observation[] }>()
  const variants = findVariants(observations)
  const filters = findFilters(observations)
  const steps = findSteps(observations, context)
  const taken = new Set([...(variants?.members ?? []), ...(filters?.members ?? []), ...(steps ?? [])])
  const [first, ...others] = observations.filter((one) => !taken.has(one)).map(sentAgain)
  const told = first?.case.kind === 'success' ? others.map((one) => besideFirst(one, first)) : others
  for (const observation of first ? [first, ...told] : []) {
    const part = varyingPart(observation, observations)
    const key = part ? groupKey(observation, part, context) : observation.case.id
    const known = groups.get(key)
    if (known && part === 'credential' && !joins(observation, known.members))
      groups.set(observation.case.id, { part, members: [observation] })
    else if (known) known.members.push(observation)
    else groups.set(key, { part, members: [observation] })
  }
  const tests = [...groups.values()].flatMap(({ part, members }) => {
    if (!part || members.length < 2) return members.map((member) => draftCase(member, context))
    return draftTable(members, part, observations, context)
  })
  const successes = tests.filter(({ kind }) => kind !== 'filter' && SUCCESSES.has(kind))
  return [
    ...successes.slice(0, 1),
    ...(variants ? [draftVariants(variants, context)] : []),
    ...successes.slice(1),
    ...(filters ? [draftFilters(filters, context)] : []),
    ...tests.filter((test) => !successes.includes(test)),
    ...(steps ? [draftSteps(steps, context)] : []),
  ]
}

const SUCCESSES = new Set<Observation['case']['kind']>(['success', 'list', 'paging', 'filter'])

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
  if (standsAlone(observation.case)) return null
  if (kind === 'unauthenticated') return 'credential'
  if (kind === 'success')
    return act.body && observation.follow.length === 0 && changesOf(observation, all) ? 'body' : null
  if (kind !== 'invalid') return null
  if (!act.body) return Object.keys(act.query).length > 0 || act.endpoint.startsWith('GET') ? 'query' : null
  return changesOf(observation, all) ? 'body' : null
}

/** Cases with the same key differ in the varying part, the status and the body of the answer, and nothing else. */
function groupKey(
  { case: { kind, arrange, act, follow }, expected, follow: followed, passes }: Observation,
  part: Part,
  context: DraftContext,
): string {
  const fixed = { ...act, [part]: null, contentType: part === 'body' ? '' : act.contentType }
  const { rows, contentType, headers, body } = expected
  // A row of the table stands outside the test and knows nothing of what the test made.
  const own = mentions(body) || kind === 'success' ? body : lists(body)
  // Where nothing changed at all, any look at it will do.
  const isUnchanged = passes.every((pass) => pass.rows.length === 0) && areOwn(rows, context)
  const looks = kind === 'invalid' && isUnchanged ? null : rows
  const conditions = part === 'credential' ? null : [arrange, looks]
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

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)

function draftTable(members: Observation[], part: Part, all: Observation[], context: DraftContext): DraftedTest[] {
  const [first] = members as [Observation]
  const { code } = context
  const common = commonOf(all, first.case.act.endpoint)
  const arrange = fullest(members.map((member) => member.case.arrange))
  const looks = fullest(members.map((member) => member.expected.rows))
  const act = part === 'body' ? { ...first.case.act, body: shell(common) } : first.case.act
  const subject: Case = { ...first.case, arrange, act }
  const drafted: Observation = {
    ...first,
    case: subject,
    expected: { ...first.expected, rows: looks },
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
  const table = tabulate(
    members,
    (member, index) => [
      code.string(titles.labels[index] as string),
      cellDoc(member),
      ...(status ? [String(member.expected.status)] : []),
    ],
    scope,
  )
  const body = caseBody({ ...drafted, expected: { ...drafted.expected, body: table.body } }, scope, context, {
    status,
    looksAtAll: members.some(({ expected: { rows } }) => !same(rows, looks)),
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
    const changes = departures(act.body, common) ?? {}
    return code.object(
      Object.entries(changes).map(([key, expr]) => ({ key, value: expr ? exprDoc(expr, scope) : 'undefined' })),
    )
  }

  const params = ['_', column, ...(status ? [status] : []), ...table.names]
  const run = code.arrow(params, body, { async: true })
  const doc = code.each(code.style.caseWord, code.rows(table.rows), titles.pattern, run)
  const cases = members.map((member, index) => ({ title: shown[index] as string, id: member.case.id }))
  return [{ kind: first.case.kind, doc: code.statement(doc), cases, review: reviewOf(members) }]
}
