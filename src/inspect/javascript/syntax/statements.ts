import { lowerClass } from './classes.ts'
import { lowerExpr, lowerFunction, lowerKey } from './lower.ts'
import { hasToken, type Node, named, stringValue } from './nodes.ts'
import { lowerPattern } from './patterns.ts'
import type { Expr, Program, Prop, Stmt } from './tree.ts'

type LowerStatement = (node: Node) => Stmt[]

const f = (node: Node, name: string) => node.field(name) as Node | null
const OPAQUE: Expr = { t: 'opaque' }
const expr = (node: Node, name: string): Expr => {
  const child = f(node, name)
  return child ? lowerExpr(child) : OPAQUE
}

/** The statements of a block, function body or whole program. */
export function lowerBody(node: Node): Stmt[] {
  return named(node).flatMap(lowerStatement)
}

/** A whole file. */
export function lowerProgram(root: Node): Program {
  const esm = root.children().some((c) => c.kind() === 'import_statement' || c.kind() === 'export_statement')
  return { body: lowerBody(root), esm }
}

function one(node: Node | null): Stmt {
  return { s: 'block', body: node ? lowerStatement(node) : [] }
}

function declarations(node: Node): Stmt[] {
  return named(node)
    .filter((child) => child.kind() === 'variable_declarator')
    .map((child) => {
      const [name, value] = [f(child, 'name'), f(child, 'value')]
      const target = name ? lowerPattern(name) : ({ p: 'id', name: '_' } as const)
      const hoist = node.kind() === 'variable_declaration'
      return { s: 'var', target, init: value ? lowerExpr(value) : null, hoist }
    })
}

function importStatement(node: Node): Stmt[] {
  if (hasToken(node, 'type')) return []
  const source = f(node, 'source')
  const required = named(node).find((child) => child.kind() === 'import_require_clause')
  if (required) {
    const from = f(required, 'source') ?? named(required).find((child) => child.kind() === 'string')
    const local = named(required)[0]?.text() ?? ''
    return from ? [{ s: 'import', from: stringValue(from), names: [{ imported: '=', local }] }] : []
  }
  if (!source) return []
  const names: { imported: string; local: string }[] = []
  const clause = named(node).find((child) => child.kind() === 'import_clause')
  for (const part of clause ? named(clause) : []) {
    if (part.kind() === 'identifier') names.push({ imported: 'default', local: part.text() })
    else if (part.kind() === 'namespace_import') names.push({ imported: '*', local: named(part)[0]?.text() ?? '' })
    else
      for (const item of named(part)) {
        const imported = f(item, 'name')
        if (!imported || hasToken(item, 'type')) continue
        const key = lowerKey(imported)
        if (typeof key === 'string') names.push({ imported: key, local: (f(item, 'alias') ?? imported).text() })
      }
  }
  return [{ s: 'import', from: stringValue(source), names }]
}

function exportStatement(node: Node): Stmt[] {
  if (hasToken(node, 'type')) return []
  const source = f(node, 'source')
  const clause = named(node).find((child) => child.kind() === 'export_clause')
  const pairs = (clause ? named(clause) : []).map((item) => ({
    imported: f(item, 'name')?.text() ?? '',
    exported: (f(item, 'alias') ?? f(item, 'name'))?.text() ?? '',
  }))
  if (source) {
    const from = stringValue(source)
    const namespace = named(node).find((child) => child.kind() === 'namespace_export')
    if (namespace) {
      const exported = named(namespace)[0]?.text() ?? ''
      return [{ s: 'reexport', from, names: [{ imported: '*', exported }] }]
    }
    return [{ s: 'reexport', from, names: clause ? pairs : 'all' }]
  }
  if (clause) {
    const names = pairs.map(({ imported, exported }) => ({
      name: exported,
      x: { t: 'id', name: imported } as const,
    }))
    return [{ s: 'export', names }]
  }
  const declaration = f(node, 'declaration')
  const value = f(node, 'value')
  if (hasToken(node, 'default')) {
    const target = value ?? declaration
    if (!target) return []
    const name = f(target, 'name')?.text()
    if (declaration && name) {
      const stmts = lowerStatement(declaration)
      return [...stmts, { s: 'export', names: [{ name: 'default', x: { t: 'id', name } }] }]
    }
    return [{ s: 'export', names: [{ name: 'default', x: lowerExpr(target) }] }]
  }
  if (hasToken(node, '=')) {
    const target = value ?? named(node)[0]
    return target ? [{ s: 'export', names: [{ name: '=', x: lowerExpr(target) }] }] : []
  }
  if (!declaration) return []
  const stmts = lowerStatement(declaration)
  const names = stmts.flatMap(declaredNames).map((name) => ({ name, x: { t: 'id', name } as const }))
  return [...stmts, { s: 'export', names }]
}

function declaredNames(stmt: Stmt): string[] {
  if (stmt.s === 'fn' || stmt.s === 'class') return [stmt.name]
  if (stmt.s !== 'var') return []
  const names: string[] = []
  const walk = (pattern: (typeof stmt)['target']): void => {
    if (pattern.p === 'id') names.push(pattern.name)
    else if (pattern.p === 'default') walk(pattern.target)
    else if (pattern.p === 'obj') for (const { target } of pattern.props) walk(target)
    else if (pattern.p === 'arr') for (const item of pattern.items) if (item) walk(item)
  }
  walk(stmt.target)
  return names
}

