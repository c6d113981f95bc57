import { Lang, parse, type SgNode } from '@ast-grep/napi'

/** A source file that counts what of it runs, and what the counts mean. */
export interface Instrumented {
  /** Each line is where it was. */
  content: string
  /** 1-based line where a statement begins → numbers of the statements that do. */
  lines: Map<number, number[]>
  /** Numbers of the ways that can be taken, from each place where there are several. */
  branches: number[][]
}

/** Statements that run as a whole; declarations count by their initial values. */
const STATEMENTS = new Set([
  'expression_statement',
  'return_statement',
  'throw_statement',
  'if_statement',
  'for_statement',
  'for_in_statement',
  'while_statement',
  'do_statement',
  'switch_statement',
  'try_statement',
  'break_statement',
  'continue_statement',
])
const DECLARATIONS = new Set(['lexical_declaration', 'variable_declaration'])
const BLOCKS = new Set(['program', 'statement_block', 'switch_case', 'switch_default'])

/** What is said at the places that count; without the hook that hears it, nothing happens. */
const COUNTER = 'globalThis.__integrationTestsRan?.'

/** The same code, telling at each statement and at each way taken that it is run. `null` where it cannot be read. `file` names it to the hook. */
export function instrument(path: string, text: string, file: number): Instrumented | null {
  const root = parse(languageOf(path), text).root()
  if (root.find({ rule: { kind: 'ERROR' } }) !== null) return null
  const inserts: { at: number; order: number; text: string }[] = []
  const lines = new Map<number, number[]>()
  const branches: number[][] = []
  let next = 0

  const put = (at: number, text: string) => inserts.push({ at, order: inserts.length, text })
  /** What opens first closes last. */
  const close = (node: SgNode, text: string) => inserts.push({ at: endOf(node), order: -inserts.length, text })
  const mark = (id: number) => `${COUNTER}(${file},${id})`
  /** `(mark, expression)` */
  const wrap = (node: SgNode, id: number) => {
    put(startOf(node), `(${mark(id)},`)
    close(node, ')')
  }
  const statement = (node: SgNode): number => {
    const id = next++
    const line = node.range().start.line + 1
    lines.set(line, [...(lines.get(line) ?? []), id])
    return id
  }
  const way = () => next++

  /** A statement that is alone where there could be a block gets one. */
  const block = (node: SgNode, id: number | null, after = '') => {
    const said = id === null ? '' : `${mark(id)};`
    const isBlock = node.kind() === 'statement_block'
    put(startOf(node) + (isBlock ? 1 : 0), isBlock ? said : `{${said}`)
    close(node, isBlock ? after : `}${after}`)
  }

  const visit = (node: SgNode): void => {
    const kind = node.kind() as string
    // Types do not run, and nothing may come between a function's signatures.
    if (
      /^(interface_declaration|type_alias_declaration|ambient_declaration|type_annotation|type_arguments)$/.test(kind)
    )
      return
    const parent = node.parent()
    if (STATEMENTS.has(kind) && !isDirective(node)) {
      put(startOf(parent?.kind() === 'labeled_statement' ? parent : node), `${mark(statement(node))};`)
    }
    const outer = parent?.kind() === 'export_statement' ? parent : node
    if (DECLARATIONS.has(kind) && BLOCKS.has(outer.parent()?.kind() as string)) {
      // Before the whole, so that functions keep the names that they get here.
      const valued = node.children().filter((child) => child.field('value') !== null)
      put(startOf(outer), valued.map((child) => `${mark(statement(child))};`).join(''))
    }
    if (kind === 'if_statement') countIf(node)
    else if (/^(for|for_in|while|do)_statement$/.test(kind)) {
      const body = node.field('body')
      if (body && body.kind() !== 'statement_block') block(body, null)
    } else if (kind === 'arrow_function') {
      const body = node.field('body')
      if (body && body.kind() !== 'statement_block') wrap(body, statement(body))
    } else if (kind === 'ternary_expression') {
      const ways = [node.field('consequence'), node.field('alternative')].flatMap((one) => one ?? [])
      branches.push(ways.map((one) => countWay(one)))
    } else if (kind === 'binary_expression' && /^(&&|\|\||\?\?)$/.test(node.field('operator')?.text() ?? '')) {
      if (!isLogical(parent)) branches.push(operands(node).map((one) => countWay(one)))
    } else if (kind === 'switch_case' || kind === 'switch_default') {
      const colon = node.children().find((child) => child.kind() === ':')
      const id = way()
      if (colon) put(endOf(colon), `${mark(id)};`)
      if (!parent?.children().some((child) => endOf(child) <= startOf(node) && /^switch_/.test(child.kind() as string)))
        branches.push([])
      branches.at(-1)?.push(id)
    }
    for (const child of node.children()) visit(child)
  }

  const countWay = (node: SgNode): number => {
    const id = way()
    wrap(node, id)
    return id
  }

  const countIf = (node: SgNode) => {
    const [then, other] = [way(), way()]
    branches.push([then, other])
    const consequence = node.field('consequence')
    const branch = node
      .field('alternative')
      ?.children()
      .find((child) => child.isNamed() && child.kind() !== 'comment')
    if (consequence) block(consequence, then, branch ? '' : `else{${mark(other)}}`)
    if (branch) block(branch, other)
  }

  visit(root)
  return { content: apply(text, inserts), lines, branches }
}

const startOf = (node: SgNode) => node.range().start.index
const endOf = (node: SgNode) => node.range().end.index

function languageOf(path: string): Lang {
  if (/\.[cm]?ts$/.test(path)) return Lang.TypeScript
  return path.endsWith('.tsx') ? Lang.Tsx : Lang.JavaScript
}

/** `'use strict'`: it has to stay first. */
function isDirective(node: SgNode): boolean {
  const [first] = node.children()
  return node.kind() === 'expression_statement' && first?.kind() === 'string'
}

function isLogical(node: SgNode | null): boolean {
  return node?.kind() === 'binary_expression' && /^(&&|\|\||\?\?)$/.test(node.field('operator')?.text() ?? '')
}

/** `a && b || c` → a, b, c. */
function operands(node: SgNode): SgNode[] {
  if (!isLogical(node)) return [node]
  return [node.field('left'), node.field('right')].flatMap((side) => (side ? operands(side) : []))
}

/** At the same place, what closes comes before what opens, and inner ends before outer ones. */
function apply(text: string, inserts: { at: number; order: number; text: string }[]): string {
  const sorted = inserts.toSorted((a, b) => a.at - b.at || rank(a) - rank(b) || a.order - b.order)
  let result = ''
  let from = 0
  for (const { at, text: inserted } of sorted) {
    result += text.slice(from, at) + inserted
    from = at
  }
  return result + text.slice(from)
}

const rank = ({ text }: { text: string }) => (/^[)}]|^else/.test(text) ? 0 : 1)
