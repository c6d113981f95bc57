import type { Credential, Expr, Recipe } from '../contracts/observation.ts'
import { type Endpoint, endpointKey } from '../contracts/project.ts'
import { Arrangement } from './arrangement.ts'
import { attempt, type Outcome, type Plan, schemaOf } from './attempt.ts'
import { likelyTable, nounReferred, referenceTable, referred } from './context.ts'
import { isLogin, learnActors, loginStep } from './credentials.ts'
import type { Executor } from './execute.ts'
import { fieldsOf } from './fields.ts'
import { emptyCase, type Knowledge } from './knowledge.ts'
import { lastKey } from './leaves.ts'
import { isItem, nounOfPath, paramsOf, pathShape, soundsLikeLogin } from './paths.ts'
import { type Producer, producersOf } from './producers.ts'
import { recipeFrom, registerRecipe, settleUniques } from './recipes.ts'
import { plainName } from './words.ts'

/** HTTP methods that can be explored; the rest of the map (queues, sockets, GraphQL) is for others. */
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']

/** How exploring is steered from outside. */
export interface Steering {
  /** Called between steps: throws when aborted, answers false when time is up. */
  goOn(): boolean
  progress(message: string): void
}

/** Finds for every endpoint a request that succeeds, and for everything that can be made a recipe. */
export async function learn(
  knowledge: Knowledge,
  executor: Executor,
  wanted: (endpoint: Endpoint) => boolean,
  steering: Steering,
): Promise<void> {
  await learnActors(knowledge, executor)
  for (const table of knowledge.accountTables()) executor.accountTables.add(table)
  steering.progress(
    knowledge.actors().length > 0
      ? `signed up as ${knowledge
          .actors()
          .map((actor) => actor.name)
          .join(', ')}`
      : `no way to sign up: ${knowledge.noSignUp}`,
  )
  await learnCreators(knowledge, executor, steering)
  for (const endpoint of knowledge.map.endpoints) {
    const key = endpointKey(endpoint)
    if (knowledge.reached.has(key) || !wanted(endpoint)) continue
    if (!METHODS.includes(endpoint.method)) {
      knowledge.unreached.push({ endpoint: key, why: `${endpoint.method} is not explored`, lastStatus: null })
      continue
    }
    if (!steering.goOn()) {
      knowledge.unreached.push({ endpoint: key, why: 'out of time', lastStatus: null })
      continue
    }
    const outcome = await reach(knowledge, executor, endpoint)
    if (outcome.ok) knowledge.reached.set(key, outcome.reached)
    else {
      knowledge.unreached.push({ endpoint: key, why: outcome.why, lastStatus: outcome.status || null })
      const { tried, status } = outcome
      const unmet = tried && knowledge.unmet.has(emptyCase(endpoint, tried.arrange, tried.act).id)
      if (tried?.act.credential.is === 'valid' && !unmet && ![0, 401, 403].includes(status))
        knowledge.guarded.push(tried)
    }
    steering.progress(
      `${key}: ${outcome.ok ? outcome.reached.sighting.act.response.status : outcome.why.slice(0, 100)}`,
    )
  }
}

async function learnCreators(knowledge: Knowledge, executor: Executor, steering: Steering): Promise<void> {
  let pending = knowledge.map.endpoints.filter(
    (endpoint) =>
      endpoint.method === 'POST' &&
      !isLogin(endpoint) &&
      !soundsLikeLogin(endpoint.path) &&
      !knowledge.reached.has(endpointKey(endpoint)),
  )
  pending.sort((a, b) => paramsOf(a.path).length - paramsOf(b.path).length)
  for (let patience = 0; patience < 2 && pending.length > 0; ) {
    const left: Endpoint[] = []
    for (const endpoint of pending) {
      if (!steering.goOn()) return
      if (patience === 0 && !isReady(knowledge, endpoint, pending)) {
        left.push(endpoint)
        continue
      }
      let outcome = await reach(knowledge, executor, endpoint)
      if (outcome.ok && settleUniques(knowledge, outcome.reached)) outcome = await reach(knowledge, executor, endpoint)
      if (!outcome.ok) {
        left.push(endpoint)
        continue
      }
      knowledge.reached.set(endpointKey(endpoint), outcome.reached)
      if (outcome.reached.sighting.changes.length > 0) {
        const { recipe } = registerRecipe(knowledge, recipeFrom(knowledge, outcome.reached), outcome.reached)
        steering.progress(`${endpointKey(endpoint)}: learned to make ${recipe.name}`)
      }
    }
    patience = left.length === pending.length ? patience + 1 : 0
    if (left.length < pending.length) patience = 0
    pending = left
  }
}

