import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { expect, test } from 'vitest'
import { renderHtml } from '../../src/report/html.ts'
import { outcomeWith } from './outcomes.ts'

/** What a parser makes of a page: elements with attributes that are not ours to have, and all its text. */
async function parse(
  html: string,
): Promise<{ tags: string[]; attributes: string[]; text: string; unclosed: string[] }> {
  const file = join(mkdtempSync(join(tmpdir(), 'html-')), 'report.html')
  writeFileSync(file, html)
  const program = `
import sys, json
from html.parser import HTMLParser
class P(HTMLParser):
    def __init__(s): super().__init__(); s.tags=set(); s.attributes=set(); s.text=[]; s.open=[]
    def handle_starttag(s, t, a):
        s.tags.add(t); s.attributes.update(n for n, _ in a)
        if t not in ('meta',): s.open.append(t)
    def handle_endtag(s, t):
        if s.open and s.open[-1] == t: s.open.pop()
    def handle_data(s, d): s.text.append(d)
p = P(); p.feed(open(sys.argv[1]).read())
print(json.dumps(dict(tags=sorted(p.tags), attributes=sorted(p.attributes), text=' '.join(p.text), unclosed=p.open)))`
  return JSON.parse((await execa('python3', ['-c', program, file])).stdout)
}

const judged = { blocks: true, kind: 'fact' as const, counts: true, waived: [], known: [], fresh: [] }
const verification = {
  foreign: true,
  integration: ['test/a.test.js'],
  others: [],
  requests: 7,
  notes: [],
  unavailable: [],
  expectedMs: {},
  baseline: null,
}
const failedTest = (message: string) => ({ file: 'test/a.test.js', name: 'orders > adds one', message })

test('one page tells everything', async () => {
  const outcome = outcomeWith({ waivers: [{ what: 'gate fast', reason: 'Slow disk.', owner: 'kim' }] })
  const { text, unclosed } = await parse(renderHtml(outcome))
  expect(unclosed).toEqual([])
  for (const { id, reproduce } of outcome.findings) for (const part of [id, reproduce]) expect(text).toContain(part)
  for (const { name } of outcome.gates) expect(text).toContain(name)
  for (const { method, path } of outcome.endpoints) expect(text).toContain(`${method} ${path}`)
  for (const { file, line } of outcome.review) expect(text).toContain(`${file}:${line}`)
  for (const told of ['Slow disk.', 'npx jest tests/integration', '91 % of lines', 'src/thin.js', 'GET /feed success'])
    expect(text).toContain(told)
})

test('nothing that the application says is markup, and nothing is loaded from anywhere', async () => {
  const nasty = `</td><script>alert(1)</script><img src=x onerror=y> "><a href='javascript:z'> & &lt; \u001b[31m`
  const [first] = outcomeWith().findings
  const html = renderHtml(
    outcomeWith(
      {
        gates: [
          { name: nasty, verdict: 'fail', why: `\`${nasty}\``, evidence: {}, judged: { ...judged, waived: [nasty] } },
          { name: 'alone', verdict: 'fail', why: nasty, evidence: { failed: [failedTest(nasty)], before: [nasty] } },
          {
            name: 'real',
            verdict: 'fail',
            why: nasty,
            evidence: {},
            judged: { ...judged, fresh: [nasty, `b ${nasty}`] },
          },
        ],
        verification: { ...verification, notes: [nasty], unavailable: [{ name: nasty, why: nasty, unblock: nasty }] },
        findings: [{ ...first, id: nasty, kind: nasty, endpoint: nasty, detail: nasty, reproduce: nasty } as never],
        review: [{ file: nasty, line: 1, assertion: nasty, why: nasty }],
        waivers: [{ what: nasty, reason: nasty, owner: nasty }],
        error: { code: nasty, kind: 'internal', message: nasty, value: nasty, next: nasty },
      },
      {
        unreached: [{ endpoint: nasty, why: nasty }],
        dropped: [{ case: nasty, why: nasty }],
        omitted: [nasty],
        warnings: [{ message: nasty, source: nasty }],
      },
    ),
  )
  const { tags, attributes, text } = await parse(html)
  expect(tags.filter((tag) => /script|img|^a$|link|iframe/.test(tag))).toEqual([])
  expect(attributes).toEqual(['charset', 'class', 'content', 'http-equiv', 'id', 'lang', 'name'])
  expect(text).toContain('<script>alert(1)</script>')
  expect(html).not.toContain('\u001b')
})

test('of somebody’s own suite the page tells what decides, what failed and what it ran on', async () => {
  const html = renderHtml(
    outcomeWith({
      status: 'unverified',
      verification: { ...verification, unavailable: [{ name: 'rabbitmq', why: 'not here', unblock: '' }] },
      gates: [
        {
          name: 'shuffled',
          verdict: 'fail',
          why: 'Red with seed 1.',
          evidence: { failed: [failedTest('expected 200, got 500')], before: ['orders > mails the admin'] },
          judged,
        },
        {
          name: 'fast',
          verdict: 'fail',
          why: 'Slow.',
          evidence: {},
          judged: { ...judged, blocks: false, counts: false },
        },
        {
          name: 'runs',
          verdict: 'fail',
          why: 'Red.',
          evidence: {},
          judged: { ...judged, counts: false, known: ['x'] },
        },
      ],
    }),
  )
  const { text } = await parse(html)
  for (const told of ['expected 200, got 500', 'orders > mails the admin', 'rabbitmq: not here', '7 requests'])
    expect(text).toContain(told)
  expect(html).not.toContain('offline')
  const verdicts = [...html.matchAll(/<span class="whole (\w+)">fail<\/span> <span class="role">([^<]+)</g)]
  expect(verdicts.map(([, color, role]) => [color, role])).toEqual([
    ['fail', 'decides'],
    ['noticed', 'a fact, does not decide'],
    ['noticed', 'in the baseline'],
  ])
})
