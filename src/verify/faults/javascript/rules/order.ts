import type { SgNode } from '@ast-grep/napi'
import type { Edit } from '../../fault.ts'
import {
  after,
  argumentsOf,
  calleeName,
  find,
  keyOf,
  named,
  receiver,
  replace,
  type Site,
  type Source,
  say,
  start,
} from '../source.ts'
import { clauses, findSql, split } from '../sql.ts'

/** Lists the other way round: the first sort key is reversed. */
export function findOrders(source: Source): Site[] {
  const { root } = source
  return [...inSql(source), ...inStrings(root), ...inBuilders(root), ...inOptions(root), ...sorted(root)]
}

const site = (node: SgNode, by: string, edit: Edit): Site => ({
  kind: 'order',
  node,
  what: `the order by ${say(by, 50)} is reversed`,
  edits: [edit],
})

/** `created_at DESC` ↔ `created_at ASC`, as an edit at `offset`. */
function flip(key: string, offset: number): Edit {
  const direction = /\b(ASC|DESC)\b/i.exec(key)
  if (direction) {
    const other = direction[0].toUpperCase() === 'DESC' ? 'ASC' : 'DESC'
    // Some libraries know the words in one case only.
    const text = direction[0] === direction[0].toLowerCase() ? other.toLowerCase() : other
    return { start: offset + direction.index, end: offset + direction.index + direction[0].length, text }
  }
  const nulls = /\s+NULLS\b/i.exec(key)
  const at = offset + (nulls?.index ?? key.length)
  return { start: at, end: at, text: ' DESC' }
}

function inSql(source: Source): Site[] {
  return findSql(source).flatMap((sql) =>
    clauses(sql, 'ORDER').flatMap((clause) => {
      const first = split(clause, ',')[0]
      // Rows that are locked in an order are not shown in it; a key that is a substitution is written elsewhere.
      if (!first || /\bFOR\s+UPDATE\b/i.test(sql.text) || /^[$_\s]+$/.test(first.text)) return []
      return [site(sql.node, first.text, flip(first.text, sql.offset + first.from))]
    }),
  )
}

/** `{ orderBy: 'created_at DESC, id' }`, put into SQL by somebody else. */
function inStrings(root: SgNode): Site[] {
  return find(root, 'pair').flatMap((pair) => {
    const value = pair.field('value')
    if (!/^(order_?by|sort(_?by)?|order)$/i.test(keyOf(pair) ?? '') || value?.kind() !== 'string') return []
    const text = value.text().slice(1, -1)
    if (/^-?\w+$/.test(text) && !/order_?by/i.test(keyOf(pair) ?? '')) return []
    if (/^(asc|desc)$/i.test(text)) return [site(pair, text, flip(text, start(value) + 1))]
    const first = split({ from: 0, to: text.length, text }, ',')[0]
    return first && /^[\w."]+(\s+(asc|desc))?/i.test(first.text)
      ? [site(pair, first.text, flip(first.text, start(value) + 1 + first.from))]
      : []
  })
}

/** `.orderBy('a', 'desc')` */
function inBuilders(root: SgNode): Site[] {
  return find(root, 'call_expression').flatMap((call) => {
    if (!/^(orderBy|addOrderBy|orderByRaw)$/.test(calleeName(call)) || !receiver(call)) return []
    const [key, direction] = argumentsOf(call)
    if (!key) return []
    if (calleeName(key) === 'desc' || calleeName(key) === 'asc') {
      const name = key.field('function')
      return name ? [site(call, key.text(), replace(name, calleeName(key) === 'desc' ? 'asc' : 'desc'))] : []
    }
    if (key.kind() !== 'string') return []
    if (direction?.kind() === 'string')
      return [site(call, call.field('arguments')?.text() ?? '', flip(direction.text(), start(direction)))]
    if (direction) return []
    const inline = /\b(asc|desc)\b/i.test(key.text())
    return [site(call, key.text(), inline ? flip(key.text(), start(key)) : after(key, `, 'DESC'`))]
  })
}

/** `orderBy: { createdAt: 'desc' }` and `order: [['createdAt', 'DESC']]` */
function inOptions(root: SgNode): Site[] {
  return find(root, 'pair').flatMap((pair) => {
    const key = keyOf(pair) ?? ''
    const value = pair.field('value')
    if (!/^(orderBy|order|sort)$/.test(key) || !value || !/^(object|array)$/.test(value.kind() as string)) return []
    const direction = find(value, 'string').find((one) => /^['"](asc|desc)['"]$/i.test(one.text()))
    if (direction) return [site(pair, value.text(), flip(direction.text(), start(direction)))]
    const number = named(value)
      .map((one) => one.field('value'))
      .find((one) => one && /^-?1$/.test(one.text()))
    return number ? [site(pair, value.text(), replace(number, number.text() === '1' ? '-1' : '1'))] : []
  })
}

/** `.sort((a, b) => …)` and Mongoose's `.sort({ a: -1 })`. */
function sorted(root: SgNode): Site[] {
  return find(root, 'call_expression').flatMap((call) => {
    if (!/^(sort|toSorted|sortBy)$/.test(calleeName(call)) || !receiver(call)) return []
    const [by] = argumentsOf(call)
    if (by?.kind() === 'object') {
      const number = named(by)
        .map((one) => one.field('value'))
        .find((one) => one && /^-?1$/.test(one.text()))
      return number ? [site(call, by.text(), replace(number, number.text() === '1' ? '-1' : '1'))] : []
    }
    return by && /function/.test(by.kind() as string) ? [site(call, by.text(), after(call, '.reverse()'))] : []
  })
}
