import type { Binding, RequestTemplate } from '../../contracts/observation.ts'
import { endpointKey } from '../../contracts/project.ts'
import { Arrangement } from '../arrangement.ts'
import type { Knowledge, Learned, Reached } from '../knowledge.ts'
import { bindingsOf } from '../recipes.ts'

/** What is arranged beside what a request is about, and reads by those it is not about. */
export interface Beside {
  arrange: Binding[]
  follow: RequestTemplate[]
}

/**
 * Things of the same kind as the one a request names: one of the same account, and where the request takes something back that
 * was done to a thing, the same done by another account, and done by the same to another thing. None of them may change, and
 * reads must not show them. `null` where there is no such thing.
 */
export function bystandersOf(knowledge: Knowledge, reached: Reached, follow: RequestTemplate[]): Beside | null {
  const { arrange, act } = reached
  const target = targetOf(knowledge, reached)
  if (!target) return null
  const arrangement = new Arrangement(knowledge.recipes, arrange)
  const made = knowledge.learned.get(target.recipe)
  if (made?.recipe.kind === 'actor' && act.credential.is === 'valid' && target.name === act.credential.as) {
    arrangement.need(target.recipe, { fresh: true })
    return { arrange: arrangement.bindings, follow: [] }
  }
  if (made?.recipe.kind !== 'resource') return null
  const beside = arrangement.need(target.recipe, { fresh: true })
  const done = undoneBy(knowledge, reached)
  if (done) besideDone(arrangement, done, target.name, beside)
  const shown = followByOther(knowledge, reached, arrangement, follow)
  return { arrange: arrangement.bindings, follow: shown }
}

/** The thing that the last parameter names; the account that asks where there is none. */
function targetOf({ recipes }: Knowledge, { endpoint, arrange, act }: Reached): Binding | undefined {
  const named = Object.values(act.params).flatMap((expr) => (expr.is === 'ref' ? [expr.from] : []))
  const last = named.at(-1)
  if (last !== undefined) return arrange.find((binding) => binding.name === last)
  const { credential } = act
  const updates = ['PUT', 'PATCH', 'DELETE'].includes(endpoint.method)
  return updates && credential.is === 'valid' && Object.keys(act.params).length === 0
    ? arrange.find((binding) => binding.name === credential.as && recipes.has(binding.recipe))
    : undefined
}

/** The binding that a `DELETE` takes back: arranged, but named by nothing. */
function undoneBy(
  knowledge: Knowledge,
  { endpoint, arrange, act }: Reached,
): { binding: Binding; made: Learned } | null {
  if (endpoint.method !== 'DELETE') return null
  const used = new Set([...bindingsOf(act), ...arrange.flatMap(({ needs }) => Object.values(needs))])
  const binding = arrange.find((candidate) => !used.has(candidate.name))
  const made = binding && knowledge.learned.get(binding.recipe)
  return binding && made ? { binding, made } : null
}

function besideDone(
  arrangement: Arrangement,
  { binding, made }: { binding: Binding; made: Learned },
  target: string,
  beside: string,
): void {
  const credential = made.recipe.steps.at(-1)?.credential
  const doer = credential?.is === 'valid' ? credential.as : null
  const local = Object.entries(binding.needs).find(([, name]) => name === target)?.[0]
  const role = doer === null ? undefined : made.recipe.needs[doer]
  if (doer === null || local === undefined || role === undefined) return
  const same = binding.needs[doer]
  if (same !== undefined) arrangement.need(made.recipe.name, { fresh: true, use: { [local]: beside, [doer]: same } })
  const other = arrangement.need(role, { fresh: true })
  arrangement.need(made.recipe.name, { fresh: true, use: { [local]: target, [doer]: other } })
}

/** What an account did to a thing that all may read shows to itself alone. */
function followByOther(
  knowledge: Knowledge,
  { endpoint, act, arrange }: Reached,
  arrangement: Arrangement,
  follow: RequestTemplate[],
): RequestTemplate[] {
  const [read] = follow
  const { credential } = act
  const key = endpointKey(endpoint)
  const open = [...knowledge.reached.values()].some(
    (reader) => endpointKey(reader.endpoint) === read?.endpoint && reader.act.credential.is === 'none',
  )
  if (!open || !knowledge.isAction(key) || !read?.endpoint.startsWith('GET ') || credential.is !== 'valid') return []
  const asker = arrange.find((binding) => binding.name === credential.as)
  if (!asker) return []
  return [{ ...read, credential: { is: 'valid', as: arrangement.need(asker.recipe, { fresh: true }) } }]
}
