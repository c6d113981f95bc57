import type { Expr } from '../../contracts/observation.ts'
import { type Bench, literal } from '../bench.ts'
import { readable } from '../words.ts'
import { keepRead, type Listing, queryOf, several } from './listing.ts'
import { OFFSET, PAGE, SIZE } from './query-names.ts'

const PAGE_SIZE = 2
/** Pages, and things to skip, that three things do not reach. */
const FAR_PAGE = 9
const FAR_OFFSET = 30

/** The second page of three own things and what comes after the last; where others' are among them, the size of the page alone. */
export async function paging(bench: Bench, listing: Listing): Promise<void> {
  const { query, path, method } = listing.reached.endpoint
  const size = query.find((parameter) => SIZE.test(parameter.name))?.name
  const next =
    query.find((parameter) => OFFSET.test(parameter.name)) ?? query.find((parameter) => PAGE.test(parameter.name))
  if (!size) return
  const arranged = await several(bench, listing, 3)
  if (!arranged) return
  const base: Record<string, Expr> = { ...queryOf(listing, arranged.names), [size]: literal(PAGE_SIZE) }
  if (!next || !listing.isolate) {
    await keepRead(bench, listing, 'paging', 'size', `returns as many as ${size} asks for`, {
      arrange: arranged.bindings,
      query: base,
    })
    return
  }
  const page = query.find((parameter) => PAGE.test(parameter.name))
  if (page && page !== next)
    await keepRead(
      bench,
      listing,
      'paging',
      page.name,
      /^page/i.test(page.name) ? 'returns the second page' : `returns the second page by ${readable(page.name)}`,
      {
        arrange: arranged.bindings,
        query: { ...base, [page.name]: literal(2) },
      },
    )
  const beyond = literal(PAGE.test(next.name) ? FAR_PAGE : FAR_OFFSET)
  await keepRead(bench, listing, 'paging', '', 'returns the rest on the second page and nothing past the end', {
    arrange: arranged.bindings,
    query: { ...base, [next.name]: literal(2) },
    follow: [{ ...listing.reached.act, endpoint: `${method} ${path}`, query: { ...base, [next.name]: beyond } }],
  })
}
