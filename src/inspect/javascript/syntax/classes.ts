import { lowerExpr, lowerFunction, lowerKey } from './lower.ts'
import { lineOf, type Node, named } from './nodes.ts'
import { lowerBody } from './statements.ts'
import type { Class } from './tree.ts'

/** A class with its methods, accessors, fields and static blocks. */
export function lowerClass(node: Node): Class {
  const heritage = named(node).find((child) => child.kind() === 'class_heritage')
  const clause = heritage && named(heritage).find((child) => child.kind() === 'extends_clause')
  const base = clause ? (clause.field('value') as Node | null) : heritage ? (named(heritage)[0] ?? null) : null
  const result: Class = {
    name: (node.field('name') as Node | null)?.text() ?? null,
    base: base && !(base.kind() as string).endsWith('_clause') ? lowerExpr(base) : null,
    members: [],
    blocks: [],
    line: lineOf(node),
  }
  const body = node.field('body') as Node | null
  for (const member of body ? named(body) : []) {
    const tokens = new Set(member.children().map((child) => child.kind() as string))
    const isStatic = tokens.has('static')
    const line = lineOf(member)
    const key = (member.field('name') ?? member.field('property')) as Node | null
    if (member.kind() === 'method_definition' && key) {
      const kind = tokens.has('get') ? 'get' : tokens.has('set') ? 'set' : 'method'
      const value = { t: 'fn', fn: lowerFunction(member), line } as const
      result.members.push({ key: lowerKey(key), isStatic, kind, value })
    } else if ((member.kind() as string).endsWith('field_definition') && key) {
      const value = member.field('value') as Node | null
      result.members.push({ key: lowerKey(key), isStatic, kind: 'field', value: value ? lowerExpr(value) : null })
    } else if (member.kind() === 'class_static_block') {
      const block = named(member)[0]
      if (block) result.blocks.push(() => lowerBody(block))
    }
  }
  return result
}
