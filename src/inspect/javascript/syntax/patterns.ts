import { lowerExpr, lowerKey } from './lower.ts'
import { type Node, named } from './nodes.ts'
import type { Pattern } from './tree.ts'

/** What a declaration, parameter or assignment binds. */
export function lowerPattern(node: Node): Pattern {
  const kind = node.kind() as string
  if (kind === 'identifier' || kind === 'shorthand_property_identifier_pattern') return { p: 'id', name: node.text() }
  if (kind === 'assignment_pattern' || kind === 'object_assignment_pattern') {
    const [left, right] = [node.field('left') as Node | null, node.field('right') as Node | null]
    if (left && right) return { p: 'default', target: lowerPattern(left), value: lowerExpr(right) }
  }
  if (kind === 'object_pattern') return lowerObject(node)
  if (kind === 'array_pattern') {
    const items: (Pattern | null)[] = []
    let rest: Pattern | null = null
    let pending = true
    for (const child of node.children()) {
      if (child.kind() === ',') {
        if (pending) items.push(null)
        pending = true
      } else if (child.kind() === 'rest_pattern') rest = lowerPattern(named(child)[0] ?? child)
      else if (child.isNamed() && child.kind() !== 'comment') {
        items.push(lowerPattern(child))
        pending = false
      }
    }
    return { p: 'arr', items, rest }
  }
  return { p: 'expr', x: lowerExpr(node) }
}

function lowerObject(node: Node): Pattern {
  const props: { key: string | ReturnType<typeof lowerExpr>; target: Pattern }[] = []
  let rest: Pattern | null = null
  for (const child of named(node)) {
    const kind = child.kind()
    if (kind === 'rest_pattern') rest = lowerPattern(named(child)[0] ?? child)
    else if (kind === 'pair_pattern') {
      const [key, value] = [child.field('key') as Node | null, child.field('value') as Node | null]
      if (key && value) props.push({ key: lowerKey(key), target: lowerPattern(value) })
    } else {
      const name = kind === 'object_assignment_pattern' ? (child.field('left') as Node | null) : child
      props.push({ key: name?.text() ?? '', target: lowerPattern(child) })
    }
  }
  return { p: 'obj', props, rest }
}
