import type { Json } from '../../contracts/json.ts'
import type { Expr } from '../../contracts/observation.ts'
import { type Bench, literal, variant } from '../bench.ts'
import { likelyTable, referenceTable } from '../context.ts'
import { exprLeaves, withPart } from '../expressions.ts'
import { dotted } from '../fields.ts'
import type { Reached } from '../knowledge.ts'
import { lastKey, valueAt } from '../leaves.ts'
import { isRefusal } from '../request.ts'
import { nounOf, readable, withArticle } from '../words.ts'

const UUID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i

/** Ids in a body of things that are not there. */
export async function unknownReferenceCases(bench: Bench, reached: Reached): Promise<void> {
  for (const { path, expr } of exprLeaves(reached.act.body)) {
    const target = targetOf(bench, reached, lastKey(path), expr)
    const unknown = target && unknownLike(target.sample, lastKey(path))
    if (!unknown) continue
    const noun = readable(target.noun)
    const subject = variant(
      reached,
      'not_found',
      `${dotted(path)} unknown`,
      `refuses ${withArticle(`unknown ${noun}`)}`,
      {
        act: { body: withPart(reached.act.body, path, unknown) },
      },
    )
    const first = await bench.attempt(subject, 'pool', ` for an unknown ${noun}`)
    if (first && isRefusal(first.act.response.status))
      bench.keep(subject, first, 'pool', [404, 422].includes(first.act.response.status) ? 'promised' : 'observed')
  }
}

/** What an id in a body stands for, and how it reads: something that was made, or a row that was there. */
function targetOf(
  bench: Bench,
  { arrange, endpoint, sighting }: Reached,
  name: string,
  expr: Expr,
): { noun: string; sample: Json | undefined } | null {
  if (expr.is === 'ref') {
    const binding = arrange.find((candidate) => candidate.name === expr.from)
    if (!binding || expr.at !== 'response') return null
    return { noun: binding.recipe, sample: valueAt(sighting.made.get(binding.name)?.response, expr.path) }
  }
  const table = likelyTable(bench.knowledge, endpoint)?.name ?? null
  const target = expr.is === 'literal' ? referenceTable(bench.knowledge, name, table) : null
  return target && expr.is === 'literal' ? { noun: nounOf(target.table), sample: expr.value } : null
}

/** An id of the same form that nothing has; `null` where the form tells nothing. */
export function unknownLike(sample: Json | undefined, label: string): Expr | null {
  const text = String(sample)
  if (/^\d+$/.test(text)) return literal(2_000_000_000)
  if (UUID.test(text)) return { is: 'unique', kind: 'uuid', label }
  if (/^[0-9a-f]{24}$/i.test(text)) return literal('000000000000000000000000')
  return typeof sample === 'string' ? { is: 'unique', kind: 'word', label: 'unknown' } : null
}

export function isUuid(sample: Json | undefined): boolean {
  return UUID.test(String(sample))
}
