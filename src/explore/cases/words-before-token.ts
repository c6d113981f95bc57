import type { RequestTemplate } from '../../contracts/observation.ts'
import { type Bench, variant } from '../bench.ts'
import type { Reached } from '../knowledge.ts'
import { isRefusal, isSuccess } from '../request.ts'

/** Schemes that a token of another one does not belong to. */
const STRANGERS = ['Basic', 'Digest']

/** Other words before a token, each shown once: `Token` beside `Bearer` where the code accepts both, and one that it does not know. */
export async function tokenWordCases(bench: Bench, reached: Reached): Promise<void> {
  const { credential } = reached.act
  if (reached.endpoint.method !== 'GET' || credential.is !== 'valid') return
  const asker = reached.arrange.find((binding) => binding.name === credential.as)
  const recipe = asker && bench.knowledge.recipes.get(asker.recipe)
  const held = recipe?.credential
  if (!recipe || !held || 'cookie' in held || held.step !== recipe.steps.length - 1) return
  const known = bench.knowledge.map.auth
    .filter((scheme) => scheme.header === held.header)
    .flatMap((scheme) => scheme.prefixes.map((prefix) => prefix.trim()))
  const tokenAfter = (word: string): Partial<RequestTemplate> => ({
    credential: { is: 'none' },
    headers: {
      [held.header]: {
        is: 'text',
        parts: [`${word} `, { is: 'ref', from: credential.as, at: 'response', path: held.path }],
      },
    },
  })
  const isTried = (ending: string) => bench.kept.some(({ case: { id } }) => id.endsWith(ending))
  for (const word of new Set(known)) {
    const detail = `after ${word}`
    if (word === '' || word === held.prefix || isTried(` success ${detail}`)) continue
    const title = `accepts a token after the word ${word}`
    const subject = variant(reached, 'success', detail, title, { act: tokenAfter(word) })
    const first = await bench.attempt(subject, 'same')
    if (first && isSuccess(first.act.response.status)) bench.keep(subject, first, 'same', 'observed')
  }
  const stranger = STRANGERS.find(
    (word) => ![held.prefix, ...known].some((one) => one.toLowerCase() === word.toLowerCase()),
  )
  if (held.prefix === '' || stranger === undefined || isTried(` unauthenticated after ${stranger}`)) return
  const subject = variant(
    reached,
    'unauthenticated',
    `after ${stranger}`,
    `refuses a token after the word ${stranger}`,
    {
      act: tokenAfter(stranger),
    },
  )
  const first = await bench.attempt(subject, 'pool', ` to a token after the word ${stranger}`)
  const status = first?.act.response.status ?? 0
  if (first && isRefusal(status))
    bench.keep(subject, first, 'pool', status === 401 || status === 403 ? 'promised' : 'observed')
}
