import type { Exploration, Observation, Recipe } from '../contracts/observation.ts'
import { type Endpoint, endpointKey, type ProjectMap } from '../contracts/project.ts'
import type { AppUnderTest } from './app.ts'
import { Bench, type Kept } from './bench.ts'
import { forbiddenCases, unauthenticatedCases } from './cases/access.ts'
import { duplicateCases, workflowCases } from './cases/again.ts'
import { collectionCases } from './cases/collections.ts'
import { conflictCases } from './cases/conflicts.ts'
import { derivedValueCases } from './cases/derived.ts'
import { edgeCases } from './cases/edges.ts'
import { goneAccountCases } from './cases/gone-account.ts'
import { invalidCases } from './cases/invalid.ts'
import { invalidQueryCases } from './cases/invalid-query.ts'
import { listCases } from './cases/lists.ts'
import { loginCases } from './cases/login.ts'
import { malformedBodyCases } from './cases/malformed.ts'
import { notFoundCases } from './cases/not-found.ts'
import { otherParentCases } from './cases/other-parent.ts'
import { unknownReferenceCases } from './cases/references.ts'
import { reflectionCases } from './cases/reflections.ts'
import { successCases } from './cases/success.ts'
import { undoCases } from './cases/undo.ts'
import { unknownRouteCase } from './cases/unknown-route.ts'
import { partialUpdateCases } from './cases/updates.ts'
import { tokenWordCases } from './cases/words-before-token.ts'
import { cleanupRules } from './cleanup.ts'
import { Client } from './client.ts'
import { ArrangementFailed, Executor } from './execute.ts'
import { MissingReference } from './expressions.ts'
import { type HeldFinding, keepHeld } from './held-findings.ts'
import { Knowledge, type Reached } from './knowledge.ts'
import { learn, type Steering } from './learn.ts'
import { observe } from './observe.ts'
import { addFinding, noteServerError } from './oracles.ts'
import { selectCases } from './select.ts'
import { rankSpare } from './spare.ts'
import { addStrangers } from './strangers.ts'
import { UniqueValues } from './unique.ts'

export type { AppUnderTest } from './app.ts'
export type { HeldFinding } from './held-findings.ts'
export { findingOf } from './oracles.ts'
export { probe } from './probe.ts'

export interface ExploreInput {
  map: ProjectMap
  app: AppUnderTest
  /** `METHOD /path` with `*` and `**` as wildcards; everything by default. */
  only?: string[]
  /** The same for endpoints of which every case that held is answered, those beyond what is worth a test as `extra`. */
  thorough?: string[]
  /** Findings that people want in the suite: their cases are observed like others. */
  held?: HeldFinding[]
  signal: AbortSignal
  progress(message: string): void
  /** Milliseconds after which no new cases are begun. Default 180,000. */
  budgetMs?: number
}

const FIRST = { seed: 11, env: {} }
/** Another seed and the other side of the date line. */
const SECOND = { seed: 47, env: { TZ: 'Pacific/Kiritimati' } }

/** Success first, then errors, edges, workflows. */
const BUILDERS: ((bench: Bench, reached: Reached) => Promise<void>)[] = [
  successCases,
  partialUpdateCases,
  collectionCases,
  reflectionCases,
  listCases,
  tokenWordCases,
  unauthenticatedCases,
  goneAccountCases,
  forbiddenCases,
  notFoundCases,
  otherParentCases,
  loginCases,
  malformedBodyCases,
  invalidCases,
  invalidQueryCases,
  unknownReferenceCases,
  duplicateCases,
  derivedValueCases,
  conflictCases,
  edgeCases,
  workflowCases,
  undoCases,
]

/**
 * Drives the application over HTTP, twice under different conditions, and answers what held both times, how things are made
 * and removed, and what is wrong. The stores are reset in between and left as the second pass made them.
 */
