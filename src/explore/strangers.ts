import { Arrangement } from './arrangement.ts'
import type { Kept } from './bench.ts'
import { ArrangementFailed, type Executor } from './execute.ts'
import { MissingReference } from './expressions.ts'
import type { Knowledge } from './knowledge.ts'

/** More than a usual page. */
const MANY = 23

/**
 * Fills the database with what is nobody's business, a different number of each thing, so that ids, counts and first pages are
 * not what they were. Things that are listed come in numbers larger than a page.
 */
export async function addStrangers(knowledge: Knowledge, executor: Executor, kept: Kept[]): Promise<void> {
  const listed = new Set(
    kept
      .filter((entry) => ['list', 'paging', 'filter'].includes(entry.case.kind))
      .flatMap((entry) => entry.case.arrange.map((binding) => binding.recipe)),
  )
  let extra = 2
  for (const recipe of knowledge.recipes.values()) {
    const learned = knowledge.learned.get(recipe.name)
    const many = recipe.kind === 'resource' && !learned?.action && listed.has(recipe.name)
    const count = many ? MANY : extra
    extra = extra >= 4 ? 2 : extra + 1
    if (!(await add(knowledge, executor, recipe.name, count, false)))
      await add(knowledge, executor, recipe.name, count, true)
  }
}

/** Adds that many; `apart`: each with things of its own around it, where one can only have one. */
async function add(
  knowledge: Knowledge,
  executor: Executor,
  name: string,
  count: number,
  apart: boolean,
): Promise<boolean> {
  const arrangement = new Arrangement(knowledge.recipes)
  for (let index = 0; index < count; index += 1) {
    const use: Record<string, string> = {}
    for (const [local, needed] of Object.entries(knowledge.recipes.get(name)?.needs ?? {}))
      if (apart && knowledge.recipes.get(needed)?.kind === 'resource')
        use[local] = arrangement.need(needed, { fresh: true })
    arrangement.need(name, { fresh: true, use })
  }
  try {
    await executor.arrange(arrangement.bindings)
    return true
  } catch (error) {
    if (error instanceof ArrangementFailed || error instanceof MissingReference) return false
    throw error
  }
}
