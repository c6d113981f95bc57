import { lowerExpr, lowerFunction, lowerKey } from './lower.ts'
import { lineOf, type Node, named } from './nodes.ts'
import { lowerBody } from './statements.ts'
import type { Class, Expr } from './tree.ts'
import { decorators, typed } from './types.ts'

/** A class with its methods, accessors, fields and static blocks. */
export function lowerClass(node: Node): Class {
  const heritage = named(node).find((child) => child.kind() === 'class_heritage')
  const clause = heritage && named(heritage).find((child) => child.kind() === 'extends_clause')
  const base = clause ? (clause.field('value') as Node | null) : heritage ? (named(heritage)[0] ?? null) : null
  const outer = node.parent()
  const result: Class = {
    name: (node.field('name') as Node | null)?.text() ?? null,
    base: base && !(base.kind() as string).endsWith('_clause') ? lowerExpr(base) : null,
    // Those in front of `export` belong to the statement.
    decorators: [...(outer?.kind() === 'export_statement' ? decorators(outer) : []), ...decorators(node)],
    members: [],
    blocks: [],
    line: lineOf(node),
  }
  const body = node.field('body') as Node | null
  let before: Expr[] = []
  for (const member of body ? named(body) : []) {
    if (member.kind() === 'decorator') {
      before.push(...named(member).slice(0, 1).map(lowerExpr))
      continue
    }
    lowerMember(member, before, result)
    before = []
  }
  return result
}

function lowerMember(member: Node, before: Expr[], into: Class): void {
  const tokens = new Set(member.children().map((child) => child.kind() as string))
  const isStatic = tokens.has('static')
  const key = (member.field('name') ?? member.field('property')) as Node | null
  if (member.kind() === 'method_definition' && key) {
    const kind = tokens.has('get') ? 'get' : tokens.has('set') ? 'set' : 'method'
    const fn = lowerFunction(member)
    const list = member.field('parameters') as Node | null
    const params = () => (list ? named(list).filter((param) => !/^this\b/.test(param.text())) : []).map(typed)
    into.members.push({ key: lowerKey(key), isStatic, kind, value: { t: 'fn', fn }, decorators: before, params })
  } else if ((member.kind() as string).endsWith('field_definition') && key) {
    const value = member.field('value') as Node | null
    const own = typed(member)
    into.members.push({
      key: lowerKey(key),
      isStatic,
      kind: 'field',
      value: value ? lowerExpr(value) : null,
      decorators: [...before, ...own.decorators],
      typed: own,
    })
  } else if (member.kind() === 'class_static_block') {
    const block = named(member)[0]
    if (block) into.blocks.push(() => lowerBody(block))
  }
}
