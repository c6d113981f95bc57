import type { JsonPath } from '../../contracts/json.ts'
import type { Binding, CaseKind, Expr, RequestTemplate } from '../../contracts/observation.ts'
import { Arrangement } from '../arrangement.ts'
import { type Bench, type ListingHints, variant } from '../bench.ts'
import type { Sighting } from '../execute.ts'
import { dotted } from '../fields.ts'
import type { Learned, Reached } from '../knowledge.ts'
import { lastKey, leavesOf } from '../leaves.ts'
import { nounOfPath } from '../paths.ts'
import { bodyOf, isSuccess } from '../request.ts'
import { plainName } from '../words.ts'
import { ownItems } from './own-items.ts'

/** What a list endpoint lists, who makes it, and how to see one's own alone. */
export interface Listing {
  reached: Reached
  maker: Learned
  /** Query that shows only what the case made; `null` when nothing does. */
  isolate: Isolation | null
}

export interface Isolation {
  /** Query parameter that isolates; `null` where the list is one's own anyway. */
  param: string | null
  /** Its value, told by the first of the own things. */
  value(first: string): Expr
  /** Field of the things that all of them share a fresh value of. */
  field: JsonPath | null
}

/** The recipe whose products show up in the list. */
export async function makerFor(bench: Bench, reached: Reached): Promise<Learned | null> {
  const noun = plainName(nounOfPath(reached.endpoint.path))
  const candidates = [...bench.knowledge.learned.values()]
    .filter((learned) => !learned.action)
    .map((learned) => ({
      learned,
      near: plainName(learned.recipe.name) === noun ? 0 : learned.recipe.kind === 'actor' ? 2 : 1,
    }))
    .sort((a, b) => a.near - b.near)
  for (const { learned, near } of candidates.slice(0, 4)) {
    const arrangement = new Arrangement(bench.knowledge.recipes, reached.arrange)
    const name = arrangement.need(learned.recipe.name)
    const sighting = await bench.attempt(
      variant(reached, 'list', 'probe', '', { arrange: arrangement.bindings }),
      'same',
    )
    if (!sighting || !isSuccess(sighting.act.response.status)) continue
    if (near === 0 ? ownItems(sighting, [name]).length > 0 : showsFresh(bench, sighting, name)) return learned
  }
  // Not on the first page, perhaps: what it is called decides.
  return candidates.find(({ near }) => near === 0)?.learned ?? null
}

/** Something fresh of that thing is in the answer. A small number that it shares with a thing of another kind is no sign. */
function showsFresh(bench: Bench, { act, made }: Sighting, name: string): boolean {
  const shown = new Set(leavesOf(bodyOf(act.response)).map(({ value }) => value))
  const thing = made.get(name)
  const ids = leavesOf(thing?.response).filter(({ path }) => /^(_?id|uuid)$/i.test(lastKey(path)))
  return [
    ...leavesOf(thing?.request).filter(({ value }) => bench.executor.unique.made.has(String(value))),
    ...ids,
  ].some(({ value }) => typeof value === 'string' && shown.has(value))
}

export interface Arranged {
  bindings: Binding[]
  /** Of the own things. */
  names: string[]
}

/** Adds things of the listed kind; a fresh owner for each where one may only have one. */
export async function several(bench: Bench, listing: Listing, count: number): Promise<Arranged | null> {
  for (const freshOwners of [false, true]) {
    const arrangement = new Arrangement(bench.knowledge.recipes, listing.reached.arrange)
    const names: string[] = []
    for (let index = 0; index < count; index += 1)
      names.push(addOne(bench, listing, arrangement, names[0] ?? null, freshOwners && index > 0))
    const sighting = await bench.attempt(
      variant(listing.reached, 'list', 'probe', '', {
        arrange: arrangement.bindings,
        act: { query: queryOf(listing, names) },
      }),
      'same',
    )
    if (sighting && isSuccess(sighting.act.response.status)) return { bindings: arrangement.bindings, names }
  }
  return null
}

/** Query of the endpoint with the isolating part, as told by the first own thing. */
export function queryOf({ reached, isolate }: Listing, names: string[]): Record<string, Expr> {
  const [first] = names
  if (!isolate?.param || first === undefined) return reached.act.query
  return { ...reached.act.query, [isolate.param]: isolate.value(first) }
}

export function addOne(
  bench: Bench,
  listing: Listing,
  arrangement: Arrangement,
  first: string | null,
  freshOwner = false,
): string {
  const { recipe } = listing.maker
  const use: Record<string, string> = {}
  if (freshOwner)
    for (const [local, needed] of Object.entries(recipe.needs))
      if (bench.knowledge.recipes.get(needed)?.kind === 'actor') use[local] = arrangement.need(needed, { fresh: true })
  const field = listing.isolate?.field
  if (!field) return arrangement.need(recipe.name, { fresh: true, use })
  const value: Expr =
    first === null
      ? { is: 'unique', kind: 'word', label: lastKey(field) }
      : { is: 'ref', from: first, at: 'request', path: field }
  return arrangement.need(recipe.name, { fresh: true, use, overrides: { [dotted(field)]: value } })
}

/** Tries a read of the list and keeps it when it is answered. */
export async function keepRead(
  bench: Bench,
  listing: Listing,
  kind: CaseKind,
  detail: string,
  title: string,
  changes: { arrange: Binding[]; query: Record<string, Expr>; follow?: RequestTemplate[] },
): Promise<void> {
  const { arrange, query, follow = [] } = changes
  const subject = variant(listing.reached, kind, detail, title, { arrange, act: { query }, follow })
  const first = await bench.attempt(subject, 'same', ` for ${detail}`)
  if (!first || !isSuccess(first.act.response.status)) return
  bench.keep(subject, first, 'same', 'promised', { listing: hints(listing) })
}

/** What is known of the answers to reads of this list, isolated where it can be. */
export function hints(listing: Listing, hidden: string[] = []): ListingHints {
  return { closed: listing.isolate !== null, hidden, table: listing.maker.table }
}
