import type { Json, JsonPath } from '../../contracts/json.ts'
import type { Made, Sighting } from '../execute.ts'
import { isObject, lastKey, leavesOf } from '../leaves.ts'
import { bodyOf } from '../request.ts'

/** The list in a response: the body itself, or the first array of its top two levels. */
export function arrayIn(body: Json, depth = 0): Json[] | null {
  if (Array.isArray(body)) return body
  if (!isObject(body) || depth > 1) return null
  for (const value of Object.values(body)) {
    const found = arrayIn(value, depth + 1)
    if (found) return found
  }
  return null
}

/** Items of the list that show something only one of these bindings has, with the binding's name. */
export function ownItems(sighting: Sighting, names: string[]): { index: number; name: string }[] {
  const items = arrayIn(bodyOf(sighting.act.response)) ?? []
  return items.flatMap((item, index) => {
    const values = new Set(leavesOf(item).map((leaf) => leaf.value))
    const name = names.find((candidate) => shows(item, values, sighting.made.get(candidate)))
    return name ? [{ index, name }] : []
  })
}

function shows(item: Json, values: Set<Json>, made: Made | undefined): boolean {
  if (typeof item === 'string') return item.length > 5 && leavesOf(made?.request).some((leaf) => leaf.value === item)
  return marksOf(made).some((mark) => matches(item, values, mark))
}

/** What tells one made thing from all others: its ids and fresh strings. */
export function marksOf(made: Made | undefined): { at: 'request' | 'response'; path: JsonPath; value: Json }[] {
  if (!made) return []
  const leaves = leavesOf(made.response)
  const shallow = Math.min(
    ...leaves.filter((leaf) => /^(_?id|uuid|slug)$/i.test(lastKey(leaf.path))).map((leaf) => leaf.path.length),
  )
  const ids = leaves.filter(
    (leaf) => /^(_?id|uuid|slug)$/i.test(lastKey(leaf.path)) && leaf.path.length === shallow && leaf.value !== null,
  )
  if (ids.length > 0) return ids.map((leaf) => ({ at: 'response', ...leaf }))
  return leavesOf(made.request).flatMap((leaf) =>
    typeof leaf.value === 'string' && leaf.value.length > 6 ? [{ at: 'request' as const, ...leaf }] : [],
  )
}

function matches(item: Json, values: Set<Json>, mark: { path: JsonPath; value: Json }): boolean {
  if (typeof mark.value === 'string') return values.has(mark.value)
  return isObject(item) && item[lastKey(mark.path)] === mark.value
}
