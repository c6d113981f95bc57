import type { Case, Expr } from '../../contracts/observation.ts'
import type { Parameter } from '../../contracts/project.ts'
import { Arrangement } from '../arrangement.ts'
import { type Bench, literal, variant } from '../bench.ts'
import { exprLeaves } from '../expressions.ts'
import type { Learned } from '../knowledge.ts'
import { lastKey, leavesOf } from '../leaves.ts'
import { isSuccess } from '../request.ts'
import { plainName, readable, singular } from '../words.ts'
import { addOne, hints, keepRead, type Listing, queryOf, several } from './listing.ts'
import { ownItems } from './own-items.ts'
import { isPagingName, SORT } from './query-names.ts'

/** A filter with a value that an own thing has, and afterwards with one that it has not. */
export async function filter(bench: Bench, listing: Listing, parameter: Parameter): Promise<void> {
  const { name } = parameter
  // The plain list filters by what isolates it.
  if (isPagingName(name) || listing.isolate?.param === name) return
  if (SORT.test(name)) return sort(bench, listing, parameter)
  const arrangement = new Arrangement(bench.knowledge.recipes, listing.reached.arrange)
  const own = addOne(bench, listing, arrangement, null)
  const base = queryOf(listing, [own])
  for (const guess of filterValues(bench, listing, parameter, own)) {
    const miss = { ...listing.reached.act, query: { ...base, [name]: guess.other } }
    const subject = variant(listing.reached, 'filter', name, `filters by ${readable(name)}`, {
      arrange: arrangement.bindings,
      act: { query: { ...base, [name]: guess.match } },
      follow: [miss],
    })
    if (await keepFilter(bench, listing, subject, own)) return
  }
  if (!parameter.schema.enum && !/^(integer|number|boolean)$/.test(parameter.schema.type ?? ''))
    await filterByActor(bench, listing, parameter)
}

/** A filter by the account that did something with the thing: `favorited`, `likedBy`. Others of its fields say who that is. */
async function filterByActor(bench: Bench, listing: Listing, { name }: Parameter): Promise<void> {
  const thing = listing.maker.recipe.name
  const verbs = [...bench.knowledge.learned.values()].filter(
    ({ action, recipe }) => action && Object.values(recipe.needs).includes(thing),
  )
  const akin = ({ recipe }: Learned) => (plainName(name).startsWith(plainName(recipe.name).slice(0, 4)) ? 0 : 1)
  for (const { recipe } of verbs.sort((a, b) => akin(a) - akin(b)).slice(0, 2)) {
    const credential = recipe.steps.at(-1)?.credential
    const doer = credential?.is === 'valid' ? credential.as : null
    const local = Object.entries(recipe.needs).find(([, needed]) => needed === thing)?.[0]
    const role = doer === null ? undefined : recipe.needs[doer]
    if (doer === null || local === undefined || role === undefined) continue
    const arrangement = new Arrangement(bench.knowledge.recipes, listing.reached.arrange)
    const own = addOne(bench, listing, arrangement, null)
    const actor = arrangement.need(role, { fresh: true })
    const idle = arrangement.need(role)
    arrangement.need(recipe.name, { fresh: true, use: { [local]: own, [doer]: actor } })
    if (idle === actor) continue
    for (const { path, expr } of exprLeaves(bench.knowledge.recipes.get(role)?.steps.at(-1)?.body ?? null)) {
      if (expr.is !== 'unique') continue
      const by = (from: string): Expr => ({ is: 'ref', from, at: 'request', path })
      const base = queryOf(listing, [own])
      const subject = variant(listing.reached, 'filter', name, `filters by ${readable(name)}`, {
        arrange: arrangement.bindings,
        act: { query: { ...base, [name]: by(actor) } },
        follow: [{ ...listing.reached.act, query: { ...base, [name]: by(idle) } }],
      })
      if (await keepFilter(bench, listing, subject, own)) return
    }
  }
}

/** Keeps it where the thing is shown for the one value and not for the other. */
async function keepFilter(bench: Bench, listing: Listing, subject: Case, own: string): Promise<boolean> {
  const first = await bench.attempt(subject, 'same', ` for ${subject.id.split(' ').at(-1)}`)
  const [other] = first?.follow ?? []
  if (!first || !other || ![first.act, other].every(({ response }) => isSuccess(response.status))) return false
  if (ownItems(first, [own]).length === 0 || ownItems({ ...first, act: other }, [own]).length > 0) return false
  bench.keep(subject, first, 'same', 'promised', { listing: hints(listing, [own]) })
  return true
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
    await keepRead(bench, listing, 'list', `${name} ${String(value)}`, `orders by ${readable(String(value))}`, {
      arrange: arranged.bindings,
      query,
    })
  }
}
