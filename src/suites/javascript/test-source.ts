import { Lang, parse, type SgNode } from '@ast-grep/napi'
import type { TestFacts, TestSource } from '../../contracts/suite.ts'
import { findTestSequences } from './test-sequences.ts'
import { findStubs } from './test-stubs.ts'

const CASE_WORDS = /^(test|it)$/
const BLOCK_WORDS = /^(test|it|describe|suite|context)$/
const X_WORDS = /^(xit|xtest|xdescribe|xcontext)$/
const F_WORDS = /^(fit|fdescribe|fcontext)$/

/** Reads test files in the manner of Jest, Vitest, Mocha and node:test. */
export const javascriptTestSource: TestSource = {
  sequences: findTestSequences,

  breakTests(path, content) {
    const tests = calls(path, content).filter(isRunnableTest)
    const titles: string[] = []
    let broken = content
    // From the end, so that earlier places stay where they are.
    for (const test of tests.reverse()) {
      const block = body(test)
      if (!block) continue
      const at = afterLastAssertion(block)
      broken = `${broken.slice(0, at)};throw new Error('made to fail by the verifier');${broken.slice(at)}`
      titles.unshift(title(test))
    }
    return titles.length > 0 ? { content: broken, titles } : null
  },

  read(path, content) {
    const lines = content.split('\n')
    const found = calls(path, content)
    const facts: TestFacts = { assertions: [], skips: [], focused: [] }
    for (const call of found) {
      const words = calleeWords(call)
      const first = words[0] ?? ''
      const line = call.range().start.line
      const text = (lines[line] ?? '').trim()
      if (
        X_WORDS.test(first) ||
        (BLOCK_WORDS.test(first) && words.some((word) => word === 'skip' || word === 'todo'))
      ) {
        facts.skips.push({ line: line + 1, text, reason: commentAt(lines, line) })
      } else if (F_WORDS.test(first) || (BLOCK_WORDS.test(first) && words.includes('only'))) {
        facts.focused.push({ line: line + 1, text })
      }
      const assertion = assertionText(call, words)
      if (assertion !== null) facts.assertions.push(assertion)
    }
    return {
      ...facts,
      unawaited: findUnawaited(found, lines),
      stubs: findStubs(rootOf(path, content), found, calleeWords),
    }
  },
}

function calls(path: string, content: string): SgNode[] {
  return rootOf(path, content).findAll({ rule: { kind: 'call_expression' } })
}

function rootOf(path: string, content: string): SgNode {
  const lang = /\.[cm]?ts$/.test(path) ? Lang.TypeScript : path.endsWith('.tsx') ? Lang.Tsx : Lang.JavaScript
  return parse(lang, content).root()
}

/** `expect(…).resolves.…` and Supertest's `….expect(…)` as statements of their own: the test is over before they are. */
function findUnawaited(found: SgNode[], lines: string[]): NonNullable<TestFacts['unawaited']> {
  return found.flatMap((call) => {
    if (call.parent()?.kind() !== 'expression_statement') return []
    const words = calleeWords(call)
    const promised = words[0] === 'expect' && words.some((word) => word === 'resolves' || word === 'rejects')
    const asked = words[0] !== 'expect' && words.length > 2 && words.slice(1).includes('expect')
    // Whoever hands on a callback waits with it.
    const handled = words.some((word) => /^(end|then|catch|finally)$/.test(word)) || takesCallback(call)
    if (!promised && (!asked || handled)) return []
    const line = call.range().start.line
    return [{ line: line + 1, text: (lines[line] ?? '').trim() }]
  })
}

/** `….expect(200, done)` */
function takesCallback(call: SgNode): boolean {
  const last = call
    .field('arguments')
    ?.children()
    .findLast((child) => child.isNamed())
  const words = calleeWords(call)
  const isFunction = last?.kind() === 'arrow_function' || last?.kind() === 'function_expression'
  return isFunction
    ? words.at(-1) === 'expect' && (last?.field('parameters')?.text() ?? '').includes('err')
    : /^(done|cb|callback|next)$/.test(last?.text() ?? '')
}

/** `test.each(rows)` → `['test', 'each']`; an inner call such as `expect(x)` in `expect(x).not.toBe` counts as its name. */
function calleeWords(call: SgNode): string[] {
  const words: string[] = []
  let node = call.field('function')
  while (node) {
    if (node.kind() === 'identifier') words.unshift(node.text())
    if (node.kind() === 'member_expression') words.unshift(node.field('property')?.text() ?? '')
    node =
      node.kind() === 'member_expression'
        ? node.field('object')
        : node.kind() === 'call_expression'
          ? node.field('function')
          : null
  }
  return words
}

function isRunnableTest(call: SgNode): boolean {
  const words = calleeWords(call)
  return CASE_WORDS.test(words[0] ?? '') && words.slice(1).every((word) => /^(each|only|concurrent)$/.test(word))
}

/** The block of the test's function. */
function body(call: SgNode): SgNode | null {
  const handler = call
    .field('arguments')
    ?.children()
    .find(
      (child) =>
        child.kind() === 'arrow_function' || child.kind() === 'function_expression' || child.kind() === 'function',
    )
  const block = handler?.field('body') ?? null
  return block?.kind() === 'statement_block' ? block : null
}

/** Where a failing assertion would leave the body at the latest: what comes after is tidying up. */
function afterLastAssertion(block: SgNode): number {
  const statements = block.children().filter((child) => child.isNamed() && child.kind() !== 'comment')
  const last = statements.findLast((statement) => /\b(expect|assert)\b/.test(statement.text()))
  return last?.range().end.index ?? block.range().end.index - 1
}

function title(call: SgNode): string {
  const first = call
    .field('arguments')
    ?.children()
    .find((child) => child.kind() === 'string' || child.kind() === 'template_string')
  return first?.text().slice(1, -1) ?? ''
}

/** Whole `expect(…).toBe(…)` and `assert.equal(…)` calls, and the `.expect(…)` steps of a Supertest chain. */
function assertionText(call: SgNode, words: string[]): string | null {
  const squeeze = (text: string) => text.replace(/\s+/g, ' ').trim()
  const first = words[0]
  if (first === 'assert') return squeeze(call.text())
  if (first === 'expect') {
    const parent = call.parent()
    // The bare `expect(x)` inside a longer chain is told with the chain.
    const inner = parent?.kind() === 'member_expression' && parent.parent()?.kind() !== undefined
    return inner || words.length < 2 ? null : squeeze(call.text())
  }
  if (words.at(-1) !== 'expect') return null
  return `.expect${squeeze(call.field('arguments')?.text() ?? '()')}`
}

/** A comment on the same line or on the lines right above. */
function commentAt(lines: string[], line: number): string | null {
  const comment = /(?:\/\/|\/\*)\s*(\S.*?)\s*(?:\*\/)?\s*$/
  return (
    lines[line]?.match(comment)?.[1] ??
    lines[line - 1]?.trim().match(/^(?:\/\/|\/?\*+)\s*(\S.*?)\s*(?:\*\/)?$/)?.[1] ??
    null
  )
}
