import type { Binding, Credential, Expr, Observation, RequestTemplate } from '../../../contracts/observation.ts'
import { countDifferences } from './answers.ts'
import { areOwn, type DraftContext, standsAlone } from './case-scope.ts'
import { answerKey } from './draft-shared.ts'
import { walkExpr, walkPattern } from './json.ts'
import { accessPath } from './recipes.ts'
import { ensureScenario, type Scenario } from './scenarios.ts'

/** In what a refused request departs from the one that its endpoint grants. */
export type Departure =
  | { by: 'credential'; credential: Exclude<Credential, { is: 'valid' }> }
  | { by: 'account'; binding: Binding }
  /** `{ order: { id: … } }`: a part of the path that belongs to nothing, or is ill-formed. */
  | { by: 'path'; binding: string; keys: string[]; value: Expr }

export interface Refusal {
  observation: Observation
  departure: Departure
}

/** A request as its endpoint grants it, and the arrangement it needs. */
export interface GrantedRequest {
  endpoint: string
  act: RequestTemplate
  scenario: Scenario
}

/** Refusals of the same kind at several endpoints. */
export interface RefusalGroup {
  /** For `credential`: each endpoint is tried in all of these ways. */
  by: Departure['by']
  title: string
  refusals: Refusal[]
}

/** Who may ask for what: refusals that depend on the credential and the path alone, over all endpoints. */
export interface AccessPlan {
  /** The binding whose credential is granted. */
  actor: string
  requests: GrantedRequest[]
  groups: RefusalGroup[]
  taken: Set<Observation>
}

const KINDS = /^(unauthenticated|forbidden|not_found|invalid)$/

/** Finds what can stand in one table for all endpoints; the rest stays with its endpoint. */
export function planAccess(context: DraftContext): AccessPlan | null {
  const actor = mostCommonActor(context.observations)
  if (actor === null) return null
  const granted = new Map<string, { act: RequestTemplate; arrange: Binding[]; refusals: Refusal[] }>()
  for (const endpoint of new Set(context.observations.map(({ case: subject }) => subject.endpoint))) {
    const own = context.observations.filter(
      ({ case: subject }) => subject.endpoint === endpoint && !standsAlone(subject),
    )
    const act = own.find(({ case: { kind } }) => kind === 'unauthenticated' || kind === 'forbidden')?.case.act
    if (!act) continue
    const refusals = own.flatMap((observation): Refusal[] => {
      const departure = departureOf(observation, act, actor, context)
      return departure ? [{ observation, departure }] : []
    })
    const arrange = commonArrangement(refusals, act, actor)
    if (arrange) granted.set(endpoint, { act, arrange, refusals })
  }
  const groups = groupRefusals([...granted.values()].flatMap(({ refusals }) => refusals))
  const taken = new Set(groups.flatMap(({ refusals }) => refusals.map(({ observation }) => observation)))
  const requests = [...granted].flatMap(([endpoint, { act, arrange, refusals }]): GrantedRequest[] =>
    refusals.some(({ observation }) => taken.has(observation))
      ? [{ endpoint, act, scenario: ensureScenario(arrange, context.scenarios) }]
      : [],
  )
  return groups.length > 0 ? { actor, requests, groups, taken } : null
}

function mostCommonActor(observations: Observation[]): string | null {
  const counts = new Map<string, number>()
  for (const { case: subject } of observations) {
    const { credential } = subject.act
    if (credential.is === 'valid' && subject.kind !== 'forbidden')
      counts.set(credential.as, (counts.get(credential.as) ?? 0) + 1)
  }
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? null
}

/** `null` where the refusal is about something else, changed something, or cannot be told without its own test. */
function departureOf(
  { case: subject, expected, passes }: Observation,
  base: RequestTemplate,
  actor: string,
  context: DraftContext,
): Departure | null {
  const { act, kind, follow, arrange } = subject
  const isPlain = follow.length === 0 && passes.every(({ rows }) => rows.length === 0)
  const isSeen = areOwn(expected.rows, context)
  if (
    !KINDS.test(kind) ||
    !isPlain ||
    !isSeen ||
    [expected.body, ...Object.values(expected.headers)].some(mentionsTest)
  )
    return null
  if (arrange.some(({ overrides }) => Object.keys(overrides).length > 0)) return null
  const fixed = ({ query, headers, body, contentType }: RequestTemplate) => [query, headers, body, contentType]
  if (!same(fixed(act), fixed(base))) return null
  const { credential } = act
  const changed = Object.keys(base.params).filter((name) => !same(base.params[name], act.params[name]))
  if (kind === 'unauthenticated')
    return credential.is !== 'valid' &&
      changed.length === 0 &&
      (credential.is === 'none' ||
        credential.as === actor ||
        (credential.as === null && credential.how === 'malformed'))
      ? { by: 'credential', credential }
      : null
  if (credential.is !== 'valid') return null
  if (kind === 'forbidden') {
    const binding = arrange.find(({ name }) => name === credential.as)
    const isNeeded = arrange.some(({ needs }) => Object.values(needs).includes(credential.as))
    const isStranger = binding && binding.name !== actor && !isNeeded && !refersTo(base, binding.name)
    return isStranger && changed.length === 0 && Object.keys(binding.needs).length === 0
      ? { by: 'account', binding }
      : null
  }
  const [name, ...others] = changed
  if (name === undefined || others.length > 0 || credential.as !== actor) return null
  return pathDeparture(base, name, act.params[name] as Expr, arrange, context)
}

