import type { Case } from '../../contracts/observation.ts'
import type { Bench } from '../bench.ts'
import { isParam, segmentsOf } from '../paths.ts'

const NOWHERE = 'no-such-route'

/** A path below what all paths have in common, where there is nothing. */
export async function unknownRouteCase(bench: Bench): Promise<void> {
  const paths = bench.knowledge.map.endpoints.map(({ path }) => segmentsOf(path))
  const [common = ''] = paths[0] ?? []
  const prefix = common !== '' && !isParam(common) && paths.every(([first]) => first === common) ? [common] : []
  const segments = [...prefix, NOWHERE]
  const isTaken = paths.some(
    (path) => path.length === segments.length && path.every((part, at) => isParam(part) || part === segments[at]),
  )
  if (isTaken) return
  const endpoint = `GET /${segments.join('/')}`
  const subject: Case = {
    id: `${endpoint} not_found route`,
    endpoint,
    kind: 'not_found',
    title: 'answers not found for an unknown route',
    arrange: [],
    act: {
      endpoint,
      params: {},
      query: {},
      headers: {},
      body: null,
      contentType: 'application/json',
      credential: { is: 'none' },
    },
    follow: [],
  }
  const first = await bench.attempt(subject, 'pool', ' for an unknown route')
  if (first?.act.response.status === 404) bench.keep(subject, first, 'pool', 'promised')
}
