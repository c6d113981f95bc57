import type { SgNode } from '@ast-grep/napi'
import { argumentsOf, calleeName, find, keyOf, receiver, replace, type Site, type Source, say } from '../source.ts'
import { findSql } from '../sql.ts'

/** Pages that start or end one too late. */
export function findPaging(source: Source): Site[] {
  const { root } = source
  return [...pageNumbers(root), ...sqlLimits(source), ...builderLimits(root), ...options(root)]
}

const site = (node: SgNode, what: string, edits: Site['edits']): Site => ({ kind: 'paging', node, what, edits })

/** `(page - 1) * size` */
function pageNumbers(root: SgNode): Site[] {
  return find(root, 'binary_expression').flatMap((node) => {
    if (node.field('operator')?.text() !== '-' || node.field('right')?.text() !== '1') return []
    const left = node.field('left')
    if (!left || !/page/i.test(left.text()) || !/^[^+]*\*|\*/.test(node.parent()?.parent()?.text() ?? '')) return []
    return [site(node, `pages are counted from 0: ${say(node)} becomes ${say(left)}`, [replace(node, left.text())])]
  })
}

/** `LIMIT $1 OFFSET $2`, placeholders or substitutions. */
function sqlLimits(source: Source): Site[] {
  return findSql(source).flatMap((sql) =>
    [...sql.text.matchAll(/\b(LIMIT|OFFSET)\s+(\$\d+|\$_+|\?|:\w+|_+)/gi)].flatMap((match) => {
      const word = match[1]?.toUpperCase()
      const at = sql.offset + match.index + match[0].length
      const what =
        word === 'OFFSET' ? 'a page starts one row too late (OFFSET + 1)' : 'a page holds one row too many (LIMIT + 1)'
      return [site(sql.node, what, [{ start: at, end: at, text: ' + 1' }])]
    }),
  )
}

function builderLimits(root: SgNode): Site[] {
  return find(root, 'call_expression').flatMap((call) => {
    const name = calleeName(call)
    const [value, ...more] = argumentsOf(call)
    if (!/^(limit|offset|skip|take)$/.test(name) || !receiver(call) || !value || more.length > 0) return []
    return [plusOne(value, /offset|skip/.test(name))]
  })
}

function options(root: SgNode): Site[] {
  return find(root, 'pair', 'shorthand_property_identifier').flatMap((node) => {
    const key = keyOf(node) ?? ''
    if (!/^(limit|offset|skip|take)$/.test(key)) return []
    const object = node.parent()
    const call = object?.parent()?.parent()
    if (
      object?.kind() !== 'object' ||
      call?.kind() !== 'call_expression' ||
      !/^find|^getMany|^paginate/.test(calleeName(call))
    )
      return []
    if (node.kind() === 'shorthand_property_identifier') {
      return [site(node, words(key === 'offset' || key === 'skip'), [replace(node, `${key}: Number(${key}) + 1`)])]
    }
    const value = node.field('value')
    return value ? [plusOne(value, /offset|skip/.test(key))] : []
  })
}

const plusOne = (value: SgNode, isStart: boolean): Site =>
  site(value, `${words(isStart)}: (${say(value, 40)}) + 1`, [replace(value, `Number(${value.text()}) + 1`)])

const words = (isStart: boolean) => (isStart ? 'a page starts one row too late' : 'a page holds one row too many')
