import { expect, test } from 'vitest'
import { renderMarkdown } from '../../src/report/markdown.ts'
import { outcomeWith } from './outcomes.ts'

/** Lines that are seen before anything is unfolded. */
function visible(markdown: string): string[] {
  const unfolded = markdown.replace(/<details>(<summary>.*<\/summary>)[\s\S]*?\n<\/details>/g, '$1')
  return unfolded.split('\n').filter((line) => line.trim() !== '')
}

const manyOpen = Array.from({ length: 13 }, (_, index) => ({
  name: `gate${index}`,
  verdict: index % 2 ? ('fail' as const) : ('blocked' as const),
  why: 'It does not.',
  evidence: {},
}))
const unreached = Array.from({ length: 30 }, (_, index) => ({ endpoint: `GET /x${index}`, why: 'answered 500' }))

test('shows at most 40 lines however much there is, and folds the rest away', () => {
  const error = { code: 'LANDING_FAILED', kind: 'environment', message: 'no', value: 'v', next: 'Do.' } as const
  const worst = outcomeWith({ status: 'error', error, gates: manyOpen }, { unreached, landed: false, patch: '/p' })
  const lines = visible(renderMarkdown(worst))
  expect(lines.length).toBeLessThanOrEqual(40)
  expect(lines[0]).toBe('## Integration tests: error')
  const text = renderMarkdown(worst)
  for (const gate of manyOpen) expect(text).toContain(gate.name)
  for (const { id } of worst.findings) expect(text).toContain(`**${id}**`)
  expect(text).toContain('GET /x29')
})

test('a reviewer sees verdict, size, command, bugs and every gate that does not hold', () => {
  const gates = [
    { name: 'runs', verdict: 'pass' as const, why: 'Fine.', evidence: {} },
    { name: 'guarded', verdict: 'not_applicable' as const, why: 'No store.', evidence: {} },
    { name: 'isolated', verdict: 'blocked' as const, why: 'No namespaces.', evidence: {} },
  ]
  const text = visible(renderMarkdown(outcomeWith({ status: 'unverified', gates }))).join('\n')
  expect(text).toContain('**120** tests in 16 files · 91 % of lines · 2 of 3 gates hold')
  expect(text).toContain('Run it: `npx jest tests/integration`')
  expect(text).toContain('- isolated: **blocked**. No namespaces.')
  expect(text).toContain('### Bugs found in the application (12)')
  expect(text).not.toContain('- guarded')
})

test('a comment stays within what GitHub takes, and says what is left out', () => {
  const [first] = outcomeWith().findings
  const findings = Array.from({ length: 400 }, () => ({ ...first, detail: 'd'.repeat(5_000) }) as never)
  const review = Array.from({ length: 5_000 }, () => ({ file: 'f', line: 1, assertion: 'a'.repeat(900), why: 'w' }))
  const text = renderMarkdown(outcomeWith({ findings, review }))
  expect(text.length).toBeLessThan(65_536)
  expect(text).toMatch(/… and \d+ more in report\.json/)
})

test('names and messages are text, whatever they are made of', () => {
  const nasty =
    '</details><script>x</script> @octocat #12 **b** `c` ``d`` | <!-- \n## Heading\n- item & \u001b[31m[a](b)'
  const [first] = outcomeWith().findings
  const gates = [{ name: 'runs', verdict: 'fail' as const, why: nasty, evidence: {} }]
  const text = renderMarkdown(
    outcomeWith({
      gates,
      findings: [
        { ...first, endpoint: `GET /${nasty}`, detail: nasty, reproduce: `curl '${nasty}\n\`\`\`\n'` } as never,
      ],
      review: [{ file: nasty, line: 1, assertion: nasty, why: '' }],
    }),
  )
  // Outside of code nothing of it works.
  const prose = text.replace(/^( *)(`{3,})\n[\s\S]*?\n\1\2$/gm, '').replace(/(`+)(?!`)[\s\S]*?[^`]\1(?!`)/g, '')
  expect(prose).not.toContain('<script>')
  expect(prose).not.toMatch(/@octocat|#12|[^\\]\*\*b|^## Heading|^- item|[^\\]\[a/m)
  expect(text.match(/^<details>/gm)?.length).toBe(text.match(/^<\/details>$/gm)?.length)
  expect(text).not.toContain('\u001b')
})

test('without a suite it says why and what to do', () => {
  const error = {
    code: 'NO_ENDPOINT',
    kind: 'usage',
    message: 'None found.',
    value: '',
    next: 'Point elsewhere.',
  } as const
  const text = renderMarkdown(outcomeWith({ status: 'error', error, suite: null, gates: [], findings: [] }))
  expect(text).toContain('**NO\\_ENDPOINT**: None found. Point elsewhere.')
  expect(text).toContain('There is no suite.')
})

test('tells which files the tests leave lines of', () => {
  expect(renderMarkdown(outcomeWith())).toContain('- `src/thin.js`: 2 of 12 lines')
})
