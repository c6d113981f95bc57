import { type Bench, variant } from '../bench.ts'
import type { Reached } from '../knowledge.ts'
import { isSuccess } from '../request.ts'

/** Other words that the code accepts before a token, each shown once: `Token` beside `Bearer`. */
export async function tokenWordCases(bench: Bench, reached: Reached): Promise<void> {
  const { credential } = reached.act
  if (reached.endpoint.method !== 'GET' || credential.is !== 'valid') return
  const asker = reached.arrange.find((binding) => binding.name === credential.as)
  const recipe = asker && bench.knowledge.recipes.get(asker.recipe)
  const held = recipe?.credential
  if (!recipe || !held || 'cookie' in held || held.step !== recipe.steps.length - 1) return
  const words = bench.knowledge.map.auth
    .filter((scheme) => scheme.header === held.header)
    .flatMap((scheme) => scheme.prefixes.map((prefix) => prefix.trim()))
  for (const word of new Set(words)) {
    const detail = `after ${word}`
    if (word === '' || word === held.prefix || bench.kept.some((kept) => kept.case.id.endsWith(` success ${detail}`)))
      continue
    const subject = variant(reached, 'success', detail, `accepts a token after the word ${word}`, {
      act: {
        credential: { is: 'none' },
        headers: {
          [held.header]: {
            is: 'text',
            parts: [`${word} `, { is: 'ref', from: credential.as, at: 'response', path: held.path }],
          },
        },
      },
    })
    const first = await bench.attempt(subject, 'same')
    if (first && isSuccess(first.act.response.status)) bench.keep(subject, first, 'same', 'observed')
  }
}
