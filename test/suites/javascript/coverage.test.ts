import { expect, it } from 'vitest'
import { parseIstanbul } from '../../../src/suites/javascript/coverage.ts'
import { parseProcessCoverage } from '../../../src/suites/javascript/process-coverage.ts'

const place = (line: number, column: number, end: number | null = null) => ({
  start: { line, column },
  end: { line, column: end },
})

it('reads places without an end, as compiled code has them', () => {
  const file = {
    path: '/p/a.ts',
    statementMap: { 0: place(1, 0), 1: place(2, 4) },
    fnMap: {},
    branchMap: { 0: { type: 'if', loc: place(1, 0), locations: [place(1, 0), { start: {}, end: {} }] } },
    s: { 0: 1, 1: 0 },
    f: {},
    b: { 0: [0, 1] },
  }
  const [coverage] = parseIstanbul(JSON.stringify({ '/p/a.ts': file }), (path) => path.slice(3), [
    { path: '/p/a.ts', countAt: ({ line }) => line },
  ])
  expect(coverage).toEqual({
    file: 'a.ts',
    lines: { covered: 2, total: 2 },
    branches: { covered: 2, total: 2 },
    hit: [1, 2],
  })
})

it('takes no count from code that was compiled on its way, nor from a last line cut by a kill', async () => {
  const take = (url: string, endOffset: number) =>
    JSON.stringify({ url, functions: [{ ranges: [{ startOffset: 0, endOffset, count: 1 }] }] })
  const text = `${take('file:///p/as%20is.js', 10)}\n${take('file:///p/compiled.ts', 99)}\n${take('file:///p/gone.js', 5)}\n{"url":"fi`
  const files: Record<string, string> = { '/p/as is.js': '0123456789', '/p/compiled.ts': 'short' }
  const found = await parseProcessCoverage(text, async (path) => files[path] ?? null)
  expect(found.map(({ path }) => path)).toEqual(['/p/as is.js'])
  expect(found[0]?.countAt({ line: 1, column: 3 })).toBe(1)
  expect(found[0]?.countAt({ line: 7, column: 0 })).toBe(0)
})
