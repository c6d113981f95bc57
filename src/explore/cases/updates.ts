import type { JsonPath } from '../../contracts/json.ts'
import type { Expr } from '../../contracts/observation.ts'
import { type Bench, variant } from '../bench.ts'
import { exprAt, withPart } from '../expressions.ts'
import type { Reached } from '../knowledge.ts'
import { lastKey } from '../leaves.ts'
import { isSuccess } from '../request.ts'
import { readable } from '../words.ts'
import { followsOf } from './follows.ts'

/** Single fields shown by themselves. */
const MOST_ALONE = 2

/** Updates that send one field and leave the others out, as far as such are accepted and change something. */
export async function partialUpdateCases(bench: Bench, reached: Reached): Promise<void> {
  const { endpoint, act } = reached
  if (!['PUT', 'PATCH'].includes(endpoint.method)) return
  const fields = siblings(act.body)
  if (fields.length < 2) return
  let kept = 0
  let refused = 0
  for (const { path, expr } of fields) {
    if (kept >= MOST_ALONE || refused > 1) return
    // A list is shown by itself elsewhere.
    if (expr.is === 'array') continue
    const name = lastKey(path)
    const alone: Reached = { ...reached, act: { ...act, body: withPart(emptied(act.body, path), path, expr) } }
    const subject = variant(alone, 'success', `only ${name}`, `updates the ${readable(name)} alone`, {
      follow: followsOf(bench.knowledge, alone),
    })
    const first = await bench.attempt(subject, 'fresh', ` when only ${readable(name)} is sent`)
    if (!first || !isSuccess(first.act.response.status)) {
      refused += 1
      continue
    }
    if (!first.changes.some((change) => change.change === 'updated')) continue
    bench.keep(subject, first, 'fresh', 'promised')
    kept += 1
  }
}

/** Fields of the body, or of the one object it wraps. */
export function siblings(body: Expr | null, path: JsonPath = []): { path: JsonPath; expr: Expr }[] {
  if (body?.is !== 'object') return []
  const entries = Object.entries(body.properties)
  const [only] = entries
  if (only && entries.length === 1 && only[1].is === 'object') return siblings(only[1], [...path, only[0]])
  return entries.map(([key, expr]) => ({ path: [...path, key], expr }))
}

/** The body with nothing in the object that holds this field. */
function emptied(body: Expr | null, path: JsonPath): Expr {
  const holder = path.slice(0, -1)
  return exprAt(body, holder) && holder.length > 0
    ? withPart(body, holder, { is: 'object', properties: {} })
    : { is: 'object', properties: {} }
}