function pathDeparture(
  base: RequestTemplate,
  param: string,
  value: Expr,
  arrange: Binding[],
  { factories, observations }: DraftContext,
): Departure | null {
  const expr = base.params[param]
  if (expr?.is !== 'ref' || value.is === 'ref') return null
  const { [param]: _, ...params } = base.params
  const factory = factories.get(arrange.find(({ name }) => name === expr.from)?.recipe ?? '')
  if (!factory || refersTo({ ...base, params }, expr.from)) return null
  const keys = accessPath(factory, expr.at, expr.path, observations).map(String)
  return keys.length > 0 ? { by: 'path', binding: expr.from, keys, value } : null
}

/** Bindings that parts of the request other than its credential come from. */
function referred({ params, query, headers, body }: RequestTemplate): string[] {
  const found = new Set<string>()
  const parts = [...Object.values(params), ...Object.values(query), ...Object.values(headers), ...(body ? [body] : [])]
  for (const part of parts)
    walkExpr(part, (expr) => {
      if (expr.is === 'ref') found.add(expr.from)
    })
  return [...found]
}

const refersTo = (request: RequestTemplate, binding: string) => referred(request).includes(binding)

function mentionsTest(body: Observation['expected']['body']): boolean {
  let found = false
  walkPattern(body, (pattern) => {
    if (pattern.is === 'same') found = true
  })
  return found
}

/** What all the refusals of an endpoint can be arranged with, strangers aside; `null` when there is no such thing. */
function commonArrangement(refusals: Refusal[], act: RequestTemplate, actor: string): Binding[] | null {
  const lists = refusals.map(({ observation, departure }) =>
    observation.case.arrange.filter(({ name }) => departure.by !== 'account' || name !== departure.binding.name),
  )
  const fullest = lists.reduce((most, list) => (list.length > most.length ? list : most), [])
  const fits = lists.every((list) => list.every((binding) => fullest.some((other) => same(binding, other))))
  const has = (binding: string) => fullest.some(({ name }) => name === binding)
  return fits && has(actor) && referred(act).every(has) ? fullest : null
}

function groupRefusals(refusals: Refusal[]): RefusalGroup[] {
  const endpointOf = ({ observation }: Refusal) => observation.case.endpoint
  const wayKey = ({ departure, observation }: Refusal) => `${JSON.stringify(departure)} ${answerKey(observation)}`
  const alike = new Map<string, string[]>()
  for (const refusal of refusals) {
    const endpoints = alike.get(wayKey(refusal)) ?? []
    endpoints.push(endpointOf(refusal))
    alike.set(wayKey(refusal), endpoints)
  }
  const groups = new Map<string, RefusalGroup>()
  const rows = new Set<string>()
  for (const refusal of refusals) {
    const { departure, observation } = refusal
    const [key, title] =
      departure.by === 'credential'
        ? // Ways of being nobody that the same endpoints answer alike stand together.
          [`credential ${answerKey(observation)} ${alike.get(wayKey(refusal))}`, '']
        : departure.by === 'account'
          ? [`account ${departure.binding.recipe} ${frameOf(observation)}`, 'refuses another account']
          : pathGroup(observation)
    const group = groups.get(key) ?? { by: departure.by, title, refusals: [] }
    // Rows are told apart by their endpoint and what is replaced.
    const row = `${key} ${JSON.stringify(rowOf(refusal))}`
    if (!rows.has(row)) group.refusals.push(refusal)
    rows.add(row)
    groups.set(key, group)
  }
  return [...groups.values()].filter(
    (group) =>
      new Set(group.refusals.map(endpointOf)).size > 1 &&
      countDifferences(group.refusals.map(({ observation }) => observation)) <= 2,
  )
}

const rowOf = ({ observation, departure }: Refusal) => [
  observation.case.endpoint,
  departure.by === 'path' ? departure.binding : departure.by === 'credential' && departure.credential,
]

/** What the rows of a table have to have in common of their answers: only parts of bodies can differ. */
const frameOf = ({ expected: { headers, body } }: Observation) => JSON.stringify([headers, body === null])

function pathGroup(observation: Observation): [key: string, title: string] {
  const isUnknown = /\bunknown\b/.test(observation.case.title)
  return [
    `path ${observation.expected.status} ${isUnknown} ${frameOf(observation)}`,
    isUnknown ? 'answers not found for an unknown' : 'refuses an ill-formed path to the',
  ]
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)