/** All that the path and the body refer to can be made already. */
function isReady(knowledge: Knowledge, endpoint: Endpoint, pending: Endpoint[]): boolean {
  const waiting = new Set(
    pending.filter((other) => other !== endpoint).map((other) => plainName(nounOfPath(other.path))),
  )
  const table = likelyTable(knowledge, endpoint)?.name ?? null
  const paramsReady = paramsOf(endpoint.path).every((param) => {
    const [best] = producersOf(knowledge, endpoint, param)
    return best !== undefined
  })
  if (!paramsReady) return false
  return fieldsOf(schemaOf(knowledge, endpoint) ?? {})
    .flatMap((field) => [field, ...fieldsOf(field.schema.items ?? {}, field.path)])
    .every((field) => {
      const noun = nounReferred(lastKey(field.path))
      return !noun || !waiting.has(noun) || referred(knowledge, lastKey(field.path), table) !== null
    })
}

/** Tries plans until one succeeds. */
async function reach(knowledge: Knowledge, executor: Executor, endpoint: Endpoint): Promise<Outcome> {
  let best: Outcome = { ok: false, status: 0, why: 'nothing makes what its path names' }
  for (const plan of plansFor(knowledge, endpoint)) {
    const outcome = await attempt(knowledge, executor, endpoint, plan)
    if (outcome.ok) return outcome
    if (!best.ok && worth(outcome.status) >= worth(best.status)) best = outcome
  }
  const anonymous = knowledge.noSignUp !== null && (best.ok || best.status > 0 || endpoint.auth === 'required')
  if (!best.ok && anonymous && [0, 401, 403].includes(best.status))
    return { ...best, why: `${best.why}; there is no way to sign up: ${knowledge.noSignUp}` }
  const lacking = best.ok || best.status === 403 ? [] : emptyReferences(knowledge, endpoint)
  if (!best.ok && lacking.length > 0) return { ...best, why: `${best.why}; ${lacking.join(' and ')}` }
  if (!best.ok && best.status === 403)
    return {
      ...best,
      why: `needs ${endpoint.roles.join(' or ') || 'a right'} that no account made through the API has (${best.why})`,
    }
  return best
}

/** Fields that point to tables which are empty and which no endpoint fills. */
function emptyReferences(knowledge: Knowledge, endpoint: Endpoint): string[] {
  const table = likelyTable(knowledge, endpoint)?.name ?? null
  return fieldsOf(schemaOf(knowledge, endpoint) ?? {}).flatMap(({ path }) => {
    const target = referenceTable(knowledge, lastKey(path), table)
    if (!target || knowledge.makerOf(target.table) || (knowledge.initial[target.table] ?? []).length > 0) return []
    return [
      `its ${lastKey(path)} needs a row of ${target.table}, which no endpoint adds and no migration or seed brings`,
    ]
  })
}

/** Which failure tells most. */
function worth(status: number): number {
  if (status >= 500) return 4
  if (status === 403) return 3
  if (status === 401) return 1
  if (status === 404) return 2
  return status >= 400 ? 3 : 0
}

function plansFor(knowledge: Knowledge, endpoint: Endpoint): Plan[] {
  if (isLogin(endpoint)) {
    const plan = loginPlan(knowledge, endpoint)
    if (plan) return [plan]
  }
  const plans: Plan[] = []
  const twin = twinOf(knowledge, endpoint)
  for (const asker of askers(knowledge, endpoint))
    for (const choice of choices(knowledge, endpoint).slice(0, 6))
      for (const other of otherFirst(endpoint, choice, knowledge, asker))
        plans.push(planFor(knowledge, endpoint, asker, choice, other, twin))
  return plans
}

