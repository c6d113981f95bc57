import type { Json, JsonPath } from '../../contracts/json.ts'
import type { Binding, Case, CaseKind, Expr } from '../../contracts/observation.ts'
import type { Parameter } from '../../contracts/project.ts'
import { Arrangement } from '../arrangement.ts'
import { type Bench, literal, variant } from '../bench.ts'
import type { Made, Sighting } from '../execute.ts'
import { exprLeaves } from '../expressions.ts'
import { dotted } from '../fields.ts'
import type { Learned, Reached } from '../knowledge.ts'
import { isObject, lastKey, leavesOf } from '../leaves.ts'
import { addFinding } from '../oracles.ts'
import { isItem, nounOfPath } from '../paths.ts'
import { bodyOf, isSuccess } from '../request.ts'
import { plainName, readable, singular } from '../words.ts'

const SIZE = /^(limit|page_?size|per_?page|size|take|max_?results)$/i
const OFFSET = /^(offset|skip|start)$/i
const PAGE = /^(page|page_?number|page_?no|p)$/i
const SORT = /^(sort|sort_?by|order|order_?by|direction|dir)$/i

/** What a list endpoint lists, who makes it, and how to see one's own alone. */
interface Listing {
  reached: Reached
  maker: Learned
  /** Query that shows only what the case made; `null` when nothing does. */
  isolate: Isolation | null
}

interface Isolation {
  /** Query parameter that isolates; `null` where the list is one's own anyway. */
  param: string | null
  /** Its value, told by the first of the own things. */
  value(first: string): Expr
  /** Field of the things that all of them share a fresh value of. */
  field: JsonPath | null
}

/** Own things in a list, page by page, filtered and in order. */
export async function listCases(bench: Bench, reached: Reached): Promise<void> {
  if (reached.endpoint.method !== 'GET' || isItem(reached.endpoint.path)) return
  if (!holdsArray(bodyOf(reached.sighting.act.response))) return
  const maker = await makerFor(bench, reached)
  if (!maker) return
  const listing: Listing = { reached, maker, isolate: null }
  listing.isolate = await findIsolation(bench, listing)
  await plainList(bench, listing)
  await paging(bench, listing)
  for (const parameter of reached.endpoint.query) await filter(bench, listing, parameter)
}

function holdsArray(body: Json): boolean {
  return arrayIn(body) !== null
}

/** The list in a response: the body itself, or the first array of its top two levels. */
function arrayIn(body: Json, depth = 0): Json[] | null {
  if (Array.isArray(body)) return body
  if (!isObject(body) || depth > 1) return null
  for (const value of Object.values(body)) {
    const found = arrayIn(value, depth + 1)
    if (found) return found
  }
  return null
}

/** The recipe whose products show up in the list. */
async function makerFor(bench: Bench, reached: Reached): Promise<Learned | null> {
  const noun = plainName(nounOfPath(reached.endpoint.path))
  const candidates = [...bench.knowledge.learned.values()]
    .filter((learned) => !learned.action)
    .map((learned) => ({
      learned,
      near: plainName(learned.recipe.name) === noun ? 0 : learned.recipe.kind === 'actor' ? 2 : 1,
    }))
    .sort((a, b) => a.near - b.near)
  for (const { learned } of candidates.slice(0, 4)) {
    const arrangement = new Arrangement(bench.knowledge.recipes, reached.arrange)
    const name = arrangement.need(learned.recipe.name)
    const sighting = await bench.attempt(
      variant(reached, 'list', 'probe', '', { arrange: arrangement.bindings }),
      'same',
    )
    if (sighting && isSuccess(sighting.act.response.status) && ownItems(sighting, [name]).length > 0) return learned
  }
  // Not on the first page, perhaps: what it is called decides.
  return candidates.find(({ near }) => near === 0)?.learned ?? null
}

/** Items of the list that show something only one of these bindings has, with the binding's name. */
function ownItems(sighting: Sighting, names: string[]): { index: number; name: string }[] {
  const items = arrayIn(bodyOf(sighting.act.response)) ?? []
  return items.flatMap((item, index) => {
    const values = new Set(leavesOf(item).map((leaf) => leaf.value))
    const name = names.find((candidate) => shows(item, values, sighting.made.get(candidate)))
    return name ? [{ index, name }] : []
  })
}

function shows(item: Json, values: Set<Json>, made: Made | undefined): boolean {
  if (typeof item === 'string') return item.length > 5 && leavesOf(made?.request).some((leaf) => leaf.value === item)
  return marksOf(made).some((mark) => matches(item, values, mark))
}