export async function explore({
  map,
  app,
  only,
  thorough = [],
  held = [],
  signal,
  progress,
  budgetMs = 180_000,
}: ExploreInput): Promise<Exploration> {
  const started = Date.now()
  const wanted = matcher(only)
  const steering: Steering = {
    progress,
    goOn: () => {
      signal.throwIfAborted()
      return Date.now() - started < budgetMs * 0.6
    },
  }
  await app.reset()
  const client = new Client(app, FIRST.env, signal)
  const tables = (await Promise.all(app.stores.map((store) => store.tables()))).flat()
  const initial = Object.assign({}, ...(await client.look()).values())
  const knowledge = new Knowledge(map, tables, initial)
  const unique = new UniqueValues(FIRST.seed)
  const executor = new Executor(client, unique, knowledge.recipes)
  const bench = new Bench(knowledge, executor)
  try {
    await learn(knowledge, executor, wanted, steering)
    for (const endpoint of map.endpoints) {
      const reached = knowledge.reached.get(endpointKey(endpoint))
      if (!reached || !wanted(endpoint)) continue
      await tryCases(bench, reached, steering)
    }
    if (!only?.length && steering.goOn()) await unknownRouteCase(bench)
    for (const guarded of knowledge.guarded) if (steering.goOn()) await unauthenticatedCases(bench, guarded)
    await keepHeld(bench, held)
  } finally {
    await client.stop()
  }
  const isAimedAt = thorough.length > 0 ? matcher(thorough) : () => false
  const aimed = new Set(map.endpoints.filter(isAimedAt).map(endpointKey))
  const second = await secondPass(knowledge, bench.kept, { app, aimed, signal, progress })
  const enforced = !app.stores.some((store) => store.engine === 'sqlite')
  return {
    recipes: usedRecipes(knowledge, second.observations),
    observations: second.observations,
    findings: knowledge.findings.list(),
    cleanup: cleanupRules(
      knowledge.changes,
      tables,
      (value) => unique.made.has(value) || second.made.has(value),
      enforced,
    ),
    invented: knowledge.invented,
    unreached: knowledge.unreached,
    unstable: [...tellUnmet(knowledge), ...second.unstable],
    requests: client.requests + second.requests,
    durationMs: Date.now() - started,
  }
}

/** Cases that the environment kept from being seen; those of endpoints without a success are told with these. */
function tellUnmet(knowledge: Knowledge): Exploration['unstable'] {
  return [...knowledge.unmet].filter(([id]) => !id.endsWith(' attempt')).map(([id, why]) => ({ case: id, why }))
}

async function tryCases(bench: Bench, reached: Reached, steering: Steering): Promise<void> {
  const before = bench.kept.length
  for (const build of BUILDERS) {
    if (!steering.goOn()) return
    await build(bench, reached)
  }
  steering.progress(`${endpointKey(reached.endpoint)}: ${bench.kept.length - before} cases`)
}

/** Looks again at the cases worth a test, and at what takes the place of those that turn out otherwise this time. */
async function secondPass(
  knowledge: Knowledge,
  kept: Kept[],
  { app, aimed, signal, progress }: Pick<ExploreInput, 'app' | 'signal' | 'progress'> & { aimed: Set<string> },
): Promise<Pick<Exploration, 'observations' | 'unstable' | 'requests'> & { made: Set<string> }> {
  await app.reset()
  const client = new Client(app, SECOND.env, signal)
  const unique = new UniqueValues(SECOND.seed)
  const executor = new Executor(client, unique, knowledge.recipes)
  for (const table of knowledge.accountTables()) executor.accountTables.add(table)
  const seen = new Map<Kept, Observation | null>()
  const unstable: Exploration['unstable'] = []
  const held = () => kept.filter((entry) => seen.get(entry) !== null && !knowledge.findings.concerns(entry.case))
  const choose = () => {
    const chosen = new Set(selectCases(held()))
    return held().filter((entry) => chosen.has(entry) || aimed.has(entry.case.endpoint))
  }
  try {
    await addStrangers(knowledge, executor, kept)
    for (let due = choose(); due.length > 0; due = choose().filter((entry) => !seen.has(entry))) {
      progress(`second pass over ${due.length} of ${kept.length} cases: other data, another time zone`)
      for (const [index, entry] of due.entries()) {
        if (index % 40 === 39) progress(`second pass: ${index + 1} of ${due.length}`)
        seen.set(entry, await confirm(knowledge, executor, entry, unstable))
      }
    }
  } finally {
    await client.stop()
  }
  const worth = new Set(selectCases(held()).flatMap((entry) => seen.get(entry) ?? []))
  const ranked = new Map(rankSpare([...worth]).map((observation) => [observation.case.id, observation]))
  const observations = choose().flatMap((entry): Observation[] => {
    const observation = seen.get(entry)
    if (!observation) return []
    if (!worth.has(observation)) return [{ ...observation, case: { ...observation.case, extra: true } }]
    return [ranked.get(entry.case.id) ?? observation]
  })
  return { observations, unstable, requests: client.requests, made: unique.made }
}

