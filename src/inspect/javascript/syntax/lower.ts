import { lowerClass } from './classes.ts'
import { lineOf, type Node, named, stringValue, unescapeText } from './nodes.ts'
import { lowerPattern } from './patterns.ts'
import { lowerBody } from './statements.ts'
import type { Expr, Fn, Prop } from './tree.ts'

type Lower = (node: Node) => Expr

const inner: Lower = (node) => {
  const child = named(node)[0]
  return child ? lowerExpr(child) : { t: 'opaque' }
}

function field(node: Node, name: string): Expr {
  const child = node.field(name)
  return child ? lowerExpr(child as Node) : { t: 'opaque' }
}

/** A property name: plain text where it is fixed, an expression where it is computed. */
export function lowerKey(node: Node): string | Expr {
  switch (node.kind()) {
    case 'string':
      return stringValue(node)
    case 'computed_property_name':
      return inner(node)
    default:
      return node.text()
  }
}

/** Functions, methods and arrows alike. */
export function lowerFunction(node: Node): Fn {
  const list = node.field('parameters') as Node | null
  const single = node.field('parameter') as Node | null
  const params = (list ? named(list) : single ? [single] : [])
    .filter((param) => param.text() !== 'this' && !param.text().startsWith('this:'))
    .map(lowerParameter)
  const body = node.field('body') as Node | null
  let lowered: ReturnType<Fn['body']> | null = null
  return {
    name: (node.field('name') as Node | null)?.text() ?? null,
    params,
    arrow: node.kind() === 'arrow_function',
    line: lineOf(node),
    body() {
      lowered ??= !body
        ? []
        : body.kind() === 'statement_block'
          ? lowerBody(body)
          : [{ s: 'return', x: lowerExpr(body) }]
      return lowered
    },
  }
}

function lowerParameter(node: Node): Fn['params'][number] {
  const kind = node.kind()
  if (kind === 'required_parameter' || kind === 'optional_parameter') {
    const pattern = node.field('pattern') as Node | null
    const value = node.field('value') as Node | null
    const isField = node.children().some((c) => c.kind() === 'accessibility_modifier' || c.kind() === 'readonly')
    if (!pattern) return { pattern: { p: 'id', name: '_' }, rest: false, field: null }
    const rest = pattern.kind() === 'rest_pattern'
    const target = lowerPattern(rest ? (named(pattern)[0] ?? pattern) : pattern)
    return {
      pattern: value ? { p: 'default', target, value: lowerExpr(value) } : target,
      rest,
      field: isField ? pattern.text() : null,
    }
  }
  if (kind === 'rest_pattern') return { pattern: lowerPattern(named(node)[0] ?? node), rest: true, field: null }
  return { pattern: lowerPattern(node), rest: false, field: null }
}

function lowerProps(node: Node): Prop[] {
  const props: Prop[] = []
  for (const child of named(node)) {
    const name = child.field('name') as Node | null
    const key = child.field('key') as Node | null
    if (child.kind() === 'pair' && key) props.push({ key: lowerKey(key), value: field(child, 'value') })
    else if (child.kind() === 'shorthand_property_identifier')
      props.push({ key: child.text(), value: { t: 'id', name: child.text() } })
    else if (child.kind() === 'spread_element') props.push({ spread: inner(child) })
    else if (child.kind() === 'method_definition' && name) {
      if (child.children().some((c) => c.kind() === 'set')) continue
      const getter = child.children().some((c) => c.kind() === 'get')
      props.push({ key: lowerKey(name), value: { t: 'fn', fn: lowerFunction(child) }, getter })
    }
  }
  return props
}

function template(node: Node): Expr {
  const parts: (string | Expr)[] = []
  for (const child of named(node)) {
    if (child.kind() === 'template_substitution') parts.push(inner(child))
    else parts.push(child.kind() === 'escape_sequence' ? unescapeText(child.text()) : child.text())
  }
  return { t: 'tpl', parts }
}

/** The line a call is named on: of a chain over several lines, the line of its own method. */
function callLine(node: Node, callee: Node | null): number {
  const property = callee?.kind() === 'member_expression' ? (callee.field('property') as Node | null) : null
  return property ? lineOf(property) : lineOf(node)
}

function call(node: Node): Expr {
  const isNew = node.kind() === 'new_expression'
  const callee = node.field(isNew ? 'constructor' : 'function') as Node | null
  const list = node.field('arguments') as Node | null
  const args = !list ? [] : list.kind() === 'template_string' ? [lowerExpr(list)] : named(list).map(lowerExpr)
  const line = callLine(node, callee)
  if (callee?.kind() === 'import') return { t: 'import', x: args[0] ?? { t: 'opaque' } }
  // The grammars of the two languages spell it differently.
  const mark = node.child(1)?.kind() as string | undefined
  const opt = mark === '?.' || mark === 'optional_chain'
  return { t: 'call', fn: callee ? lowerExpr(callee) : { t: 'opaque' }, args, opt, isNew, line }
}

