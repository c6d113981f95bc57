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

test('an address is no link, and what begins a line is no heading and no item', () => {
  const said = (why: string) =>
    renderMarkdown(outcomeWith({ review: [{ file: 'f', line: 1, assertion: 'a', why: 'w' }], waivers: [waiver(why)] }))
  const waiver = (what: string) => ({ what, reason: 'See https://mail.example.com or www.example.com', owner: 'kim' })
  expect(said('x')).not.toMatch(/https:\/\/|www\./)
  expect(said('# head')).toContain('- \\# head')
  expect(said('- item')).toContain('- \\- item')
  expect(said('2. item')).toContain('- 2\\. item')
  expect(said('2.5 s')).toContain('- 2\\.5 s')
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

const survivor = (kind: string, index: number) => ({
  id: `${kind}${index}`,
  kind,
  at: `src/orders.js:${index}`,
  what: 'the check that the order is one’s own is dropped',
  fate: index % 2 ? 'survived' : 'uncovered',
  files: [],
  by: null,
})

const kills = (survivors: ReturnType<typeof survivor>[]) => ({
  name: 'kills',
  verdict: 'fail' as const,
  why: '40 of 60 seeded faults detected.',
  evidence: {
    survivors,
    kinds: [
      { kind: 'ownership', words: 'ownership dropped' },
      { kind: 'paging', words: 'off by one in paging' },
    ],
  },
})

test('faults of access and lost writes that went unnoticed are seen, the others are folded', () => {
  const text = renderMarkdown(outcomeWith({ gates: [kills([survivor('paging', 3), survivor('ownership', 21)])] }))
  const seen = visible(text).join('\n')
  expect(seen).toContain('### Broken access, ownership or writes that no test would notice (1)')
  expect(seen).toContain('- `src/orders.js:21` ownership dropped: the check that the order is one’s own is dropped (')
  expect(seen).not.toContain('src/orders.js:3')
  expect(text).toContain('- `src/orders.js:3` off by one in paging: ')
  const { evidence, ...gate } = kills([survivor('ownership', 21)])
  const waived = { ...gate, evidence: { ...evidence, waived: ['ownership21'] } }
  expect(renderMarkdown(outcomeWith({ gates: [waived] }))).not.toContain('### Broken access')
})

test('what people decided is told with reason and owner, and is no bug', () => {
  const [first, second, third] = outcomeWith().findings.map((finding, index) => ({ ...finding, id: `Fa${index}` }))
  const decided = (verdict: 'accepted' | 'rejected') => ({ verdict, reason: 'So agreed.', owner: 'kim' })
  const seen = visible(
    renderMarkdown(
      outcomeWith({
        findings: [
          { ...first, decision: decided('accepted') } as never,
          { ...second, decision: decided('rejected') } as never,
          third as never,
        ],
        waivers: [{ what: 'finding Fa0 (GET /x: Answers 500)', reason: 'So agreed.', owner: 'kim' }],
      }),
    ),
  )
  const text = seen.join('\n')
  expect(text).toContain('### Bugs found in the application (2)')
  expect(seen.findIndex((line) => line.includes('**Fa2**'))).toBeLessThan(
    seen.findIndex((line) => line.includes('**Fa1**')),
  )
  expect(text).toMatch(/\*\*Fa1\*\* .*\(known: kim\)$/m)
  expect(text).not.toContain('**Fa0**')
  expect(text).toContain('- finding Fa0 (GET /x: Answers 500): So agreed. (kim)')
})

test('the gravest bugs come first', () => {
  const [first] = outcomeWith().findings
  const kinds = ['contract_mismatch', 'server_error', 'ownership_missing', 'auth_missing']
  const findings = kinds.map((kind) => ({ ...first, id: kind, kind }) as never)
  const lines = visible(renderMarkdown(outcomeWith({ findings }))).filter((line) => line.startsWith('- **'))
  expect(lines.map((line) => /\*\*(\w+)/.exec(line.replace(/\\/g, ''))?.[1])).toEqual(kinds.toReversed())
})

test('a table shows which endpoint was tested with which status, those with gaps first', () => {
  const endpoint = (path: string, auth: 'none' | 'required', covered: number[]) => ({
    method: 'GET',
    path,
    auth,
    source: 'a.js:1',
    covered,
  })
  const endpoints = [
    endpoint('/full', 'required', [200, 401]),
    endpoint('/a|b', 'none', [200]),
    endpoint('/unguarded', 'required', [200]),
    endpoint('/never', 'none', [404]),
  ]
  const lines = visible(renderMarkdown(outcomeWith({ endpoints })))
  const at = lines.indexOf('### Endpoints and the statuses they were tested with (4)')
  expect(lines.slice(at + 1, at + 7)).toEqual([
    '|  | 200 | 401 | 404 | not tested |',
    '|---|---|---|---|---|',
    '| `GET /unguarded` | ✓ |   |   | without a credential |',
    '| `GET /never` |   |   | ✓ | a success |',
    '| `GET /full` | ✓ | ✓ |   |  |',
    '| `GET /a\\|b` | ✓ |   |   |  |',
  ])
})

test('with much of everything at once there are 40 lines still, and a little of each', () => {
  const { gates: _, ...rest } = outcomeWith()
  const gates = [...manyOpen, kills(Array.from({ length: 30 }, (_, index) => survivor('ownership', index)))]
  const waivers = Array.from({ length: 9 }, (_, index) => ({ what: `gate g${index}`, reason: 'r', owner: 'o' }))
  const failures = [
    {
      file: 'a.test.js',
      test: 'x',
      case: null,
      blame: 'product' as const,
      why: 'It answers 500.',
      evidence: { message: '', alone: null, answers: [], like: null },
    },
  ]
  const error = { code: 'LANDING_FAILED', kind: 'environment', message: 'no', value: 'v', next: 'Do.' } as const
  const worst = outcomeWith(
    { ...rest, status: 'error', error, gates, waivers },
    { unreached, failures, landed: false, patch: '/p' },
  )
  const lines = visible(renderMarkdown(worst))
  expect(lines.length).toBeLessThanOrEqual(40)
  for (const title of [
    /^### Bugs/,
    /^### Gates/,
    /^### Broken access/,
    /^### Left as it is/,
    /^### Assertions/,
    /^### Endpoints without/,
  ]) {
    const at = lines.findIndex((line) => title.test(line))
    expect(lines[at + 1], String(title)).toMatch(/^- /)
  }
  expect(renderMarkdown(worst)).toContain('**product**')
})

const judged = (counts: boolean) => ({
  blocks: counts,
  kind: 'fact' as const,
  counts,
  waived: [],
  known: [],
  fresh: [],
})

test('on somebody’s own suite, what does not decide is told apart', () => {
  const gate = (name: string, counts: boolean) => ({
    name,
    verdict: 'fail' as const,
    why: `${name} does not hold.`,
    evidence: {},
    judged: judged(counts),
  })
  const outcome = outcomeWith({ gates: [gate('twice', true), gate('fast', false)] }, { landed: false, patch: null })
  const text = visible(renderMarkdown(outcome)).join('\n')
  expect(text).toContain('### Gates that do not hold (1)\n- twice: **fail**')
  expect(text).toContain('### Also noticed; it does not decide (1)\n- fast: fail. fast does not hold.')
  expect(text).not.toContain('patch')
})

test('a status that nobody promises is looked at before a text', () => {
  const item = (line: number, why: string) => ({ file: 'a.test.js', line, assertion: 'expect(', why })
  const review = [item(1, 'observed only: body.name'), item(2, 'observed only: status 400, body.name')]
  const seen = visible(renderMarkdown(outcomeWith({ review }))).filter((line) => line.includes('a.test.js:'))
  expect(seen).toEqual(['- `a.test.js:2` status 400, body.name', '- `a.test.js:1` body.name'])
})