/** What tells one made thing from all others: its ids and fresh strings. */
function marksOf(made: Made | undefined): { path: JsonPath; value: Json }[] {
  if (!made) return []
  const leaves = leavesOf(made.response)
  const shallow = Math.min(
    ...leaves.filter((leaf) => /^(_?id|uuid|slug)$/i.test(lastKey(leaf.path))).map((leaf) => leaf.path.length),
  )
  const ids = leaves.filter(
    (leaf) => /^(_?id|uuid|slug)$/i.test(lastKey(leaf.path)) && leaf.path.length === shallow && leaf.value !== null,
  )
  return ids.length > 0
    ? ids
    : leavesOf(made.request).filter((leaf) => typeof leaf.value === 'string' && leaf.value.length > 6)
}

function matches(item: Json, values: Set<Json>, mark: { path: JsonPath; value: Json }): boolean {
  if (typeof mark.value === 'string') return values.has(mark.value)
  return isObject(item) && item[lastKey(mark.path)] === mark.value
}

interface Arranged {
  bindings: Binding[]
  /** Of the own things. */
  names: string[]
}

/** Adds things of the listed kind; a fresh owner for each where one may only have one. */
async function several(bench: Bench, listing: Listing, count: number): Promise<Arranged | null> {
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
function queryOf({ reached, isolate }: Listing, names: string[]): Record<string, Expr> {
  const [first] = names
  if (!isolate?.param || first === undefined) return reached.act.query
  return { ...reached.act.query, [isolate.param]: isolate.value(first) }
}

function addOne(
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

/** Tries each query parameter with what one's own thing has, for a list that holds nothing else. */
async function findIsolation(bench: Bench, listing: Listing): Promise<Isolation | null> {
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

function isPagingName(name: string): boolean {
  return SIZE.test(name) || OFFSET.test(name) || PAGE.test(name)
}

/** All own things are there and nothing else. */
function isAlone(sighting: Sighting, names: string[]): boolean {
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

async function plainList(bench: Bench, listing: Listing): Promise<void> {
  const arranged = await several(bench, listing, 2)
  if (!arranged) return
  const plural = readable(listing.maker.recipe.name)
  const query = queryOf(listing, arranged.names)
  const subject = variant(
    listing.reached,
    'list',
    '',
    listing.isolate?.param
      ? `lists what it finds by ${readable(listing.isolate.param)}`
      : `lists each ${plural} that was made`,
    {
      arrange: arranged.bindings,
      act: { query },
    },
  )
  const first = await bench.attempt(subject, 'same')
  if (!first || !isSuccess(first.act.response.status)) return
  if (await isShuffled(bench, subject, first, arranged.names)) return
  if (ownItems(first, arranged.names).length === 0) return
  bench.keep(subject, first, 'same', 'promised')
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

async function paging(bench: Bench, listing: Listing): Promise<void> {
  const query = listing.reached.endpoint.query
  const size = query.find((parameter) => SIZE.test(parameter.name))
  const next =
    query.find((parameter) => OFFSET.test(parameter.name)) ?? query.find((parameter) => PAGE.test(parameter.name))
  if (!size) return
  const arranged = await several(bench, listing, 3)
  if (!arranged) return
  const byPage = next !== undefined && PAGE.test(next.name)
  const thing = readable(listing.maker.recipe.name)
  await page(bench, listing, arranged, 'size', `returns as many as ${size.name} asks for`, { [size.name]: 2 })
  if (!next || !listing.isolate) return
  const second = byPage ? 2 : 2
  const beyond = byPage ? 9 : 30
  await page(bench, listing, arranged, 'second', 'returns the rest on the second page', {
    [size.name]: 2,
    [next.name]: second,
  })
  await page(bench, listing, arranged, 'beyond', `returns no ${thing} past the end`, {
    [size.name]: 2,
    [next.name]: beyond,
  })
}

async function page(
  bench: Bench,
  listing: Listing,
  arranged: Arranged,
  detail: string,
  title: string,
  values: Record<string, number>,
): Promise<void> {
  const query = {
    ...queryOf(listing, arranged.names),
    ...Object.fromEntries(Object.entries(values).map(([name, value]) => [name, literal(value)])),
  }
  await keepRead(bench, listing, 'paging', detail, title, arranged.bindings, query)
}

async function keepRead(
  bench: Bench,
  listing: Listing,
  kind: CaseKind,
  detail: string,
  title: string,
  arrange: Binding[],
  query: Record<string, Expr>,
): Promise<Sighting | null> {
  const subject = variant(listing.reached, kind, detail, title, { arrange, act: { query } })
  const first = await bench.attempt(subject, 'same', ` for ${detail}`)
  if (!first || !isSuccess(first.act.response.status)) return null
  bench.keep(subject, first, 'same', 'promised')
  return first
}

/** A filter with a value that an own thing has, and one that it has not. */
async function filter(bench: Bench, listing: Listing, parameter: Parameter): Promise<void> {
  const { name } = parameter
  if (isPagingName(name)) return
  if (SORT.test(name)) return sort(bench, listing, parameter)
  if (listing.isolate?.param === name) return foreign(bench, listing, name)
  const arrangement = new Arrangement(bench.knowledge.recipes, listing.reached.arrange)
  const own = addOne(bench, listing, arrangement, null)
  const base = queryOf(listing, [own])
  for (const guess of filterValues(bench, listing, parameter, own)) {
    const subject = (detail: string, title: string, value: Expr) =>
      variant(listing.reached, 'filter', `${name} ${detail}`, title, {
        arrange: arrangement.bindings,
        act: { query: { ...base, [name]: value } },
      })
    const hit = subject('match', `finds ${readable(listing.maker.recipe.name)} by ${readable(name)}`, guess.match)
    const first = await bench.attempt(hit, 'same', ` for ?${name}`)
    if (!first || !isSuccess(first.act.response.status) || ownItems(first, [own]).length === 0) continue
    const miss = subject('other', `leaves out what has another ${readable(name)}`, guess.other)
    const second = await bench.attempt(miss, 'same', ` for ?${name}`)
    if (!second || !isSuccess(second.act.response.status) || ownItems(second, [own]).length > 0) continue
    bench.keep(hit, first, 'same', 'promised')
    bench.keep(miss, second, 'same', 'promised')
    return
  }
}

/** The isolating parameter with somebody else's value. */
async function foreign(bench: Bench, listing: Listing, name: string): Promise<void> {
  const arrangement = new Arrangement(bench.knowledge.recipes, listing.reached.arrange)
  const own = addOne(bench, listing, arrangement, null)
  const query = { ...queryOf(listing, [own]), [name]: { is: 'unique', kind: 'word', label: 'nobody' } as Expr }
  const subject = variant(listing.reached, 'filter', `${name} other`, `leaves out what has another ${readable(name)}`, {
    arrange: arrangement.bindings,
    act: { query },
  })
  const first = await bench.attempt(subject, 'same', ` for ?${name}`)
  if (first && isSuccess(first.act.response.status) && ownItems(first, [own]).length === 0)
    bench.keep(subject, first, 'same', 'promised')
}

function filterValues(
  bench: Bench,
  listing: Listing,
  { name, schema }: Parameter,
  own: string,
): { match: Expr; other: Expr }[] {
  const wanted = plainName(name)
  const bound = /^(min|max|from|to|after|before|gte?|lte?)(.+)$/.exec(wanted)
  const field = bound?.[2] ?? wanted
  const body = listing.maker.recipe.steps.at(-1)?.body ?? null
  const found: { match: Expr; other: Expr }[] = []
  const close = (key: string) =>
    key === field ||
    plainName(singular(key)) === field ||
    key.startsWith(field) ||
    key === `${field}list` ||
    key === `${field}s`
  for (const at of ['request', 'response'] as const) {
    const leaves =
      at === 'request'
        ? exprLeaves(body).map(({ path, expr }) => ({ path, value: expr.is === 'literal' ? expr.value : 'fresh' }))
        : leavesOf(listing.maker.recipe.example)
    for (const { path, value } of leaves) {
      if (!close(plainName(lastKey(path)))) continue
      if (bound && typeof value === 'number') {
        const low = /^(min|from|after|gt)/.test(bound[1] ?? '')
        found.push({ match: literal(value), other: literal(low ? value + 1 : value - 1) })
      } else if (!bound) {
        const others = (schema.enum ?? []).filter((candidate) => candidate !== value)
        const other: Expr =
          typeof others[0] === 'string'
            ? literal(others[0])
            : typeof value === 'boolean'
              ? literal(!value)
              : typeof value === 'number'
                ? literal(value + 1)
                : { is: 'unique', kind: 'word', label: 'other' }
        found.push({ match: { is: 'ref', from: own, at, path }, other })
      }
    }
  }
  // Accounts by the name of the part they play: `author`, `favorited`.
  for (const owner of listing.maker.owners) {
    const actor = bench.knowledge.recipes.get(owner.actor)
    for (const { path, expr } of exprLeaves(actor?.steps.at(-1)?.body ?? null))
      if (expr.is === 'unique' && !schema.enum)
        found.push({
          match: { is: 'ref', from: owner.need, at: 'request', path },
          other: { is: 'unique', kind: 'word', label: 'nobody' },
        })
  }
  return found.slice(0, 5)
}

async function sort(bench: Bench, listing: Listing, { name, schema }: Parameter): Promise<void> {
  if (!listing.isolate) return
  const arranged = await several(bench, listing, 3)
  if (!arranged) return
  for (const value of (schema.enum ?? []).slice(0, 2)) {
    const query = { ...queryOf(listing, arranged.names), [name]: { is: 'literal', value } as Expr }
    await keepRead(
      bench,
      listing,
      'list',
      `${name} ${String(value)}`,
      `orders by ${String(value)}`,
      arranged.bindings,
      query,
    )
  }
}
