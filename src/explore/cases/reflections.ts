import type { Json } from '../../contracts/json.ts'
import type { Binding, Case, Expr } from '../../contracts/observation.ts'
import { Arrangement } from '../arrangement.ts'
import { type Bench, type ListingHints, variant } from '../bench.ts'
import type { Sighting } from '../execute.ts'
import { isMoment } from '../formats.ts'
import type { Learned, Reached } from '../knowledge.ts'
import { lastKey, leavesOf, valueAt } from '../leaves.ts'
import { isItem, pathShape } from '../paths.ts'
import { bodyOf, isSuccess } from '../request.ts'
import { readable, withArticle } from '../words.ts'
import { parentOf } from './follows.ts'
import { arrayIn, ownItems } from './own-items.ts'

/** A read to look for traces in: of one thing, or of a list with the thing in it. */
export interface View {
  reached: Reached
  arrange: Binding[]
  query: Record<string, Expr>
  /** The binding whose item is looked at in a list. */
  own: string | null
  listing: ListingHints | null
}

/** Reads of one thing by an account that did something with it or with somebody it belongs to. */
export async function reflectionCases(bench: Bench, reached: Reached): Promise<void> {
  const isList = !isItem(reached.endpoint.path) && arrayIn(bodyOf(reached.sighting.act.response)) !== null
  if (reached.endpoint.method !== 'GET' || isList) return
  await reflections(bench, {
    reached,
    arrange: reached.arrange,
    query: reached.act.query,
    own: null,
    listing: null,
  })
}

/** Keeps the read after each verb that shows in it: a flag that is set, a number that has grown, a state that is another. */
export async function reflections(bench: Bench, view: View): Promise<void> {
  for (const action of bench.knowledge.learned.values()) {
    if (!action.action || action.recipe.kind !== 'resource') continue
    // The verb's own case reads what it was said of.
    if (pathShape(parentOf(action.endpoint)) === pathShape(view.reached.endpoint.path)) continue
    for (const arranged of waysToAct(bench, view, action)) {
      const before = await look(bench, view, arranged.without, arranged.actor, action)
      const after = before && (await look(bench, view, arranged.bindings, arranged.actor, action))
      if (!before || !after || !differs(view, before, after.sighting)) continue
      bench.keep(after.subject, after.sighting, 'same', 'observed', view.listing ? { listing: view.listing } : {})
      break
    }
  }
}

interface Arranged {
  bindings: Binding[]
  without: Binding[]
  actor: string
}

/** The verb on what the view is arranged of, by somebody else, then by the account that is there already. */
function waysToAct(bench: Bench, { reached, arrange }: View, { recipe }: Learned): Arranged[] {
  const { recipes } = bench.knowledge
  const { credential } = recipe.steps.at(-1) ?? { credential: { is: 'none' as const } }
  const doer = credential.is === 'valid' ? credential.as : null
  const targets = Object.entries(recipe.needs).filter(([local]) => local !== doer)
  if (doer === null || targets.length !== 1) return []
  const [local = '', needed = ''] = targets[0] ?? []
  const target = arrange.findLast((binding) => binding.recipe === needed)
  const role = recipe.needs[doer]
  if (!target || role === undefined) return []
  const asked = reached.act.credential
  const present = arrange.find(
    (binding) => binding.recipe === role && (asked.is !== 'valid' || binding.name === asked.as),
  )
  const stranger = (): Arranged => {
    const arrangement = new Arrangement(recipes, arrange)
    const actor = arrangement.need(role, { fresh: true })
    const without = [...arrangement.bindings]
    arrangement.need(recipe.name, { fresh: true, use: { [local]: target.name, [doer]: actor } })
    return { bindings: arrangement.bindings, without, actor }
  }
  const known = (actor: string): Arranged => {
    const arrangement = new Arrangement(recipes, arrange)
    arrangement.need(recipe.name, { fresh: true, use: { [local]: target.name, [doer]: actor } })
    return { bindings: arrangement.bindings, without: arrange, actor }
  }
  return [
    ...(asked.is === 'valid' ? [] : [stranger()]),
    ...(present && present.name !== target.name ? [known(present.name)] : []),
  ]
}

async function look(
  bench: Bench,
  { reached, query }: View,
  arrange: Binding[],
  actor: string,
  { recipe }: Learned,
): Promise<{ subject: Case; sighting: Sighting } | null> {
  const who = readable(arrange.find((binding) => binding.name === actor)?.recipe ?? 'account')
  const subject = variant(
    reached,
    'workflow',
    `after ${recipe.name}`,
    `reflects ${withArticle(readable(recipe.name))} by the signed-in ${who}`,
    { arrange, act: { query, credential: { is: 'valid', as: actor } } },
  )
  const sighting = await bench.attempt(subject, 'same', ` after ${readable(recipe.name)}`)
  return sighting && isSuccess(sighting.act.response.status) ? { subject, sighting } : null
}

/** Flags, numbers and short words at the same places, ids and times aside: fresh values differ anyway. */
function differs(view: View, before: { sighting: Sighting }, after: Sighting): boolean {
  const [left, right] = [shown(view, before.sighting), shown(view, after)]
  const made = new Set(
    [before.sighting, after].flatMap((sighting) =>
      [...sighting.made.values()].flatMap(({ request, response }) =>
        [...leavesOf(request), ...leavesOf(response)].map((leaf) => leaf.value),
      ),
    ),
  )
  return leavesOf(right).some(({ path, value }) => {
    const was = valueAt(left, path)
    const key = lastKey(path)
    if (was === undefined || was === value || isMoment(value, key) || /id$/i.test(key)) return false
    return typeof value === 'boolean' || typeof value === 'number' || !made.has(value)
  })
}

function shown({ own }: View, sighting: Sighting): Json {
  const body = bodyOf(sighting.act.response)
  if (own === null) return body
  const place = ownItems(sighting, [own])[0]?.index
  return place === undefined ? null : (arrayIn(body)?.[place] ?? null)
}
