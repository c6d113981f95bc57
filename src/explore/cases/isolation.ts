import { type Bench, literal, variant } from '../bench.ts'
import type { Sighting } from '../execute.ts'
import { exprLeaves } from '../expressions.ts'
import { lastKey, leavesOf } from '../leaves.ts'
import { bodyOf, isSuccess } from '../request.ts'
import { plainName } from '../words.ts'
import { type Isolation, type Listing, queryOf, several } from './listing.ts'
import { arrayIn, ownItems } from './own-items.ts'
import { isPagingName, SORT } from './query-names.ts'

/** Tries each query parameter with what one's own thing has, for a list that holds nothing else. */
export async function findIsolation(bench: Bench, listing: Listing): Promise<Isolation | null> {
  const { reached } = listing
  const bare = await several(bench, listing, 2)
  if (!bare) return null
  const plain = await bench.attempt(variant(reached, 'list', 'probe', '', { arrange: bare.bindings }), 'same')
  if (plain && isAlone(plain, bare.names)) return { param: null, value: () => literal(''), field: null }
  for (const { name, schema } of reached.endpoint.query) {
    if (
      isPagingName(name) ||
      SORT.test(name) ||
      schema.enum ||
      schema.type === 'integer' ||
      schema.type === 'number' ||
      schema.type === 'boolean'
    )
      continue
    for (const isolation of isolationsBy(bench, listing, name)) {
      const trial = { ...listing, isolate: isolation }
      const arranged = await several(bench, trial, 2)
      if (!arranged) continue
      const sighting = await bench.attempt(
        variant(reached, 'list', 'probe', '', {
          arrange: arranged.bindings,
          act: { query: queryOf(trial, arranged.names) },
        }),
        'same',
      )
      if (sighting && isAlone(sighting, arranged.names)) return isolation
    }
  }
  return null
}

/** All own things are there and nothing else. */
export function isAlone(sighting: Sighting, names: string[]): boolean {
  const items = arrayIn(bodyOf(sighting.act.response)) ?? []
  const own = ownItems(sighting, names)
  return isSuccess(sighting.act.response.status) && items.length === names.length && own.length === names.length
}

function isolationsBy(bench: Bench, listing: Listing, param: string): Isolation[] {
  const found: Isolation[] = []
  const wanted = plainName(param)
  const body = listing.maker.recipe.steps.at(-1)?.body ?? null
  // A field of the thing itself: all own things share one fresh value.
  const field = exprLeaves(body).find(
    ({ path, expr }) => plainName(lastKey(path)) === wanted && expr.is === 'literal' && typeof expr.value === 'string',
  )
  if (field)
    found.push({
      param,
      field: field.path,
      value: (first) => ({ is: 'ref', from: first, at: 'request', path: field.path }),
    })
  // Somebody it belongs to: what that account is called.
  for (const owner of listing.maker.owners) {
    const actor = bench.knowledge.recipes.get(owner.actor)
    const parts = [
      ...exprLeaves(actor?.steps.at(-1)?.body ?? null).flatMap(({ path, expr }) =>
        expr.is === 'unique' ? [{ at: 'request' as const, path }] : [],
      ),
      ...leavesOf(actor?.example).flatMap(({ path }) =>
        /^(id|uuid)$/i.test(lastKey(path)) ? [{ at: 'response' as const, path }] : [],
      ),
    ]
    for (const { at, path } of parts)
      found.push({ param, field: null, value: () => ({ is: 'ref', from: owner.need, at, path }) })
  }
  return found.slice(0, 4)
}