/** What held both times; `null` when it did not, which is told in `unstable` or is a finding. */
async function confirm(
  knowledge: Knowledge,
  executor: Executor,
  entry: Kept,
  unstable: Exploration['unstable'],
): Promise<Observation | null> {
  const outcome = await lookAgain(knowledge, executor, entry)
  if ('unstable' in outcome) {
    unstable.push({ case: entry.case.id, why: outcome.unstable })
    return null
  }
  if (!outcome.reordered) return outcome.observation
  addFinding(
    knowledge,
    entry.case,
    'undefined_order',
    'What the test made is listed in one order the first time and another the second; a defined order was expected.',
  )
  return null
}

async function lookAgain(knowledge: Knowledge, executor: Executor, entry: Kept): Promise<ReturnType<typeof observe>> {
  try {
    const second = await executor.run(entry.case, { share: entry.share })
    for (const change of second.changes) knowledge.changes.push({ change, recipe: null })
    const { status } = second.act.response
    if ((status === 0 || status >= 500) && !entry.held) {
      const unmet = await noteServerError(knowledge, executor, entry.case, second.act, ' in the second pass')
      if (unmet !== null) return { unstable: unmet }
    }
    const table = entry.listing?.closed === false ? entry.listing.table : null
    return observe(knowledge, entry, second, table === null ? null : await executor.count(table))
  } catch (error) {
    if (error instanceof ArrangementFailed || error instanceof MissingReference)
      return { unstable: `the second time ${error.message}` }
    throw error
  }
}

/** Recipes that observations rest on, with what those need. */
function usedRecipes(knowledge: Knowledge, observations: Exploration['observations']): Recipe[] {
  const used = new Set<string>()
  const use = (name: string) => {
    if (used.has(name)) return
    for (const needed of Object.values(knowledge.recipes.get(name)?.needs ?? {})) use(needed)
    used.add(name)
  }
  for (const { case: subject } of observations) for (const binding of subject.arrange) use(binding.recipe)
  return [...used].flatMap((name) => knowledge.recipes.get(name) ?? [])
}

function matcher(only: string[] | undefined): (endpoint: Endpoint) => boolean {
  if (!only || only.length === 0) return () => true
  const patterns = only.map((glob) => {
    const [method = '*', path = '**'] = glob.trim().includes(' ') ? glob.trim().split(/\s+/) : ['*', glob.trim()]
    const source = path
      .replace(/[.+^$()|[\]\\?]/g, '\\$&')
      .replace(/[{}]/g, '\\$&')
      .replace(/\*\*/g, '\u0000')
      .replace(/\*/g, '[^/]*')
      .replaceAll('\u0000', '.*')
    return { method: method.toUpperCase(), path: new RegExp(`^${source}$`) }
  })
  return (endpoint) =>
    patterns.some(({ method, path }) => (method === '*' || method === endpoint.method) && path.test(endpoint.path))
}
