import type { Json } from '../../contracts/json.ts'
import { Arrangement } from '../arrangement.ts'
import { type Bench, variant } from '../bench.ts'
import { exprLeaves, withPart } from '../expressions.ts'
import { dotted } from '../fields.ts'
import type { Learned, Reached } from '../knowledge.ts'
import { lastKey, valueAt } from '../leaves.ts'
import { isRefusal, isSuccess } from '../request.ts'
import { plainName, readable } from '../words.ts'
import { followsOf } from './follows.ts'

/**
 * A field somebody else has the same of, where the server makes a value of it that must be unique, as a slug of a title: the
 * second one is refused or gets another.
 */
export async function derivedValueCases(bench: Bench, reached: Reached): Promise<void> {
  const { method } = reached.endpoint
  if (!['POST', 'PUT', 'PATCH'].includes(method)) return
  for (const { path, expr } of exprLeaves(reached.act.body)) {
    if (expr.is !== 'unique' && expr.is !== 'text') continue
    const derived = derivedColumn(bench, reached, valueAt(reached.sighting.act.body, path), lastKey(path))
    const held = derived && holder(derived.maker, lastKey(path))
    if (!derived || !held) continue
    const arrangement = new Arrangement(bench.knowledge.recipes, reached.arrange)
    const other = arrangement.need(derived.maker.recipe.name, { fresh: true })
    const act = {
      ...reached.act,
      body: withPart(reached.act.body, path, { is: 'ref', from: other, at: 'request', path: held }),
    }
    const [name, thing] = [readable(lastKey(path)), readable(derived.maker.recipe.name)]
    const subject = variant({ ...reached, act }, 'duplicate', `${dotted(path)} derived`, '', {
      arrange: arrangement.bindings,
      follow: followsOf(bench.knowledge, { ...reached, act }),
    })
    const first = await bench.attempt(subject, 'fresh', ` when another ${thing} has the same ${name}`)
    if (!first) continue
    const { status } = first.act.response
    if (!isSuccess(status) && !isRefusal(status)) continue
    subject.title = isSuccess(status)
      ? `gives ${method === 'POST' ? `a second ${thing}` : `the ${thing}`} with a ${name} that is taken a ${readable(derived.column)} of its own`
      : `refuses the ${name} of another ${thing}`
    if (isRefusal(status)) subject.follow = []
    bench.keep(subject, first, 'fresh', 'observed')
  }
}

/** A column that allows each value once, that nothing was sent for, and that reads like this value. */
function derivedColumn(
  bench: Bench,
  reached: Reached,
  sent: Json | undefined,
  name: string,
): { maker: Learned; column: string } | null {
  if (typeof sent !== 'string' || sent.length < 6) return null
  for (const change of reached.sighting.changes) {
    const table = bench.knowledge.table(change.table)
    const maker = bench.knowledge.makerOf(change.table)
    if (change.change === 'deleted' || !table || maker?.recipe.kind !== 'resource') continue
    const row = change.change === 'updated' ? change.after : change.row
    for (const [column = '', ...others] of table.unique) {
      if (others.length > 0 || table.primaryKey.includes(column) || plainName(column) === plainName(name)) continue
      if (plainName(String(row[column])).includes(plainName(sent))) return { maker, column }
    }
  }
  return null
}

function holder(maker: Learned, name: string) {
  const leaves = exprLeaves(maker.recipe.steps.at(-1)?.body ?? null)
  return leaves.find((leaf) => plainName(lastKey(leaf.path)) === plainName(name))?.path ?? null
}
