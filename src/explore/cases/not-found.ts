import type { Expr } from '../../contracts/observation.ts'
import { type Bench, literal, variant } from '../bench.ts'
import type { Reached } from '../knowledge.ts'
import { valueAt } from '../leaves.ts'
import { collectionBefore, nounOfPath, paramsOf } from '../paths.ts'
import { isRefusal } from '../request.ts'
import { readable } from '../words.ts'
import { isUuid, unknownLike } from './references.ts'

const NOTHING: Expr = { is: 'unique', kind: 'word', label: 'unknown' }

/** Well-formed ids that nothing has, and ill-formed ones where the form is clear. */
export async function notFoundCases(bench: Bench, reached: Reached): Promise<void> {
  for (const param of paramsOf(reached.endpoint.path)) {
    const sample = sampleOf(reached, param)
    const noun = readable(nounOfPath(collectionBefore(reached.endpoint.path, param)))
    const subject = variant(reached, 'not_found', param, `answers not found for an unknown ${noun}`, {
      act: { params: { ...reached.act.params, [param]: unknownLike(sample, param) ?? NOTHING } },
    })
    const first = await bench.attempt(subject, 'pool', ` for an unknown ${noun}`)
    if (first && isRefusal(first.act.response.status))
      bench.keep(subject, first, 'pool', first.act.response.status === 404 ? 'promised' : 'observed')
    const numeric = /^\d+$/.test(String(sample))
    if (!numeric && !isUuid(sample)) continue
    const bad = variant(
      reached,
      'not_found',
      `${param} ill-formed`,
      `refuses ${numeric ? 'an id that is no number' : 'an id that is no UUID'}`,
      {
        act: { params: { ...reached.act.params, [param]: literal(numeric ? 'not-a-number' : 'not-a-uuid') } },
      },
    )
    const second = await bench.attempt(bad, 'pool', ` for an ill-formed ${param}`)
    if (second && isRefusal(second.act.response.status))
      bench.keep(bad, second, 'pool', 'observed', { aspect: { is: 'ill-formed' } })
  }
}

function sampleOf(reached: Reached, param: string) {
  const expr = reached.act.params[param]
  if (expr?.is === 'ref') return valueAt(reached.sighting.made.get(expr.from)?.[expr.at], expr.path)
  return expr?.is === 'literal' ? expr.value : undefined
}
