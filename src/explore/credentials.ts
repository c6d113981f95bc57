import type { HttpResponse } from '../contracts/environment.ts'
import type { Json, JsonPath, JsonSchema } from '../contracts/json.ts'
import type { Expr, Recipe, RequestTemplate } from '../contracts/observation.ts'
import { type Endpoint, endpointKey } from '../contracts/project.ts'
import { Arrangement } from './arrangement.ts'
import { attempt } from './attempt.ts'
import { contextFor } from './context.ts'
import { type Executor, readCredential } from './execute.ts'
import { exprLeaves, withPart } from './expressions.ts'
import { buildBody, fieldsOf } from './fields.ts'
import type { Knowledge, Learned, Reached } from './knowledge.ts'
import { lastKey, leavesOf } from './leaves.ts'
import { paramsOf, soundsLikeLogin, soundsLikePeople, soundsLikeSignup } from './paths.ts'
import { registerRecipe, settleUniques } from './recipes.ts'
import { isSuccess } from './request.ts'
import { nounOf, plainName } from './words.ts'

/** Learns how to get accounts: sign up, log in where signing up gives no credential, and how the credential is sent. */
export async function learnActors(knowledge: Knowledge, executor: Executor): Promise<void> {
  const tried: string[] = []
  for (const endpoint of signups(knowledge.map.endpoints)) {
    const plan = { arrange: [], params: {}, credential: { is: 'none' } as const, signup: true }
    let outcome = await attempt(knowledge, executor, endpoint, plan)
    if (outcome.ok && settleUniques(knowledge, outcome.reached))
      outcome = await attempt(knowledge, executor, endpoint, plan)
    if (!outcome.ok) {
      tried.push(`${endpointKey(endpoint)} ${outcome.why}`)
      continue
    }
    const recipe = await actorFrom(knowledge, executor, outcome.reached, tried)
    knowledge.reached.set(endpointKey(endpoint), outcome.reached)
    if (!recipe) continue
    const actor = registerRecipe(knowledge, recipe, outcome.reached)
    if (!isIdentified(knowledge, actor)) registerAccount(knowledge, outcome.reached)
    await learnRoles(knowledge, executor, recipe, outcome.reached)
    return
  }
  knowledge.noSignUp = tried.length > 0 ? tried.join('; ') : 'no endpoint looks like one'
}

/** What it hands out has the key of its row. */
function isIdentified(knowledge: Knowledge, { table, key }: Learned): boolean {
  return key !== null && knowledge.table(table)?.primaryKey[0] === key.column
}

/** Where only signing up tells an account's id and only logging in its credential, the account alone is a thing of its own. */
function registerAccount(knowledge: Knowledge, reached: Reached): void {
  const name = knowledge.recipes.has('account') ? 'signedUp' : 'account'
  const { act, sighting } = reached
  const example = sighting.act.response.json ?? null
  const account = { name, kind: 'resource' as const, needs: {}, steps: [act], credential: null, example }
  const learned = registerRecipe(knowledge, account, reached)
  if (isIdentified(knowledge, learned)) return
  knowledge.recipes.delete(name)
  knowledge.learned.delete(name)
}

