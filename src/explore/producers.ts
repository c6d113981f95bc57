import type { JsonPath } from '../contracts/json.ts'
import type { Expr } from '../contracts/observation.ts'
import type { Endpoint } from '../contracts/project.ts'
import type { Knowledge, Learned } from './knowledge.ts'
import { lastKey, leavesOf } from './leaves.ts'
import { collectionBefore, lastLiteral, nounOfPath, pathShape } from './paths.ts'
import { nounOf, plainName } from './words.ts'

/** A recipe whose product may fill a path parameter, and the part of it that does. */
export interface Producer {
  recipe: string
  at: 'request' | 'response'
  path: JsonPath
}

/** Recipes that may fill a path parameter, likeliest first. */
export function producersOf(knowledge: Knowledge, endpoint: Endpoint, param: string): Producer[] {
  const collection = collectionBefore(endpoint.path, param)
  const noun = nounOfPath(collection)
  const bare = nounOf(param.replace(/_?(id|uuid|slug)$/i, '') || noun)
  const scored: { producer: Producer; score: number }[] = []
  for (const learned of knowledge.learned.values()) {
    if (learned.action) continue
    const affinity = affinityTo(learned, collection, noun, bare)
    for (const part of partsFor(learned, param)) {
      const total = affinity + part.score
      if (affinity > 0 || part.exact)
        scored.push({ producer: { recipe: learned.recipe.name, at: part.at, path: part.path }, score: total })
    }
  }
  return scored.sort((a, b) => b.score - a.score).map(({ producer }) => producer)
}

function affinityTo(learned: Learned, collection: string, noun: string, bare: string): number {
  const { recipe, endpoint, table } = learned
  let score = 0
  if (pathShape(endpoint.path) === pathShape(collection)) score += 100
  if (lastLiteral(endpoint.path) === lastLiteral(collection)) score += 50
  if ([noun, bare].some((word) => plainName(word) === plainName(recipe.name))) score += 50
  if (table && [noun, bare].some((word) => plainName(nounOf(table)) === plainName(word))) score += 40
  return score
}

function partsFor(
  learned: Learned,
  param: string,
): { at: 'request' | 'response'; path: JsonPath; score: number; exact: boolean }[] {
  const wanted = plainName(param)
  const generic = /^(id|uuid|key|pk)$/.test(wanted)
  const rate = (path: JsonPath, at: 'request' | 'response') => {
    const key = plainName(lastKey(path))
    const depth = path.length + (path.some((part) => typeof part === 'number') ? 5 : 0)
    const keyed = learned.key && learned.key.at === at && learned.key.path.join('.') === path.join('.')
    if (key === wanted) return 20 - depth + (keyed ? 3 : 0)
    if (keyed) return 14
    if (/^(id|uuid)$/.test(key) && (generic || wanted.endsWith('id') || wanted === plainName(learned.recipe.name)))
      return 12 - depth
    return 0
  }
  const parts = (['response', 'request'] as const).flatMap((at) =>
    leavesOf(at === 'response' ? learned.recipe.example : exampleRequest(learned)).flatMap(({ path, value }) => {
      const score = value === null || typeof value === 'boolean' ? 0 : rate(path, at)
      const exact = !generic && plainName(lastKey(path)) === wanted && path.length <= 3
      return score > 0 ? [{ at, path, score: score - (at === 'request' ? 2 : 0), exact }] : []
    }),
  )
  return parts.sort((a, b) => b.score - a.score).slice(0, 3)
}

/** The shape of what the main step sends: only the keys matter here. */
function exampleRequest(learned: Learned) {
  const shape = (expr: Expr | null): Parameters<typeof leavesOf>[0] => {
    if (!expr) return null
    if (expr.is === 'object')
      return Object.fromEntries(
        Object.entries(expr.properties).map(([key, property]) => [key, shape(property) ?? null]),
      )
    if (expr.is === 'array') return []
    return expr.is === 'literal' ? expr.value : 'x'
  }
  return shape(learned.recipe.steps.at(-1)?.body ?? null)
}

/** The part of a thing that others refer to it by: its id. */
export function identityOf(learned: Learned): { at: 'request' | 'response'; path: JsonPath } | null {
  const ids = leavesOf(learned.recipe.example)
    .filter(({ path, value }) => value !== null && /^(_?id|uuid)$/.test(plainName(lastKey(path))))
    .sort((a, b) => a.path.length - b.path.length)
  if (learned.key?.at === 'response') return { at: 'response', path: learned.key.path }
  return ids[0] ? { at: 'response', path: ids[0].path } : learned.key
}
