import { Lang, parse, type SgNode } from '@ast-grep/napi'
import type { Edit, FaultKind } from '../fault.ts'

/** One parsed source file. */
export interface Source {
  /** Relative to the root. */
  path: string
  text: string
  root: SgNode
}

/** A place where a fault can be put, before it has an identity. */
export interface Site {
  kind: FaultKind
  node: SgNode
  what: string
  edits: Edit[]
}

export function parseSource(path: string, text: string): Source {
  return { path, text, root: parse(languageOf(path), text).root() }
}

function languageOf(path: string): Lang {
  if (/\.[jt]sx$/.test(path)) return Lang.Tsx
  return /\.[cm]?ts$/.test(path) ? Lang.TypeScript : Lang.JavaScript
}

export function find(root: SgNode, ...kinds: string[]): SgNode[] {
  return root.findAll({ rule: { any: kinds.map((kind) => ({ kind })) } })
}

export const named = (node: SgNode | null | undefined): SgNode[] =>
  node?.children().filter((child) => child.isNamed() && child.kind() !== 'comment') ?? []

/** Arguments of a call or `new`. */
export const argumentsOf = (call: SgNode): SgNode[] => named(call.field('arguments'))

export const start = (node: SgNode): number => node.range().start.index
export const end = (node: SgNode): number => node.range().end.index

export const replace = (node: SgNode, text: string): Edit => ({ start: start(node), end: end(node), text })
export const before = (node: SgNode, text: string): Edit => ({ start: start(node), end: start(node), text })
export const after = (node: SgNode, text: string): Edit => ({ start: end(node), end: end(node), text })

/** Takes an element out of a list of arguments, items or properties, one comma with it. */
export function removeElement(node: SgNode): Edit {
  const siblings = node.parent()?.children() ?? []
  const at = siblings.findIndex((sibling) => sibling.id() === node.id())
  const comma = (sibling: SgNode | undefined) => sibling?.kind() === ','
  const next = siblings[at + 1]
  if (next && comma(next)) return { start: start(node), end: end(next), text: '' }
  const previous = siblings[at - 1]
  if (previous && comma(previous)) return { start: start(previous), end: end(node), text: '' }
  return replace(node, '')
}

/** On one line, for people; cut where it gets long. */
export function say(node: SgNode | string, most = 70): string {
  const text = (typeof node === 'string' ? node : node.text()).replace(/\s+/g, ' ').trim()
  return text.length > most ? `${text.slice(0, most - 1)}…` : text
}

const STATEMENTS = new Set([
  'expression_statement',
  'return_statement',
  'throw_statement',
  'lexical_declaration',
  'variable_declaration',
  'if_statement',
  'for_statement',
  'for_in_statement',
  'while_statement',
  'switch_statement',
  'export_statement',
  'try_statement',
  'public_field_definition',
])
const FUNCTIONS = new Set([
  'function_declaration',
  'function_expression',
  'generator_function_declaration',
  'arrow_function',
  'method_definition',
])

export const isFunction = (node: SgNode): boolean => FUNCTIONS.has(node.kind() as string)

/** The innermost statement around a node; the body of `() => expression` counts as one. */
export function statementOf(node: SgNode): SgNode {
  let at = node
  for (;;) {
    if (STATEMENTS.has(at.kind() as string)) return at
    const parent = at.parent()
    if (!parent || parent.kind() === 'program' || parent.kind() === 'statement_block') return at
    if (parent.kind() === 'arrow_function' && parent.field('body')?.id() === at.id()) return at
    at = parent
  }
}

export function enclosingFunction(node: SgNode): SgNode | null {
  for (let at = node.parent(); at; at = at.parent()) if (isFunction(at)) return at
  return null
}

