import { type RunOutcome, runResultSchema } from '../../src/contracts/result.ts'

/** The result of a verified run over an application with bugs; `parts` says what a test is about. */
export function outcomeWith(parts: Partial<RunOutcome> = {}, details: Partial<RunOutcome['details']> = {}): RunOutcome {
  const methods = ['GET', 'POST', 'PUT', 'DELETE']
  const endpoints = Array.from({ length: 40 }, (_, index) => ({
    method: methods[index % 4] ?? '',
    path: `/things${Math.floor(index / 4)}/{id}`,
    auth: 'required' as const,
    source: `src/things.js:${index}`,
    covered: [200, 404],
  }))
  const findings = Array.from({ length: 12 }, (_, index) => ({
    id: `F${index + 1}`,
    kind: 'server_error',
    endpoint: `PUT /things${index}/{id}`,
    detail: 'Answers 500 when title is missing; a refusal was expected. The application printed: “Error: x”.',
    reproduce: `curl -i -X PUT "$BASE_URL/things${index}/1" -d '{"a":1}'`,
    cases: [`PUT /things${index}/{id} invalid title missing`],
    decision: null,
  }))
  const names = ['runs', 'twice', 'clean', 'isolated', 'guarded', 'fast', 'scoped', 'portable']
  const tests = Array.from({ length: 12 }, (_, index) => `tests/integration/things${index}.test.js`)
  const helpers = ['app.js', 'assertions.js', 'database.js'].map((name) => `tests/integration/support/${name}`)
  const files = [...tests, ...helpers, '.integration-tests/manifest.json']
  return runResultSchema.parse({
    schema: 1,
    run: '20260101T000000-abcdef',
    runDir: '/runs/20260101T000000-abcdef',
    status: 'verified',
    model: 'offline',
    error: null,
    project: { root: '/project', languages: ['javascript'], frameworks: ['express'] },
    endpoints,
    services: [{ name: 'postgres', provider: 'embedded', fidelity: 'real', version: '15.18', wanted: '16' }],
    suite: { command: 'npx jest tests/integration', cwd: '.', env: {}, files, tests: 120 },
    gates: names.map((name) => ({ name, verdict: 'pass', why: 'It holds.', evidence: {} })),
    findings,
    waivers: [],
    review: Array.from({ length: 90 }, (_, index) => ({
      file: tests[index % 12] ?? '',
      line: index,
      assertion: 'expectResponse(response, 200, {',
      why: 'observed only',
    })),
    coverage: { before: null, after: { lines: 0.913, branches: 0.8 } },
    usage: { turns: 9, inputTokens: 0, outputTokens: 0, usd: 0 },
    durationMs: 114_900,
    reports: { json: 'j', junit: null, markdown: null },
    ...parts,
    details: {
      sentTo: null,
      sandbox: 'user namespace',
      invented: [{ name: 'JWT_SECRET', value: 'x', why: 'required' }],
      replaced: [{ name: 'MAIL_URL', was: 'smtp://mail.example.com', source: '.env' }],
      warnings: [],
      explored: { requests: 600, cases: 120, durationMs: 19_400 },
      unreached: [{ endpoint: 'GET /feed', why: 'answered 500: {"errors":{}}' }],
      dropped: [{ case: 'GET /feed success', why: 'answered 500, then 200' }],
      omitted: ['POST /articles success bounds'],
      failures: [],
      strengthening: [],
      lines: Object.fromEntries(files.map((file) => [file, 100])),
      landed: true,
      patch: null,
      slowestTestMs: 90,
      uncovered: [{ file: 'src/thin.js', covered: 2, total: 12 }],
      suiteMs: 16_900,
      ...details,
    },
  } satisfies RunOutcome)
}
