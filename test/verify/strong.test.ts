import { afterEach, expect, it } from 'vitest'
import { inTests, removeProject, TEST_FILE, verifyOne } from './verify-notes.ts'

afterEach(removeProject)

const withTest = (body: string) =>
  inTests("describe('DELETE /notes/{id}'", `it('is weak', async () => {${body}})\ndescribe('DELETE /notes/{id}'`)
const weak = expect.stringContaining('“is weak” of tests/integration/notes.test.js against')

it('holds for tests that go red whatever a stub answers, and counts requests as measured', async () => {
  const { verdict, why, evidence } = await verifyOne('strong')
  expect([verdict, why]).toEqual(['pass', 'Each of 5 tests goes red against both stubs.'])
  expect(evidence).toMatchObject({
    stubs: [
      { answers: 200, red: 5, green: 0 },
      { answers: 500, red: 5, green: 0 },
    ],
    endpoints: [
      { endpoint: 'POST /notes', statuses: [201, 422] },
      { endpoint: 'GET /notes/{id}', statuses: [200, 404] },
      { endpoint: 'DELETE /notes/{id}', statuses: [204] },
    ],
    requestsPerTest: 31.4,
  })
})

it('fails on a test that looks at nothing', async () => {
  const { verdict, why, evidence } = await verifyOne(
    'strong',
    withTest("expect((await call(server, 'GET', '/notes/1')).status).toBeDefined()"),
  )
  expect([verdict, why]).toEqual(['fail', weak])
  expect(evidence.weak).toEqual(
    [200, 500].map((against) => ({ file: TEST_FILE, name: 'is weak', against, requests: 1 })),
  )
})

it('fails on a test that looks at the status alone', async () => {
  const { verdict, evidence } = await verifyOne(
    'strong',
    withTest("expect((await call(server, 'GET', '/notes/1')).status).toBe(200)"),
  )
  expect(verdict).toBe('fail')
  expect(evidence.weak).toEqual([expect.objectContaining({ against: 200 })])
})

it('names a test that compares two answers of the stub, and does not fail on it', async () => {
  const { verdict, evidence } = await verifyOne(
    'strong',
    withTest(`
      const { body } = await call(server, 'POST', '/notes', { title: uniqueTitle() })
      expect((await call(server, 'GET', '/notes/' + body.id)).body).toEqual(body)`),
  )
  expect(verdict).toBe('pass')
  expect(evidence).toMatchObject({
    weak: [],
    setUpUnchecked: [200, 500].map((against) => `${TEST_FILE} > is weak (${against})`),
  })
})

it('fails on a test that asks the application nothing', async () => {
  const { verdict, why } = await verifyOne('strong', withTest('expect(1 + 1).toBe(2)'))
  expect([verdict, why]).toEqual(['fail', expect.stringContaining('It asks the application nothing.')])
})

it('does not judge by its answers what sends no request, in a suite that somebody else wrote', async () => {
  const { verdict, why, evidence } = await verifyOne('strong', withTest('expect(1 + 1).toBe(2)'), { foreign: true })
  expect([verdict, why]).toEqual([
    'pass',
    'Each of 5 tests goes red against both stubs; 1 that send the application no request are not judged.',
  ])
  expect(evidence.withoutRequest).toEqual([`${TEST_FILE} > is weak`])
})

it('judges a test that looks at what was asked before all tests, whoever wrote it', async () => {
  const { verdict, why } = await verifyOne(
    'strong',
    inTests(
      "describe('DELETE /notes/{id}'",
      `describe('early', () => { let early
        beforeAll(async () => { early = await call(server, 'GET', '/notes/1') })
        it('is weak', () => { expect(early).toBeDefined() }) })
      describe('DELETE /notes/{id}'`,
    ),
    { foreign: true },
  )
  expect([verdict, why]).toEqual(['fail', expect.stringContaining('1 of 6 tests stay green')])
})

it('fails on an assertion that nothing waits for, beside others that hold', async () => {
  const { verdict, why } = await verifyOne(
    'strong',
    inTests(
      "it('removes the note', async () => {",
      "it('removes the note', async () => {\n    expect(call(server, 'GET', '/notes/1')).resolves.toMatchObject({ status: 200 })",
    ),
  )
  expect([verdict, why]).toEqual(['fail', expect.stringContaining('1 assertions are not waited for')])
})

it('fails when a refusal that could be had has no test', async () => {
  const { verdict, why } = await verifyOne(
    'strong',
    {},
    { attainable: { 'DELETE /notes/{id}': [204, 404], 'POST /notes': [201, 422] } },
  )
  expect([verdict, why]).toEqual(['fail', expect.stringContaining('DELETE /notes/{id} without a failure')])
})

it('is blocked where no request goes to a known route', async () => {
  const { verdict, why } = await verifyOne('strong', {}, { adapt: ({ map }) => map.endpoints.splice(0) })
  expect([verdict, why]).toEqual(['blocked', expect.stringContaining('a complete list of routes')])
})
