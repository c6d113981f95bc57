import type { Case, Expr } from '../../contracts/observation.ts'
import { type Bench, variant } from '../bench.ts'
import type { Reached } from '../knowledge.ts'
import { isItem, lastLiteral } from '../paths.ts'
import { bindingsOf } from '../recipes.ts'
import { isRefusal, isSuccess } from '../request.ts'
import { readable, withArticle } from '../words.ts'

/** An undoing where nothing was done, and a verb on oneself. */
export async function undoCases(bench: Bench, reached: Reached): Promise<void> {
  await nothingToUndo(bench, reached)
  await onOneself(bench, reached)
}

async function nothingToUndo(bench: Bench, reached: Reached): Promise<void> {
  const { endpoint, arrange, act } = reached
  if (endpoint.method !== 'DELETE' || isItem(endpoint.path)) return
  const used = new Set([...bindingsOf(act), ...arrange.flatMap((binding) => Object.values(binding.needs))])
  const done = arrange.find((binding) => !used.has(binding.name))
  if (!done) return
  const what = withArticle(readable(done.recipe))
  const subject = variant(reached, 'workflow', `without ${done.recipe}`, '', {
    arrange: arrange.filter((binding) => binding !== done),
  })
  await keepIdle(bench, subject, {
    refused: `refuses where there is no ${readable(done.recipe)}`,
    idle: `changes nothing without ${what}`,
    when: ` without ${what}`,
  })
}

/** The account that the path names is the one that asks. */
async function onOneself(bench: Bench, reached: Reached): Promise<void> {
  const { endpoint, arrange, act } = reached
  if (endpoint.method !== 'POST' || act.credential.is !== 'valid') return
  const { as } = act.credential
  const asker = arrange.find((binding) => binding.name === as)
  const params: Record<string, Expr> = Object.fromEntries(
    Object.entries(act.params).map(([name, expr]) => {
      const named = expr.is === 'ref' ? arrange.find((binding) => binding.name === expr.from) : undefined
      const other = named && named !== asker && named.recipe === asker?.recipe
      return [name, other && expr.is === 'ref' ? { ...expr, from: as } : expr]
    }),
  )
  if (!asker || JSON.stringify(params) === JSON.stringify(act.params)) return
  const verb = readable(lastLiteral(endpoint.path))
  const oneself = { ...reached, act: { ...act, params } }
  const used = new Set(bindingsOf(oneself.act))
  const subject = variant(oneself, 'workflow', 'oneself', '', {
    arrange: arrange.filter((binding) => used.has(binding.name)),
  })
  await keepIdle(bench, subject, {
    refused: `refuses to ${verb} oneself`,
    idle: `changes nothing when one is to ${verb} oneself`,
    when: ' on oneself',
  })
}

/** Kept where it is refused, or accepted without an effect. */
async function keepIdle(
  bench: Bench,
  subject: Case,
  titles: { refused: string; idle: string; when: string },
): Promise<void> {
  const first = await bench.attempt(subject, 'fresh', titles.when)
  if (!first || first.changes.length > 0) return
  const { status } = first.act.response
  if (!isRefusal(status) && !isSuccess(status)) return
  subject.title = isRefusal(status) ? titles.refused : titles.idle
  bench.keep(subject, first, 'fresh', 'observed')
}
