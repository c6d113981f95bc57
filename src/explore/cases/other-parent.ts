import { Arrangement } from '../arrangement.ts'
import { type Bench, variant } from '../bench.ts'
import type { Reached } from '../knowledge.ts'
import { collectionBefore, isItem, nounOfPath, paramsOf } from '../paths.ts'
import { isRefusal } from '../request.ts'
import { readable } from '../words.ts'

/** A thing asked for below another one of what it belongs to, where that is refused: `/a/{other}/b/{id}`. */
export async function otherParentCases(bench: Bench, reached: Reached): Promise<void> {
  const { endpoint, arrange, act } = reached
  const names = paramsOf(endpoint.path)
  const [parent = '', child = ''] = names.slice(-2)
  if (names.length < 2 || !isItem(endpoint.path)) return
  const [above, below] = [act.params[parent], act.params[child]]
  if (above?.is !== 'ref' || below?.is !== 'ref' || above.from === below.from) return
  const owner = arrange.find((binding) => binding.name === above.from)
  const thing = arrange.find((binding) => binding.name === below.from)
  if (!owner || !thing || !Object.values(thing.needs).includes(owner.name)) return
  const arrangement = new Arrangement(bench.knowledge.recipes, arrange)
  const other = arrangement.need(owner.recipe, { fresh: true })
  const noun = readable(nounOfPath(collectionBefore(endpoint.path, parent)))
  const subject = variant(reached, 'not_found', `${parent} other`, `answers not found below another ${noun}`, {
    arrange: arrangement.bindings,
    act: { params: { ...act.params, [parent]: { ...above, from: other } } },
  })
  const first = await bench.attempt(subject, 'pool', ` below another ${noun}`)
  if (first && isRefusal(first.act.response.status))
    bench.keep(subject, first, 'pool', first.act.response.status === 404 ? 'promised' : 'observed')
}
