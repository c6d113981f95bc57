import type { Expr, RequestTemplate } from '../../contracts/observation.ts'
import { type Endpoint, endpointKey } from '../../contracts/project.ts'
import { isLogin } from '../credentials.ts'
import { exprLeaves, withPart } from '../expressions.ts'
import type { Knowledge, Reached } from '../knowledge.ts'
import { lastKey } from '../leaves.ts'
import { isItem } from '../paths.ts'
import { plainName } from '../words.ts'
import { again, itemReaderOf, readAgain, readBack, readerOf } from './reads.ts'

/** Requests after an accepted write that show what it did, mostly reads. */
export function followsOf(knowledge: Knowledge, reached: Reached): RequestTemplate[] {
  const { endpoint } = reached
  if (endpoint.method === 'GET' || isLogin(endpoint)) return []
  const undone = isItem(endpoint.path) ? null : readOfParent(knowledge, reached)
  if (endpoint.method === 'POST') {
    if (knowledge.isAction(endpointKey(endpoint))) return undone ? [undone] : []
    const made = [...knowledge.learned.values()].find(
      (learned) => endpointKey(learned.endpoint) === endpointKey(endpoint),
    )
    const item = made?.recipe.kind === 'resource' ? itemReaderOf(knowledge, made) : null
    const read = item ? readBack(item.reader, item.param, reached) : null
    return read ? [read] : []
  }
  const reader = readerOf(knowledge, endpoint)
  const read = reader ? [readAgain(reader, reached)] : []
  if (endpoint.method !== 'DELETE') return [...read, ...loginsAfter(knowledge, reached)]
  if (isItem(endpoint.path)) return [...read, again(reached)]
  return read.length > 0 ? read : undone ? [undone] : []
}

/** Path of what a verb is said of: `/orders/{id}/pay` → `/orders/{id}`. */
export function parentOf({ path }: Pick<Endpoint, 'path'>): string {
  return path.slice(0, path.lastIndexOf('/'))
}

/** The thing that a verb was said of, as the one sees it who said it. */
function readOfParent(knowledge: Knowledge, reached: Reached): RequestTemplate | null {
  const path = parentOf(reached.endpoint)
  const reader = isItem(path) ? readerOf(knowledge, { ...reached.endpoint, path }) : null
  if (!reader || reached.act.credential.is !== 'valid') return null
  return {
    ...readAgain(reader, { ...reached, endpoint: { ...reached.endpoint, method: 'DELETE' } }),
    credential: reached.act.credential,
  }
}

/** After a new password: it opens, the old one does not. */
function loginsAfter(knowledge: Knowledge, { act, arrange, sighting }: Reached): RequestTemplate[] {
  const { credential } = act
  const login = [...knowledge.reached.values()].find(({ endpoint }) => isLogin(endpoint))
  const asker = credential.is === 'valid' ? arrange.find(({ name }) => name === credential.as) : undefined
  const sent = exprLeaves(act.body)
  const secret = sent.find(({ path }) => isPassword(lastKey(path)) && !/current|old|existing/i.test(lastKey(path)))
  const people = new Set(knowledge.accountTables())
  const ownRow = sighting.changes.some(({ table, change }) => change === 'updated' && people.has(table))
  if (!login || !asker || !secret || !ownRow) return []
  const fill = (renewed: boolean): Expr | null => {
    let { body } = login.act
    for (const { path, expr } of exprLeaves(body)) {
      if (expr.is !== 'ref') continue
      const name = plainName(lastKey(path))
      const source = isPassword(name) ? renewed && secret : sent.find((leaf) => plainName(lastKey(leaf.path)) === name)
      const ref: Expr = source
        ? { is: 'ref', from: 'act', at: 'request', path: source.path }
        : { ...expr, from: asker.name }
      body = withPart(body, path, ref)
    }
    return body
  }
  return [true, false].map((renewed) => ({ ...login.act, body: fill(renewed) }))
}

function isPassword(name: string): boolean {
  return /passw|pwd/i.test(name)
}
