import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { execa } from 'execa'
import { expect, test } from 'vitest'
import type { Endpoint } from '../../src/contracts/project.ts'
import { coveredStatuses } from '../../src/report/coverage.ts'
import { renderJUnit } from '../../src/report/junit.ts'
import { buildOutcome, type OutcomeInput } from '../../src/report/outcome.ts'
import { renderPatch } from '../../src/report/patch.ts'

const input: OutcomeInput = {
  run: 'r1',
  runDir: '/runs/r1',
  root: '/project',
  model: 'offline',
  sentTo: null,
  status: 'unverified',
  error: null,
  map: null,
  environment: null,
  exploration: null,
  suite: null,
  measured: null,
  coverage: null,
  verdicts: [],
  config: { findings: [], dismissed: [], waivers: [] },
  dropped: new Map(),
  failures: [],
  landed: false,
  patch: null,
  usage: { turns: 1, inputTokens: 0, outputTokens: 0, usd: 0 },
  durationMs: 1,
  reports: { json: 'j', junit: null, markdown: null },
}

const endpoint = (method: string, path: string): Endpoint => ({
  method,
  path,
  auth: 'none',
  source: 'app.js:1',
  resource: 'users',
  params: [],
  query: [],
  headers: [],
  body: null,
  statuses: [],
  roles: [],
})

test('a request counts for the endpoint whose literal segments it has, before one with a parameter', () => {
  const endpoints = [endpoint('GET', '/users/{id}'), endpoint('GET', '/users/me'), endpoint('POST', '/users')]
  const seen = (method: string, path: string, status: number) => ({ method, path, status, pid: 1 })
  const requests = [seen('GET', '/users/me', 401), seen('GET', '/users/7', 404), seen('GET', '/users/8/x', 200)]
  expect(Object.fromEntries(coveredStatuses(endpoints, requests))).toEqual({
    'GET /users/{id}': [404],
    'GET /users/me': [401],
    'POST /users': [],
  })
})

test('JUnit counts a blocked gate as a failure and stays well-formed whatever a message says', async () => {
  const verdict = { name: 'isolated' as const, verdict: 'blocked' as const, why: '<no & "way">', evidence: {} }
  const outcome = buildOutcome({ ...input, verdicts: [{ ...verdict, durationMs: 1 }] })
  const message = 'expected <a> & "b"\u0000\u001b[31m\uD800 got ]]>\n  at line two 🙂'
  const name = 'says "<>&\u0007"'
  const tests = [
    { file: 'a.test.js', name, status: 'failed' as const, durationMs: 1_250, message },
    { file: 'a.test.js', name: 'later', status: 'todo' as const, durationMs: 0, message: null },
    { file: 'b.test.js', name: 'works', status: 'passed' as const, durationMs: 250, message: null },
  ]
  const xml = renderJUnit(outcome, tests)
  const file = join(mkdtempSync(join(tmpdir(), 'junit-')), 'junit.xml')
  writeFileSync(file, xml)
  // Read as a CI server would.
  const program = `
import sys, json, xml.etree.ElementTree as e
print(json.dumps([[s.attrib, [[c.attrib, [[x.tag, x.attrib, x.text] for x in c]] for c in s]] for s in e.parse(sys.argv[1]).getroot()]))`
  const { exitCode, stdout, stderr } = await execa('python3', ['-c', program, file], { reject: false })
  expect(exitCode, stderr).toBe(0)
  const [[gates, [gate]], [counts, [failed, todo, passed]]] = JSON.parse(stdout)
  expect(gates).toMatchObject({ name: 'gates', tests: '1', failures: '1', skipped: '0' })
  expect(gate[1]).toEqual([['failure', { message: 'blocked: <no & "way">' }, 'blocked: <no & "way">']])
  expect(counts).toEqual({ name: 'tests', tests: '3', failures: '1', skipped: '1', time: '1.500' })
  expect(failed[0]).toEqual({ classname: 'a.test.js', name: 'says "<>&"', time: '1.250' })
  const first = 'expected <a> & "b" got ]]>'
  expect(failed[1]).toEqual([['failure', { message: first }, `${first}\n  at line two 🙂`]])
  expect([todo[1], passed[1]]).toEqual([[['skipped', {}, null]], []])
})

test('in JUnit a gate that does not decide on somebody’s own suite is no failure', () => {
  const judged = { blocks: false, kind: 'fact' as const, counts: false, waived: [], known: [], fresh: [] }
  const gates = [{ name: 'fast', verdict: 'fail' as const, why: 'Slow.', evidence: {}, judged }]
  const xml = renderJUnit({ ...buildOutcome(input), gates }, [])
  expect(xml).toContain('tests="1" failures="0" skipped="1"')
  expect(xml).toContain('<skipped message="fail: Slow."/>')
})

test('a patch of new, changed and removed files applies', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'patch-'))
  const before = { 'old.js': 'a\nb\n', 'no newline.js': 'x', 'gone.js': 'bye\n' }
  const put = (path: string, content: string) => {
    mkdirSync(dirname(join(dir, path)), { recursive: true })
    writeFileSync(join(dir, path), content)
  }
  for (const [path, content] of Object.entries(before)) put(path, content)
  const after = { 'old.js': 'a\nc\n', 'no newline.js': 'y\n', 'tests/new.js': '--- dashes\n+++ and\n$& signs' }
  const paths = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  const at = (files: Record<string, string>, path: string) => files[path] ?? null
  const changes = paths.map((path) => ({ path, before: at(before, path), after: at(after, path) }))
  await execa('git', ['init', '-q'], { cwd: dir })
  await execa('git', ['apply', '-'], { cwd: dir, input: renderPatch(changes) })
  for (const [path, content] of Object.entries(after)) expect(readFileSync(join(dir, path), 'utf8')).toBe(content)
  expect(() => readFileSync(join(dir, 'gone.js'))).toThrow()
})