/** Endpoints that may make an account, likeliest first. */
function signups(endpoints: Endpoint[]): Endpoint[] {
  const rate = (endpoint: Endpoint) => {
    if (endpoint.method !== 'POST' || paramsOf(endpoint.path).length > 0 || soundsLikeLogin(endpoint.path)) return 0
    const password = hasPassword(endpoint.body?.schema)
    if (soundsLikeSignup(endpoint.path)) return 10 + (password ? 5 : 0)
    if (soundsLikePeople(endpoint.path)) return password ? 9 : endpoint.body ? 0 : 3
    return password ? 2 : 0
  }
  return endpoints
    .map((endpoint) => ({ endpoint, score: rate(endpoint) - (endpoint.auth === 'required' ? 2 : 0) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .map(({ endpoint }) => endpoint)
}

function hasPassword(schema: JsonSchema | undefined): boolean {
  return fieldsOf(schema ?? {}).some((field) => /pass(word|phrase|wd)|pwd/.test(plainName(lastKey(field.path))))
}

/** `tried` is told what stood in the way. */
async function actorFrom(
  knowledge: Knowledge,
  executor: Executor,
  reached: Reached,
  tried: string[],
): Promise<Recipe | null> {
  const base: Recipe = {
    name: actorName(knowledge, reached),
    kind: 'actor',
    needs: {},
    steps: [reached.act],
    credential: null,
    example: reached.sighting.act.response.json ?? null,
  }
  const direct = await credentialed(knowledge, executor, base, reached.sighting.act.response)
  if (direct) return direct
  for (const login of knowledge.map.endpoints.filter((candidate) => isLogin(candidate))) {
    const step = loginStep(knowledge, login, reached.act, 'step0')
    if (!step) continue
    const both: Recipe = { ...base, steps: [reached.act, step] }
    const answers = await runSteps(executor, both)
    const response = answers.at(-1)?.response
    if (!response || !isSuccess(response.status)) {
      tried.push(`${step.endpoint} after signing up answered ${response?.status ?? 'nothing'}`)
      continue
    }
    const found = await credentialed(knowledge, executor, { ...both, example: response.json ?? null }, response)
    if (found) return found
    tried.push(`${step.endpoint} answered ${response.status} without a token or a cookie`)
  }
  if (tried.length === 0)
    tried.push(`${endpointKey(reached.endpoint)} answered without a token or a cookie, and there is no log-in`)
  return null
}

export function isLogin(endpoint: Endpoint): boolean {
  return endpoint.method === 'POST' && soundsLikeLogin(endpoint.path) && paramsOf(endpoint.path).length === 0
}

/** A login with what the sign-up of `from` sent. `null` when nothing of it fits. */
export function loginStep(
  knowledge: Knowledge,
  login: Endpoint,
  signup: RequestTemplate,
  from: string,
): RequestTemplate | null {
  const schema = login.body?.schema ?? { type: 'object', properties: { email: {}, password: {} } }
  const context = contextFor(knowledge, login, new Arrangement(knowledge.recipes), null, true)
  let body: Expr = buildBody(schema, context)
  const sent = exprLeaves(signup.body)
  let replaced = 0
  for (const { path } of exprLeaves(body)) {
    const name = plainName(lastKey(path))
    const match =
      sent.find((leaf) => plainName(lastKey(leaf.path)) === name) ??
      (/^(username|login|identifier|email|user)$/.test(name)
        ? sent.find((leaf) => /^(email|username|login)$/.test(plainName(lastKey(leaf.path))))
        : undefined)
    if (!match) continue
    replaced += 1
    body = withPart(body, path, { is: 'ref', from, at: 'request', path: match.path })
  }
  if (replaced === 0) return null
  return {
    endpoint: endpointKey(login),
    params: {},
    query: {},
    headers: {},
    body,
    contentType: login.body?.contentType ?? 'application/json',
    credential: { is: 'none' },
  }
}

/** Answers to the steps, up to the first that is refused. */
async function runSteps(executor: Executor, recipe: Recipe) {
  const scope = new Map<string, { request: Json; response: Json }>()
  const answers = []
  for (const [index, step] of recipe.steps.entries()) {
    const answered = await executor.answer(step, scope, () => null)
    answers.push(answered)
    if (!isSuccess(answered.response.status)) break
    scope.set(`step${index}`, { request: answered.body, response: answered.response.json ?? null })
  }
  return answers
}

/** The recipe with the credential that its last answer holds and that the application accepts. */
async function credentialed(
  knowledge: Knowledge,
  executor: Executor,
  recipe: Recipe,
  response: HttpResponse,
): Promise<Recipe | null> {
  const step = recipe.steps.length - 1
  const candidates: Recipe[] = []
  const path = tokenPath(response.json ?? null)
  if (path)
    for (const { header, prefix } of waysToSend(knowledge))
      candidates.push({ ...recipe, credential: { header, prefix, step, path } })
  const cookie = sessionCookie(response)
  if (cookie) candidates.push({ ...recipe, credential: { cookie, step } })
  if (candidates.length < 2) return candidates[0] ?? null
  const guarded = await guardedEndpoint(knowledge, executor)
  if (!guarded) return candidates[0] ?? null
  const answers = Array.from({ length: recipe.steps.length }, () => ({ http: guarded.request, body: null, response }))
  for (const candidate of candidates) {
    const held = readCredential(candidate, answers)
    if (!held) continue
    const again = await executor.client.send({
      ...guarded.request,
      headers: { ...guarded.request.headers, [held.header]: held.prefix + held.token },
    })
    if (again.status !== guarded.status) return candidate
  }
  return candidates[0] ?? null
}

function waysToSend(knowledge: Knowledge): { header: string; prefix: string }[] {
  const ways = knowledge.map.auth
    .filter((scheme) => scheme.header !== 'cookie')
    .flatMap((scheme) =>
      (scheme.prefixes.length > 0 ? scheme.prefixes : scheme.kind === 'bearer' ? ['Bearer'] : ['']).map((prefix) => ({
        header: scheme.header || 'authorization',
        prefix: prefix.trim(),
      })),
    )
  const usual = [
    { header: 'authorization', prefix: 'Bearer' },
    { header: 'authorization', prefix: 'Token' },
    { header: 'authorization', prefix: 'JWT' },
    { header: 'authorization', prefix: '' },
    { header: 'x-access-token', prefix: '' },
    { header: 'x-auth-token', prefix: '' },
  ]
  return [
    ...ways,
    ...usual.filter((way) => !ways.some((known) => known.header === way.header && known.prefix === way.prefix)),
  ]
}

/** A request that an anonymous caller is refused, to try credentials on. */
async function guardedEndpoint(knowledge: Knowledge, executor: Executor) {
  const candidates = knowledge.map.endpoints
    .filter((endpoint) => endpoint.auth !== 'none' && paramsOf(endpoint.path).length === 0 && !isLogin(endpoint))
    .sort((a, b) => rank(a) - rank(b))
  for (const endpoint of candidates.slice(0, 6)) {
    const request = {
      method: endpoint.method,
      url: endpoint.path,
      headers: {
        accept: 'application/json',
        ...(endpoint.method === 'GET' ? {} : { 'content-type': 'application/json' }),
      },
      body: endpoint.method === 'GET' ? null : '{}',
    }
    const { status } = await executor.client.send(request)
    if ([401, 403, 302].includes(status)) return { request, status }
  }
  return null
}

function rank(endpoint: Endpoint): number {
  return (endpoint.method === 'GET' ? 0 : 2) + (endpoint.auth === 'required' ? 0 : 1)
}

const JWT = /^[\w-]{8,}\.[\w-]{8,}\.[\w-]+$/

function tokenPath(body: Json): JsonPath | null {
  const leaves = leavesOf(body).filter((leaf) => typeof leaf.value === 'string' && leaf.value.length >= 8)
  const named = (pattern: RegExp) => leaves.find((leaf) => pattern.test(plainName(lastKey(leaf.path))))
  const found =
    named(/^(access|auth|id|user|session|api)?(token|jwt)$|^bearer$/) ??
    leaves.find((leaf) => JWT.test(String(leaf.value)) && !/refresh/i.test(lastKey(leaf.path))) ??
    named(/^(apikey|sessionid|key)$/)
  return found?.path ?? null
}

function sessionCookie(response: HttpResponse): string | null {
  const names = (response.headers['set-cookie'] ?? '')
    .split('\n')
    .map((line) => line.split('=')[0]?.trim() ?? '')
    .filter(Boolean)
  return names.find((name) => /sess|sid|token|jwt|auth/i.test(name)) ?? names[0] ?? null
}

function actorName(knowledge: Knowledge, reached: Reached): string {
  if (soundsLikePeople(reached.endpoint.path)) return nounOf(reached.endpoint.path.split('/').at(-1) ?? 'user')
  const inserted = reached.sighting.changes.find(
    (change) =>
      change.change === 'inserted' &&
      knowledge.table(change.table)?.columns.some((column) => /passw|pwd|hash/i.test(column.name)),
  )
  return inserted ? nounOf(inserted.table) : 'user'
}

/** Where signing up takes a role, one more actor for each role that is named. */
async function learnRoles(knowledge: Knowledge, executor: Executor, actor: Recipe, reached: Reached): Promise<void> {
  const field = fieldsOf(reached.endpoint.body?.schema ?? {}).find((candidate) =>
    /^(user)?roles?$/.test(plainName(lastKey(candidate.path))),
  )
  if (!field) return
  const roles = new Set([
    ...(field.schema.enum ?? []),
    ...knowledge.map.endpoints.flatMap((endpoint) => endpoint.roles),
  ])
  const [signup, ...rest] = actor.steps
  if (!signup) return
  const usual = exprLeaves(signup.body).find((leaf) => leaf.path.join('.') === field.path.join('.'))?.expr
  for (const role of roles) {
    if (typeof role !== 'string' || (usual?.is === 'literal' && usual.value === role)) continue
    const name = nounOf(role.toLowerCase())
    if (knowledge.recipes.has(name)) continue
    const recipe: Recipe = {
      ...actor,
      name,
      steps: [{ ...signup, body: withPart(signup.body, field.path, { is: 'literal', value: role }) }, ...rest],
    }
    if ((await runSteps(executor, recipe)).every(({ response }) => isSuccess(response.status)))
      registerRecipe(knowledge, recipe, reached)
  }
}
