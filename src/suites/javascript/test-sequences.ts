import { Lang, parse, type SgNode } from '@ast-grep/napi'
import type { TestSequence } from '../../contracts/suite.ts'

const BLOCK = /^(x|f)?(describe|suite|context)$/
const TEST = /^(x|f)?(it|test|specify)$/
const BEFORE_EACH = /^(beforeEach|setup)$/
/** `1. signs up`, `step 2: pays`, `(3) …` */
const NUMBERED = /^\W*(?:step\s*)?(\d+)\s*[.):\]–—-]/i
const CHANGING = /^(push|unshift|set|add|delete|splice|pop|shift|assign)$/

interface Block {
  node: SgNode
  titles: string[]
}

interface Test {
  node: SgNode
  title: string | null
  blocks: Block[]
}

/** Blocks whose tests count their steps, or hand values to each other by a variable, in the manner of Jest, Vitest and Mocha. */
export function findTestSequences(path: string, content: string): TestSequence[] {
  const lang = /\.[cm]?ts$/.test(path) ? Lang.TypeScript : path.endsWith('.tsx') ? Lang.Tsx : Lang.JavaScript
  const root = parse(lang, content).root()
  const tests: Test[] = []
  const file: Block = { node: root, titles: [] }
  collect(root, [file], tests)
  const found = [...numbered(tests), ...sharing(root, tests)]
  const outermost = found
    .toSorted((a, b) => a.titles.length - b.titles.length)
    .filter((one, index, all) => !all.slice(0, index).some((other) => isWithin(one.titles, other.titles)))
  return outermost.toSorted((a, b) => a.line - b.line)
}

function collect(node: SgNode, blocks: Block[], tests: Test[]): void {
  for (const child of node.children()) {
    const callee = child.kind() === 'call_expression' ? calleeName(child) : ''
    if (TEST.test(callee)) tests.push({ node: child, title: titleOf(child), blocks })
    else if (BLOCK.test(callee)) {
      const title = titleOf(child)
      const outer = blocks.at(-1)
      // What has no title that is known beforehand is told by the block around it.
      const block = title === null || !outer ? null : { node: child, titles: [...outer.titles, title] }
      collect(child, block ? [...blocks, block] : blocks, tests)
    } else collect(child, blocks, tests)
  }
}

/** `describe.each(rows)(…)` → `describe`. */
function calleeName(call: SgNode): string {
  let node = call.field('function')
  while (node && node.kind() !== 'identifier') {
    node = node.kind() === 'member_expression' ? node.field('object') : node.field('function')
  }
  return node?.text() ?? ''
}

function titleOf(call: SgNode): string | null {
  if (call.field('function')?.kind() === 'call_expression') return null
  const first = call
    .field('arguments')
    ?.children()
    .find((child) => child.isNamed())
  if (first?.kind() === 'string') return first.text().slice(1, -1).replace(/\\(.)/g, '$1')
  return first?.kind() === 'template_string' && !first.text().includes('${') ? first.text().slice(1, -1) : null
}

function numbered(tests: Test[]): TestSequence[] {
  const byBlock = new Map<Block, number[]>()
  for (const { title, blocks } of tests) {
    const number = NUMBERED.exec(title ?? '')?.[1]
    const block = blocks.at(-1)
    if (block) byBlock.set(block, [...(byBlock.get(block) ?? []), Number(number ?? Number.NaN)])
  }
  return [...byBlock].flatMap(([block, numbers]) => {
    const rising =
      numbers.length > 1 && numbers.every((number, index) => index === 0 || number > (numbers[index - 1] ?? 0))
    return rising && !numbers.some(Number.isNaN) ? [sequence(block, 'its tests are numbered steps')] : []
  })
}

/** A variable around the tests that one of them changes and another one reads. */
function sharing(root: SgNode, tests: Test[]): TestSequence[] {
  const renewed = new Set(
    root
      .findAll({ rule: { kind: 'call_expression' } })
      .filter((call) => BEFORE_EACH.test(calleeName(call)))
      .flatMap((call) => changedIn(call).map(({ name }) => name)),
  )
  return namesAround(root, tests).flatMap((name) => {
    if (renewed.has(name)) return []
    const using = tests.filter(({ node }) => !declaresItself(node, name) && uses(node, name).length > 0)
    const givers = using.filter(({ node }) => changedIn(node).some((change) => change.name === name))
    const takers = using.filter(({ node }) => readsFirst(node, name))
    const [giver] = givers.filter((one) => takers.some((other) => other !== one && isAfter(other.node, one.node)))
    if (!giver) return []
    const block = commonBlock([...givers, ...takers])
    return block ? [sequence(block, `its tests hand on \`${name}\``)] : []
  })
}