function enumDeclaration(node: Node): Stmt[] {
  const name = f(node, 'name')?.text() ?? ''
  let next = 0
  const props: Prop[] = named(f(node, 'body') ?? node).map((member) => {
    const key = f(member, 'name') ?? member
    const value = f(member, 'value')
    const lowered = value ? lowerExpr(value) : ({ t: 'lit', v: next } as const)
    if (lowered.t === 'lit' && typeof lowered.v === 'number') next = lowered.v + 1
    return { key: lowerKey(key), value: lowered }
  })
  return [{ s: 'var', target: { p: 'id', name }, init: { t: 'obj', props }, hoist: false }]
}

function eachStatement(node: Node): Stmt[] {
  const left = f(node, 'left')
  const target = left ? lowerPattern(left) : ({ p: 'id', name: '_' } as const)
  const of = f(node, 'operator')?.text() === 'of'
  return [{ s: 'each', target, x: expr(node, 'right'), of, body: one(f(node, 'body')) }]
}

function switchStatement(node: Node): Stmt[] {
  const cases = named(f(node, 'body') ?? node).map((entry) => {
    const value = entry.kind() === 'switch_case' ? f(entry, 'value') : null
    const body = named(entry).filter((child) => child.id() !== value?.id())
    return { test: value ? lowerExpr(value) : null, body: body.flatMap(lowerStatement) }
  })
  return [{ s: 'switch', x: expr(node, 'value'), cases }]
}

function tryStatement(node: Node): Stmt[] {
  const [body, handler, final] = [f(node, 'body'), f(node, 'handler'), f(node, 'finalizer')]
  const param = handler && f(handler, 'parameter')
  const block = handler && f(handler, 'body')
  const last = final && (f(final, 'body') ?? named(final)[0])
  return [
    {
      s: 'try',
      body: body ? lowerBody(body) : [],
      param: param ? lowerPattern(param) : null,
      handler: block ? lowerBody(block) : null,
      final: last ? lowerBody(last) : [],
    },
  ]
}

const functionDeclaration: LowerStatement = (node) => [
  { s: 'fn', name: f(node, 'name')?.text() ?? '', fn: lowerFunction(node) },
]
const classDeclaration: LowerStatement = (node) => [
  { s: 'class', name: f(node, 'name')?.text() ?? '', cls: lowerClass(node) },
]
const whileStatement: LowerStatement = (node) => [
  { s: 'loop', init: [], test: expr(node, 'condition'), step: null, body: one(f(node, 'body')) },
]

const LOWER: Record<string, LowerStatement> = {
  expression_statement: (node) => {
    const child = named(node)[0]
    if (child?.kind() === 'internal_module') return namespace(child)
    return child ? [{ s: 'expr', x: lowerExpr(child) }] : []
  },
  lexical_declaration: declarations,
  variable_declaration: declarations,
  function_declaration: functionDeclaration,
  generator_function_declaration: functionDeclaration,
  class_declaration: classDeclaration,
  abstract_class_declaration: classDeclaration,
  enum_declaration: enumDeclaration,
  statement_block: (node) => [{ s: 'block', body: lowerBody(node) }],
  if_statement: (node) => {
    const other = f(node, 'alternative')
    const b = other ? one(named(other)[0] ?? null) : null
    return [{ s: 'if', c: expr(node, 'condition'), a: one(f(node, 'consequence')), b }]
  },
  for_statement: (node) => {
    const [init, test, step] = [f(node, 'initializer'), f(node, 'condition'), f(node, 'increment')]
    return [
      {
        s: 'loop',
        init: init ? lowerStatement(init) : [],
        test: test ? lowerExpr(test.kind() === 'expression_statement' ? (named(test)[0] ?? test) : test) : null,
        step: step ? lowerExpr(step) : null,
        body: one(f(node, 'body')),
      },
    ]
  },
  for_in_statement: eachStatement,
  while_statement: whileStatement,
  do_statement: whileStatement,
  switch_statement: switchStatement,
  try_statement: tryStatement,
  return_statement: (node) => {
    const child = named(node)[0]
    return [{ s: 'return', x: child ? lowerExpr(child) : null }]
  },
  throw_statement: (node) => {
    const child = named(node)[0]
    return [{ s: 'throw', x: child ? lowerExpr(child) : OPAQUE }]
  },
  break_statement: () => [{ s: 'jump' }],
  continue_statement: () => [{ s: 'jump' }],
  labeled_statement: (node) => {
    const body = f(node, 'body')
    return body ? lowerStatement(body) : []
  },
  import_statement: importStatement,
  export_statement: exportStatement,
  ambient_declaration: () => [],
  interface_declaration: () => [],
  type_alias_declaration: () => [],
  function_signature: () => [],
  empty_statement: () => [],
}

function namespace(node: Node): Stmt[] {
  const body = f(node, 'body')
  return body ? [{ s: 'block', body: lowerBody(body) }] : []
}

function lowerStatement(node: Node): Stmt[] {
  const lower = LOWER[node.kind() as string]
  if (lower) return lower(node)
  // A bare expression where a statement stands, as in the head of a `for`.
  const x = lowerExpr(node)
  return x.t === 'opaque' ? [] : [{ s: 'expr', x }]
}