/** Name under which a function is known: its own, or that of the variable, property or method that holds it. */
export function functionName(fn: SgNode): string | null {
  const own = fn.field('name')
  if (own) return own.text()
  for (let at = fn.parent(); at; at = at.parent()) {
    if (at.kind() === 'variable_declarator') return at.field('name')?.text() ?? null
    if (at.kind() === 'pair') return at.field('key')?.text() ?? null
    if (at.kind() === 'assignment_expression') return at.field('left')?.text().split('.').at(-1) ?? null
    // asyncHandler(async () => …) and the like.
    if (!['arguments', 'call_expression', 'parenthesized_expression', 'as_expression'].includes(at.kind() as string))
      return null
  }
  return null
}

/** `a.b.c` → `c`; `f` → `f`. */
export function calleeName(call: SgNode): string {
  const callee = call.field(call.kind() === 'new_expression' ? 'constructor' : 'function')
  if (callee?.kind() === 'member_expression') return callee.field('property')?.text() ?? ''
  return callee?.kind() === 'identifier' ? callee.text() : ''
}

/** What a method is called on; `null` for a plain call. */
export function receiver(call: SgNode): SgNode | null {
  const callee = call.field('function')
  return callee?.kind() === 'member_expression' ? callee.field('object') : null
}

/** A call with the `await` around it, if there is one. */
export function withAwait(node: SgNode): SgNode {
  let at = node
  for (;;) {
    const parent = at.parent()
    if (parent?.kind() !== 'await_expression' && parent?.kind() !== 'parenthesized_expression') return at
    at = parent
  }
}

/** Nobody looks at what it answers: a statement of its own, or one of several things waited for together. */
export function isUnused(call: SgNode): boolean {
  const outer = withAwait(call)
  const parent = outer.parent()
  if (parent?.kind() === 'expression_statement') return true
  const group = parent?.kind() === 'array' ? parent.parent()?.parent() : null
  return (
    group?.kind() === 'call_expression' &&
    /^Promise\.all/.test(group.field('function')?.text() ?? '') &&
    isUnused(group)
  )
}

/** The whole chain that a call is part of: `db('x').insert(y).returning('id')` from any of its calls. */
export function chainOf(call: SgNode): SgNode {
  let at = call
  for (;;) {
    const member = at.parent()
    const next = member?.kind() === 'member_expression' ? member.parent() : null
    const isCallee = next?.kind() === 'call_expression' && next.field('function')?.id() === member?.id()
    if (!member || !next || !isCallee || member.field('object')?.id() !== at.id()) return at
    if (/^(then|catch|finally)$/.test(member.field('property')?.text() ?? '')) return at
    at = next
  }
}

/** Calls of a chain from the first to the last: `db('x')`, `.where(…)`, `.del()`. */
export function linksOf(chain: SgNode): SgNode[] {
  const links: SgNode[] = []
  for (let at: SgNode | null = chain; at; ) {
    if (at.kind() === 'call_expression') {
      links.unshift(at)
      at = at.field('function')
    } else if (at.kind() === 'member_expression') at = at.field('object')
    else break
  }
  return links
}

/** Name of a property in an object literal or type of `{ a: 1, b }`. */
export function keyOf(property: SgNode): string | null {
  if (property.kind() === 'shorthand_property_identifier') return property.text()
  if (property.kind() !== 'pair') return null
  const key = property.field('key')
  return key?.kind() === 'computed_property_name' ? null : (key?.text().replace(/^['"]|['"]$/g, '') ?? null)
}

export function propertyOf(object: SgNode | null | undefined, name: string): SgNode | null {
  return named(object).find((property) => keyOf(property) === name) ?? null
}

/** The key or variable that an expression is for: a schema's field, most often. */
export function subjectOf(node: SgNode): string {
  for (let at = node.parent(); at; at = at.parent()) {
    const key = keyOf(at)
    if (key !== null && !/^(is|then|otherwise)$/.test(key)) return key
    if (at.kind() === 'variable_declarator') return at.field('name')?.text() ?? ''
    if (STATEMENTS.has(at.kind() as string)) break
  }
  return say(node, 30)
}
