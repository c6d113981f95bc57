import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import { instrument } from '../../../src/suites/javascript/counting/instrument.ts'

/** Runs the code instrumented; which of its lines ran, and how often each way was taken. */
function count(code: string, path = 'src/a.js') {
  const made = instrument(path, code, 0)
  if (made === null) return null
  const counts: number[] = []
  const context: Record<string, unknown> = {
    __integrationTestsRan: (_file: number, id: number) => {
      counts[id] = (counts[id] ?? 0) + 1
    },
  }
  const result: unknown = runInNewContext(`${made.content}\n;typeof out === 'undefined' ? null : out`, context)
  const of = (id: number) => counts[id] ?? 0
  return {
    result,
    lines: Object.fromEntries([...made.lines].map(([line, ids]) => [line, Math.max(...ids.map(of))])),
    branches: made.branches.map((ways) => ways.map(of)),
  }
}

it('counts statements by line and does what the code did', () => {
  const code = `'use strict'
const add = (a, b) => a + b
function never() {
  return 1
}
var out = 0
for (const n of [1, 2, 3])
  out = add(out, n)
if (out > 100) out = 0
else if (out === 6) out = 7`
  expect(count(code)).toEqual({
    result: 7,
    lines: { 2: 3, 4: 0, 6: 1, 7: 1, 8: 3, 9: 1, 10: 1 },
    branches: [
      [0, 1],
      [1, 0],
    ],
  })
})

it('counts the ways of conditions, defaults and cases', () => {
  const code = `const pick = (x) => (x ? 'a' : 'b')
const or = (a, b, c) => a && b || c
var out = [pick(1), pick(0), pick(1), or(1, 0, 'c')].join('')
switch (out) {
  case 'x': out = 'never'; break
  case 'abac': out += '!'
  default: out += '?'
}`
  expect(count(code)).toMatchObject({
    result: 'abac!?',
    branches: [
      [2, 1],
      [1, 1, 1],
      [0, 1, 1],
    ],
  })
})

it('nested conditions without braces stay nested, functions keep their names', () => {
  const code = `var out = []
const named = () => {}
for (const [a, b] of [[0, 0], [1, 0], [1, 1]]) {
  if (a) if (b) out.push('both'); else out.push('a')
}
out.push(named.name)
out = out.join(' ')`
  expect(count(code)).toMatchObject({
    result: 'a both named',
    branches: [
      [2, 1],
      [1, 1],
    ],
  })
})

it('types do not count, and what cannot be read is left alone', () => {
  const typed = instrument(
    'src/a.ts',
    `interface A { b?: string }
function f(a: string): void
function f(a: number): void
function f(a: unknown) { g(a as A) }
export type { A }
declare const g: (a: A) => void`,
    3,
  )
  expect(typed?.content).toContain(
    'function f(a: string): void\nfunction f(a: number): void\nfunction f(a: unknown) { global',
  )
  expect([...(typed?.lines.keys() ?? [])]).toEqual([4])
  expect(instrument('src/a.js', 'const = (', 0)).toBeNull()
})
