import { Lang, parse, type SgNode } from '@ast-grep/napi'
import type { TestFacts, TestSource } from '../../contracts/suite.ts'

const CASE_WORDS = /^(test|it)$/
const BLOCK_WORDS = /^(test|it|describe|suite|context)$/
const X_WORDS = /^(xit|xtest|xdescribe|xcontext)$/
const F_WORDS = /^(fit|fdescribe|fcontext)$/

/** Reads test files in the manner of Jest, Vitest, Mocha and node:test. */
export const javascriptTestSource: TestSource = {
  breakOne(path, content) {
    const tests = calls(path, content).filter((call) => isRunnableTest(call) && body(call) !== null)
    const chosen = tests[Math.floor((tests.length - 1) / 2)]
    const block = chosen && body(chosen)
    if (!chosen || !block) return null
    const end = block.range().end.index - 1
    const throwing = `;throw new Error('made to fail by the verifier');`
    return { content: `${content.slice(0, end)}${throwing}${content.slice(end)}`, title: title(chosen) }
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
    return facts
  },
}

function calls(path: string, content: string): SgNode[] {
  const lang = /\.[cm]?ts$/.test(path) ? Lang.TypeScript : path.endsWith('.tsx') ? Lang.Tsx : Lang.JavaScript
  return parse(lang, content)
    .root()
    .findAll({ rule: { kind: 'call_expression' } })
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