function loginPlan(knowledge: Knowledge, endpoint: Endpoint): Plan | null {
  const [actor] = knowledge.actors()
  const signup = actor?.steps.at(-1)
  if (!actor || !signup) return null
  const step = loginStep(knowledge, endpoint, signup, actor.name)
  if (!step) return null
  const bindings = new Arrangement(knowledge.recipes)
  bindings.need(actor.name)
  const given = (_: string, path: (string | number)[]): Expr | null => partAt(step.body, path)
  return { arrange: bindings.bindings, params: {}, credential: { is: 'none' }, given, signup: true }
}

function partAt(body: Expr | null, path: (string | number)[]): Expr | null {
  let current: Expr | undefined = body ?? undefined
  for (const key of path) current = current?.is === 'object' ? current.properties[String(key)] : undefined
  return current ?? null
}

/** Who may ask, likeliest first; `null` is nobody. */
function askers(knowledge: Knowledge, endpoint: Endpoint): (Recipe | null)[] {
  const actors = [...knowledge.actors()].sort(
    (a, b) => Number(endpoint.roles.includes(b.name)) - Number(endpoint.roles.includes(a.name)),
  )
  return endpoint.auth === 'required' && actors.length > 0 ? actors : [null, ...actors]
}

type Choice = Record<string, Producer | { literal: string | number }>

/** Ways to fill the path, as far as something fits. */
function choices(knowledge: Knowledge, endpoint: Endpoint): Choice[] {
  let found: Choice[] = [{}]
  for (const param of paramsOf(endpoint.path)) {
    const producers: Choice[string][] = producersOf(knowledge, endpoint, param).slice(0, 4)
    if (producers.length === 0) producers.push(...existing(knowledge, endpoint, param))
    found = found.flatMap((choice) => producers.map((producer) => ({ ...choice, [param]: producer })))
  }
  return found
}

/** Rows there since the migration or the seeds, for things that the API does not make. */
function existing(knowledge: Knowledge, endpoint: Endpoint, param: string): { literal: string | number }[] {
  const collection = endpoint.path.slice(0, endpoint.path.indexOf(`/{${param}}`))
  const table = likelyTable(knowledge, { ...endpoint, path: collection || endpoint.path })
  const row = table && knowledge.initial[table.name]?.[0]
  if (!table || !row) return []
  const column =
    table.columns.find((candidate) => plainName(candidate.name) === plainName(param))?.name ?? table.primaryKey[0]
  const value = column === undefined ? undefined : row[column]
  return typeof value === 'string' || typeof value === 'number' ? [{ literal: value }] : []
}

/** Whether an account named in the path is somebody else's, likeliest first. */
function otherFirst(endpoint: Endpoint, choice: Choice, knowledge: Knowledge, asker: Recipe | null): boolean[] {
  const names = Object.values(choice).some(
    (part) => 'recipe' in part && knowledge.recipes.get(part.recipe)?.kind === 'actor',
  )
  if (!names || !asker) return [false]
  if (!isItem(endpoint.path)) return [true, false]
  return endpoint.method === 'GET' ? [false, true] : [false]
}

function planFor(
  knowledge: Knowledge,
  endpoint: Endpoint,
  asker: Recipe | null,
  choice: Choice,
  other: boolean,
  twin: string | null,
): Plan {
  const arrangement = new Arrangement(knowledge.recipes)
  const credential: Credential = asker ? { is: 'valid', as: arrangement.need(asker.name) } : { is: 'none' }
  const params: Record<string, Expr> = {}
  for (const param of paramsOf(endpoint.path)) {
    const part = choice[param]
    if (!part) continue
    if ('literal' in part) {
      params[param] = { is: 'literal', value: part.literal }
      continue
    }
    const isActor = knowledge.recipes.get(part.recipe)?.kind === 'actor'
    const from = arrangement.need(part.recipe, isActor && other ? { fresh: true } : {})
    params[param] = { is: 'ref', from, at: part.at, path: part.path }
  }
  if (twin) arrangement.need(twin)
  return { arrange: arrangement.bindings, params, credential }
}

/** For `DELETE /x/{id}/favorite`: the recipe of `POST` on the same path, which it undoes. */
function twinOf(knowledge: Knowledge, endpoint: Endpoint): string | null {
  if (endpoint.method !== 'DELETE') return null
  for (const learned of knowledge.learned.values())
    if (learned.recipe.kind === 'resource' && pathShape(learned.endpoint.path) === pathShape(endpoint.path))
      return learned.recipe.name
  return null
}
