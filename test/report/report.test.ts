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
  const message = 'expected <a> & "b"\u0000\u001b[31m\uD800 got ]]>'
  const name = 'says "<>&\u0007"'
  const xml = renderJUnit(outcome, [{ file: 'a.test.js', name, status: 'failed', durationMs: 5, message }])
  expect(xml).toContain('<testsuite name="gates" tests="1" failures="1">')
  expect(xml).toContain('<testsuite name="tests" tests="1" failures="1">')
  const file = join(mkdtempSync(join(tmpdir(), 'junit-')), 'junit.xml')
  writeFileSync(file, xml)
  const parse = ['-c', 'import sys, xml.dom.minidom as m; m.parse(sys.argv[1])', file]
  const { exitCode, stderr } = await execa('python3', parse, { reject: false })
  expect(exitCode, stderr).toBe(0)
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