/** Names declared outside of all tests. */
function namesAround(root: SgNode, tests: Test[]): string[] {
  const names = root
    .findAll({ rule: { kind: 'variable_declarator' } })
    .filter((declarator) => !tests.some(({ node }) => isInside(declarator, node)))
    .flatMap((declarator) => {
      const name = declarator.field('name')
      return name?.kind() === 'identifier' ? [name.text()] : []
    })
  return [...new Set(names)]
}

/** `a = …`, `a.b = …`, `a += …`, `a++`, `a.push(…)`. `whole`: the variable itself gets a value. */
function changedIn(node: SgNode): { name: string; at: SgNode; whole: boolean }[] {
  const kinds = ['assignment_expression', 'augmented_assignment_expression', 'update_expression', 'call_expression']
  return kinds.flatMap((kind) =>
    node.findAll({ rule: { kind } }).flatMap((change) => {
      if (kind === 'call_expression') {
        const callee = change.field('function')
        const word = callee?.kind() === 'member_expression' ? callee.field('property')?.text() : undefined
        if (!callee || word === undefined || !CHANGING.test(word)) return []
        const object = rootOf(callee)
        return object ? [{ name: object.text(), at: object, whole: false }] : []
      }
      const target = change.field('left') ?? change.field('argument')
      if (target && /_pattern$/.test(String(target.kind()))) {
        const parts = target.findAll({
          rule: { any: [{ kind: 'identifier' }, { kind: 'shorthand_property_identifier_pattern' }] },
        })
        return parts.map((part) => ({ name: part.text(), at: part, whole: true }))
      }
      const object = target ? rootOf(target) : null
      const whole = kind === 'assignment_expression' && target?.kind() === 'identifier'
      return object ? [{ name: object.text(), at: object, whole }] : []
    }),
  )
}

function rootOf(target: SgNode): SgNode | null {
  let node: SgNode | null = target
  while (node && (node.kind() === 'member_expression' || node.kind() === 'subscript_expression')) {
    node = node.field('object')
  }
  return node?.kind() === 'identifier' ? node : null
}

function uses(node: SgNode, name: string): SgNode[] {
  return node
    .findAll({ rule: { any: [{ kind: 'identifier' }, { kind: 'shorthand_property_identifier' }] } })
    .filter((one) => one.text() === name)
}

/** Its first mention is not one that gives it a value. */
function readsFirst(node: SgNode, name: string): boolean {
  const [first] = uses(node, name).toSorted((a, b) => a.range().start.index - b.range().start.index)
  const given = changedIn(node).filter((change) => change.name === name && change.whole)
  return first !== undefined && !given.some(({ at }) => at.range().start.index <= first.range().start.index)
}

function declaresItself(node: SgNode, name: string): boolean {
  return node
    .findAll({ rule: { kind: 'variable_declarator' } })
    .some((declarator) =>
      new RegExp(`\\b${name.replace(/\$/g, '\\$')}\\b`).test(declarator.field('name')?.text() ?? ''),
    )
}

function commonBlock(tests: Test[]): Block | null {
  const [first, ...others] = tests
  return first?.blocks.findLast((block) => others.every(({ blocks }) => blocks.includes(block))) ?? null
}

const sequence = ({ node, titles }: Block, why: string): TestSequence => ({
  titles,
  line: titles.length === 0 ? 1 : node.range().start.line + 1,
  why,
})

const isInside = (node: SgNode, outer: SgNode) =>
  node.range().start.index >= outer.range().start.index && node.range().end.index <= outer.range().end.index
const isAfter = (node: SgNode, other: SgNode) => node.range().start.index > other.range().start.index
const isWithin = (titles: string[], outer: string[]) => outer.every((title, index) => titles[index] === title)
