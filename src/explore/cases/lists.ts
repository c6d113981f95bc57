import type { Case, Expr } from '../../contracts/observation.ts'
import { Arrangement } from '../arrangement.ts'
import { type Bench, variant } from '../bench.ts'
import type { Sighting } from '../execute.ts'
import type { Reached } from '../knowledge.ts'
import { addFinding } from '../oracles.ts'
import { isItem, lastLiteral } from '../paths.ts'
import { bindingsOf } from '../recipes.ts'
import { bodyOf, isSuccess } from '../request.ts'
import { nounOf, plainName, readable, withArticle } from '../words.ts'
import { filter } from './filters.ts'
import { findIsolation, isAlone } from './isolation.ts'
import { type Arranged, addOne, hints, type Listing, makerFor, queryOf, several } from './listing.ts'
import { arrayIn, ownItems } from './own-items.ts'
import { paging } from './paging.ts'
import { reflections } from './reflections.ts'

/** So often two things that are in no order come in the same one by accident less than once in a hundred times. */
const MOST_READS = 8

/** Own things in a list, page by page, filtered and in order. */
export async function listCases(bench: Bench, reached: Reached): Promise<void> {
  if (reached.endpoint.method !== 'GET' || isItem(reached.endpoint.path)) return
  if (arrayIn(bodyOf(reached.sighting.act.response)) === null) return
  const maker = await makerFor(bench, reached)
  if (!maker) return
  const listing: Listing = { reached, maker, isolate: null }
  listing.isolate = await findIsolation(bench, listing)
  await plainList(bench, listing)
  await wholeList(bench, listing)
  await paging(bench, listing)
  for (const parameter of reached.endpoint.query) await filter(bench, listing, parameter)
  await reflectionsInList(bench, listing)
}

/** Without the filter that shows one's own alone: they are there among others'. */
async function wholeList(bench: Bench, listing: Listing): Promise<void> {
  const { reached, maker, isolate } = listing
  if (!isolate?.param) return
  const arrangement = new Arrangement(bench.knowledge.recipes, reached.arrange)
  const own = arrangement.need(maker.recipe.name, { fresh: true })
  const subject = variant(reached, 'list', 'whole', `lists ${withArticle(readable(maker.recipe.name))} among all`, {
    arrange: arrangement.bindings,
  })
  const first = await bench.attempt(subject, 'same')
  if (!first || ownItems(first, [own]).length === 0) return
  bench.keep(subject, first, 'same', 'promised', { listing: hints({ ...listing, isolate: null }) })
}

async function reflectionsInList(bench: Bench, listing: Listing): Promise<void> {
  const arrangement = new Arrangement(bench.knowledge.recipes, listing.reached.arrange)
  const own = addOne(bench, listing, arrangement, null)
  await reflections(bench, {
    reached: listing.reached,
    arrange: arrangement.bindings,
    query: queryOf(listing, [own]),
    own,
    listing: hints(listing),
  })
}

/** Adds a thing that is not one's own, or not at this place: a list that needs no filter to be one's own must not show it. */
async function withOthers(bench: Bench, listing: Listing, arranged: Arranged): Promise<Arranged> {
  const { reached, maker, isolate } = listing
  if (!isolate || isolate.param !== null) return arranged
  const used = new Set(bindingsOf(reached.act))
  const fixed = new Set(reached.arrange.filter(({ name }) => used.has(name)).map(({ recipe }) => recipe))
  const arrangement = new Arrangement(bench.knowledge.recipes, arranged.bindings)
  const use: Record<string, string> = {}
  for (const [local, needed] of Object.entries(maker.recipe.needs))
    if (fixed.has(needed)) use[local] = arrangement.need(needed, { fresh: true })
  if (Object.keys(use).length === 0) return arranged
  arrangement.need(maker.recipe.name, { fresh: true, use })
  const subject = variant(reached, 'list', 'probe', '', { arrange: arrangement.bindings })
  const sighting = await bench.attempt(subject, 'same')
  return sighting && isSuccess(sighting.act.response.status) && isAlone(sighting, arranged.names)
    ? { ...arranged, bindings: arrangement.bindings }
    : arranged
}

async function plainList(bench: Bench, listing: Listing): Promise<void> {
  const { reached } = listing
  const two = await several(bench, listing, 2)
  if (!two) return
  const arranged = await withOthers(bench, listing, two)
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
  for (let read = 0; read < MOST_READS; read += 1) {
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