const fn: Lower = (node) => ({ t: 'fn', fn: lowerFunction(node) })
const cls: Lower = (node) => ({ t: 'class', cls: lowerClass(node) })
const identifier: Lower = (node) => ({ t: 'id', name: node.text() })

const LOWER: Record<string, Lower> = {
  identifier,
  shorthand_property_identifier: identifier,
  undefined: () => ({ t: 'lit', v: undefined }),
  null: () => ({ t: 'lit', v: null }),
  true: () => ({ t: 'lit', v: true }),
  false: () => ({ t: 'lit', v: false }),
  number: (node) => ({ t: 'lit', v: Number(node.text().replace(/_|n$/g, '')) }),
  string: (node) => ({ t: 'lit', v: stringValue(node) }),
  template_string: template,
  regex: (node) => ({
    t: 'regex',
    source: (node.field('pattern') as Node | null)?.text() ?? '',
    flags: (node.field('flags') as Node | null)?.text() ?? '',
  }),
  this: () => ({ t: 'this' }),
  super: () => ({ t: 'super' }),
  parenthesized_expression: inner,
  as_expression: inner,
  satisfies_expression: inner,
  non_null_expression: inner,
  instantiation_expression: inner,
  type_assertion: (node) => lowerExpr(named(node).at(-1) ?? node),
  spread_element: (node) => ({ t: 'spread', x: inner(node) }),
  await_expression: (node) => ({ t: 'wait', x: inner(node) }),
  yield_expression: (node) => ({ t: 'wait', x: inner(node) }),
  meta_property: () => ({ t: 'id', name: '#meta' }),
  sequence_expression: (node) => ({ t: 'seq', items: named(node).map(lowerExpr) }),
  object: (node) => ({ t: 'obj', props: lowerProps(node) }),
  array: (node) => ({ t: 'arr', items: named(node).map(lowerExpr) }),
  function_expression: fn,
  function: fn,
  generator_function: fn,
  function_declaration: fn,
  arrow_function: fn,
  class: cls,
  class_declaration: cls,
  call_expression: call,
  new_expression: call,
  member_expression: (node) => ({
    t: 'mem',
    obj: field(node, 'object'),
    prop: (node.field('property') as Node | null)?.text() ?? '',
    opt: node.field('optional_chain') !== null,
  }),
  subscript_expression: (node) => ({
    t: 'mem',
    obj: field(node, 'object'),
    prop: field(node, 'index'),
    opt: node.field('optional_chain') !== null,
  }),
  binary_expression: (node) => {
    const op = (node.field('operator') as Node | null)?.text() ?? ''
    // `import.meta.url === …` asks whether this module is the one that was started.
    if (op.startsWith('==') && node.text().includes('import.meta.')) return { t: 'id', name: '#started' }
    const [l, r] = [field(node, 'left'), field(node, 'right')]
    return op === '&&' || op === '||' || op === '??' ? { t: 'logic', op, l, r } : { t: 'bin', op, l, r }
  },
  unary_expression: (node) => ({
    t: 'un',
    op: (node.field('operator') as Node | null)?.text() ?? '',
    x: field(node, 'argument'),
  }),
  update_expression: (node) => {
    const target = node.field('argument') as Node | null
    const op = node.children().some((c) => c.kind() === '++') ? '+=' : '-='
    if (!target) return { t: 'opaque' }
    return { t: 'assign', op, target: lowerPattern(target), value: { t: 'lit', v: 1 } }
  },
  ternary_expression: (node) => ({
    t: 'cond',
    c: field(node, 'condition'),
    a: field(node, 'consequence'),
    b: field(node, 'alternative'),
  }),
  assignment_expression: (node) => {
    const left = node.field('left') as Node | null
    return left ? { t: 'assign', op: '=', target: lowerPattern(left), value: field(node, 'right') } : { t: 'opaque' }
  },
  augmented_assignment_expression: (node) => {
    const left = node.field('left') as Node | null
    const op = (node.field('operator') as Node | null)?.text() ?? '='
    return left ? { t: 'assign', op, target: lowerPattern(left), value: field(node, 'right') } : { t: 'opaque' }
  },
}

/** Any expression; what has no bearing on values (JSX, type-only forms) becomes `opaque`. */
export function lowerExpr(node: Node): Expr {
  return LOWER[node.kind() as string]?.(node) ?? { t: 'opaque' }
}
