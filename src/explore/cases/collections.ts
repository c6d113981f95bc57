import type { JsonPath } from '../../contracts/json.ts'
import type { Expr, RequestTemplate } from '../../contracts/observation.ts'
import { Arrangement } from '../arrangement.ts'
import { type Bench, variant } from '../bench.ts'
import { exprAt, withPart } from '../expressions.ts'
import { dotted } from '../fields.ts'
import type { Learned, Reached } from '../knowledge.ts'
import { lastKey } from '../leaves.ts'
import { isRefusal, isSuccess } from '../request.ts'
import { nounOf, readable, singular, withArticle } from '../words.ts'
import { followsOf } from './follows.ts'
import { siblings } from './updates.ts'

/** Fields that hold a list of plain values: emptied and added to by an update, and shared by two things. */
export async function collectionCases(bench: Bench, reached: Reached): Promise<void> {
  const { method } = reached.endpoint
  if (!['POST', 'PUT', 'PATCH'].includes(method)) return
  for (const { path, expr } of siblings(reached.act.body)) {
    const [item] = expr.is === 'array' ? expr.items : []
    if (!item || !['literal', 'unique'].includes(item.is)) continue
    if (method === 'POST') await sharedItem(bench, reached, path, item)
    else await changedItems(bench, reached, path, item)
  }
}

async function changedItems(bench: Bench, reached: Reached, path: JsonPath, item: Expr): Promise<void> {
  const name = readable(lastKey(path))
  await accepted(bench, reached, path, 'emptied', `empties the ${name}`, [])
  const before = itemBefore(bench, reached, path)
  if (before && item.is === 'unique')
    await accepted(bench, reached, path, 'extended', `adds to the ${name}`, [before, item])
}

async function accepted(
  bench: Bench,
  reached: Reached,
  path: JsonPath,
  detail: string,
  title: string,
  items: Expr[],
): Promise<void> {
  const act: RequestTemplate = { ...reached.act, body: withPart(reached.act.body, path, { is: 'array', items }) }
  const changed: Reached = { ...reached, act }
  const subject = variant(changed, 'success', `${dotted(path)} ${detail}`, title, {
    follow: followsOf(bench.knowledge, changed),
  })
  const first = await bench.attempt(subject, 'fresh', ` when the ${readable(lastKey(path))} is ${detail}`)
  if (!first || !isSuccess(first.act.response.status) || first.changes.length === 0) return
  bench.keep(subject, first, 'fresh', 'promised')
}

/** What the thing to update has in its list already. */
function itemBefore(bench: Bench, reached: Reached, path: JsonPath): Expr | null {
  for (const expr of Object.values(reached.act.params)) {
    const binding = expr.is === 'ref' ? reached.arrange.find(({ name }) => name === expr.from) : undefined
    const body = binding && bench.knowledge.recipes.get(binding.recipe)?.steps.at(-1)?.body
    const held = body && siblings(body).find((field) => lastKey(field.path) === lastKey(path))
    if (binding && held?.expr.is === 'array' && held.expr.items.length > 0)
      return { is: 'ref', from: binding.name, at: 'request', path: [...held.path, 0] }
  }
  return null
}

/** A second thing with a value that must be stored once only. */
async function sharedItem(bench: Bench, reached: Reached, path: JsonPath, item: Expr): Promise<void> {
  const maker = makerOf(bench, reached)
  if (!maker || item.is !== 'unique' || exprAt(maker.recipe.steps.at(-1)?.body ?? null, path)?.is !== 'array') return
  const arrangement = new Arrangement(bench.knowledge.recipes, reached.arrange)
  const other = arrangement.need(maker.recipe.name, { fresh: true })
  const shared: Expr = { is: 'array', items: [{ is: 'ref', from: other, at: 'request', path: [...path, 0] }] }
  const thing = readable(maker.recipe.name)
  const one = readable(singular(nounOf(lastKey(path).replace(/_?list$/i, ''))))
  const act = { ...reached.act, body: withPart(reached.act.body, path, shared) }
  const subject = variant({ ...reached, act }, 'workflow', `${dotted(path)} shared`, '', {
    arrange: arrangement.bindings,
    follow: followsOf(bench.knowledge, reached),
  })
  const first = await bench.attempt(subject, 'fresh', ` when another ${thing} has the same ${one}`)
  if (!first) return
  const { status } = first.act.response
  if (!isSuccess(status) && !isRefusal(status)) return
  subject.title = isSuccess(status)
    ? `shares ${withArticle(one)} with another ${thing}`
    : `refuses ${withArticle(one)} of another ${thing}`
  if (isRefusal(status)) subject.follow = []
  bench.keep(subject, first, 'fresh', 'observed')
}

function makerOf(bench: Bench, reached: Reached): Learned | undefined {
  const key = `${reached.endpoint.method} ${reached.endpoint.path}`
  return [...bench.knowledge.learned.values()].find(
    ({ recipe, action }) => recipe.kind === 'resource' && !action && recipe.steps.at(-1)?.endpoint === key,
  )
}
