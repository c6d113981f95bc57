import { lowerExpr } from './lower.ts'
import { type Node, named } from './nodes.ts'
import type { Expr, Typed } from './tree.ts'

const NAMES: Record<string, string> = { string: 'String', number: 'Number', boolean: 'Boolean', object: 'Object' }

/** A type annotation as the value that stands for it at run time; `null` where there is none. */
function lowerType(node: Node): Expr | null {
  switch (node.kind() as string) {
    case 'type_annotation':
    case 'parenthesized_type':
    case 'readonly_type': {
      const inner = named(node)[0]
      return inner ? lowerType(inner) : null
    }
    case 'predefined_type': {
      const name = NAMES[node.text()]
      return name ? { t: 'id', name } : null
    }
    case 'type_identifier':
      return { t: 'id', name: node.text() }
    case 'nested_type_identifier': {
      const [space, name] = named(node)
      return space && name ? { t: 'mem', obj: { t: 'id', name: space.text() }, prop: name.text(), opt: false } : null
    }
    case 'array_type': {
      const inner = named(node)[0]
      const item = inner && lowerType(inner)
      return { t: 'arr', items: item ? [item] : [] }
    }
    case 'generic_type':
      return generic(node)
    case 'union_type': {
      const parts = named(node).flatMap((part) => (part.kind() === 'literal_type' ? [] : [lowerType(part)]))
      return parts.find((part) => part !== null) ?? (node.text().includes("'") ? { t: 'id', name: 'String' } : null)
    }
    default:
      return null
  }
}

function generic(node: Node): Expr | null {
  const [name, list] = named(node)
  const inner = list && named(list)[0]
  const text = name?.text() ?? ''
  if (text === 'Array' || text === 'ReadonlyArray') {
    const item = inner && lowerType(inner)
    return { t: 'arr', items: item ? [item] : [] }
  }
  if (/^(Partial|Readonly|Promise|Required)$/.test(text)) return inner ? lowerType(inner) : null
  return name ? (lowerType(name) ?? lowerExpr(name)) : null
}

/** What decorators and annotations say of a field or parameter. */
export function typed(node: Node): Typed {
  return {
    decorators: decorators(node),
    type: () => {
      const annotation = node.field('type') as Node | null
      return annotation ? lowerType(annotation) : null
    },
    optional: node.children().some((child) => child.kind() === '?') || node.kind() === 'optional_parameter',
  }
}

/** The decorators among a node's children, as expressions. */
export function decorators(node: Node): Expr[] {
  return named(node)
    .filter((child) => child.kind() === 'decorator')
    .flatMap((child) => named(child).slice(0, 1).map(lowerExpr))
}
