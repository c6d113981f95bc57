import type { Expr, RequestTemplate } from '../../contracts/observation.ts'
import { type Endpoint, endpointKey } from '../../contracts/project.ts'
import { mapReferences } from '../expressions.ts'
import type { Knowledge, Learned, Reached } from '../knowledge.ts'
import { leavesOf, samePath, valueAt } from '../leaves.ts'
import { isItem, paramsOf, pathShape } from '../paths.ts'
import { bodyOf } from '../request.ts'

/** GET of the thing that `endpoint` writes, as the same caller would send it. `null` where there is none. */
export function readerOf(knowledge: Knowledge, endpoint: Endpoint): Reached | null {
  const shape = pathShape(endpoint.path)
  for (const reached of knowledge.reached.values())
    if (reached.endpoint.method === 'GET' && pathShape(reached.endpoint.path) === shape) return reached
  return null
}

/** GET of one thing that this recipe makes. */
export function itemReaderOf(knowledge: Knowledge, learned: Learned): { reader: Reached; param: string } | null {
  for (const reached of knowledge.reached.values()) {
    if (reached.endpoint.method !== 'GET' || !isItem(reached.endpoint.path)) continue
    const param = paramsOf(reached.endpoint.path).at(-1) ?? ''
    const filler = reached.act.params[param]
    if (filler?.is !== 'ref') continue
    const binding = reached.arrange.find((candidate) => candidate.name === filler.from)
    if (binding?.recipe === learned.recipe.name) return { reader: reached, param }
  }
  return null
}

/** The read after a creation: what the act answered takes the place of the thing that the reader was tried with. */
export function readBack(reader: Reached, param: string, writer: Reached): RequestTemplate | null {
  const filler = reader.act.params[param]
  if (filler?.is !== 'ref') return null
  const params: Record<string, Expr> = { ...reader.act.params, [param]: { ...filler, from: 'act' } }
  const asker = reader.act.credential
  return {
    ...reader.act,
    params: Object.fromEntries(
      Object.entries(params).map(([name, expr]) => [name, name === param ? expr : mapReferences(expr, (ref) => ref)]),
    ),
    credential: asker.is === 'valid' ? writer.act.credential : asker,
  }
}

/** The read after an update or a deletion: same path, through the answer where the answer tells it anew. */
export function readAgain(reader: Reached, writer: Reached): RequestTemplate {
  const answer = bodyOf(writer.sighting.act.response)
  const names = paramsOf(reader.endpoint.path)
  const own = paramsOf(writer.endpoint.path)
  const params = Object.fromEntries(
    names.map((name, index) => {
      const expr = writer.act.params[own[index] ?? name] ??
        reader.act.params[name] ?? { is: 'literal' as const, value: '' }
      if (expr.is !== 'ref' || writer.endpoint.method === 'DELETE') return [name, expr]
      const told = leavesOf(answer).some((leaf) => samePath(leaf.path, expr.path))
      return [
        name,
        told && valueAt(answer, expr.path) !== null && expr.at === 'response' ? { ...expr, from: 'act' } : expr,
      ]
    }),
  )
  return {
    ...reader.act,
    params,
    credential: reader.act.credential.is === 'valid' ? writer.act.credential : reader.act.credential,
  }
}

/** The same request again. */
export function again(writer: Reached): RequestTemplate {
  return { ...writer.act, endpoint: endpointKey(writer.endpoint) }
}
