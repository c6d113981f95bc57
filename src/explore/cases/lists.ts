import type { Case, Expr } from '../../contracts/observation.ts'
import { type Bench, variant } from '../bench.ts'
import type { Sighting } from '../execute.ts'
import type { Reached } from '../knowledge.ts'
import { addFinding } from '../oracles.ts'
import { isItem, lastLiteral } from '../paths.ts'
import { bodyOf, isSuccess } from '../request.ts'
import { nounOf, plainName, readable } from '../words.ts'
import { filter } from './filters.ts'
import { findIsolation } from './isolation.ts'
import { hints, type Listing, makerFor, queryOf, several } from './listing.ts'
import { arrayIn, ownItems } from './own-items.ts'
import { paging } from './paging.ts'

/** Own things in a list, page by page, filtered and in order. */
export async function listCases(bench: Bench, reached: Reached): Promise<void> {
  if (reached.endpoint.method !== 'GET' || isItem(reached.endpoint.path)) return
  if (arrayIn(bodyOf(reached.sighting.act.response)) === null) return
  const maker = await makerFor(bench, reached)
  if (!maker) return
  const listing: Listing = { reached, maker, isolate: null }
  listing.isolate = await findIsolation(bench, listing)
  await plainList(bench, listing)
  await paging(bench, listing)
  for (const parameter of reached.endpoint.query) await filter(bench, listing, parameter)
}

async function plainList(bench: Bench, listing: Listing): Promise<void> {
  const { reached } = listing
  const arranged = await several(bench, listing, 2)
  if (!arranged) return
  const thing = readable(listing.maker.recipe.name)
  const shown = lastLiteral(reached.endpoint.path)
  const isMaker = plainName(nounOf(shown)) === plainName(listing.maker.recipe.name)
  const every = isMaker ? `each ${thing}` : `the ${readable(shown)} of each ${thing}`
  const query = queryOf(listing, arranged.names)
  const param = listing.isolate?.param
  const nobodys: Expr = { is: 'unique', kind: 'word', label: 'nobody' }
  const follow = param ? [{ ...reached.act, query: { ...query, [param]: nobodys } }] : []
  const subject = variant(
    reached,
    'list',
    '',
    param ? `finds ${every} by ${readable(param)}` : `lists ${every} that was made`,
    { arrange: arranged.bindings, act: { query }, follow },
  )
  const first = await bench.attempt(subject, 'same')
  if (!first || !isSuccess(first.act.response.status)) return
  if (await isShuffled(bench, subject, first, arranged.names)) return
  if (ownItems(first, arranged.names).length === 0) return
  bench.keep(subject, first, 'same', 'promised', { listing: hints(listing) })
}

/** The same list read again shows own things in another order: nobody defined one. */
async function isShuffled(bench: Bench, subject: Case, first: Sighting, names: string[]): Promise<boolean> {
  const order = (sighting: Sighting) =>
    ownItems(sighting, names)
      .map((own) => own.name)
      .join()
  for (let read = 0; read < 4; read += 1) {
    const next = await bench.executor.answer(
      subject.act,
      new Map(first.made),
      (name) => first.made.get(name)?.held ?? null,
    )
    const now = order({ ...first, act: next })
    if (now === order(first) || now.split(',').length !== order(first).split(',').length) continue
    addFinding(
      bench.knowledge,
      subject,
      'undefined_order',
      'The same list read twice in a row comes in different orders; a defined order was expected.',
    )
    return true
  }
  return false
}
