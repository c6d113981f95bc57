import { afterEach, expect, it } from 'vitest'
import { inTests, removeProject, TEST_FILE, verifyOne } from './verify-notes.ts'

afterEach(removeProject)

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
    requestsPerTest: 9.4,
  })
})

it('tells the tests that look at nothing, or at too little, and what they lack', async () => {
  const tests = `
  it('looks at nothing', async () => {
    expect((await call(server, 'GET', '/notes/1')).status).toBeDefined()
  })
  it('looks at the status alone', async () => {
    expect((await call(server, 'GET', '/notes/1')).status).toBe(200)
  })
  it('asks nothing', async () => expect(1 + 1).toBe(2))
  it('waits for nothing', async () => {
    expect(call(server, 'GET', '/notes/1')).resolves.toMatchObject({ status: 200 })
    expect((await call(server, 'GET', '/notes/999')).body).toEqual({ error: 'no such note' })
  })
  it('compares two answers of the stub', async () => {
    const { body } = await call(server, 'POST', '/notes', { title: uniqueTitle() })
    expect((await call(server, 'GET', '/notes/' + body.id)).body).toEqual(body)
  })
  describe('DELETE /notes/{id}'`
  const { verdict, why, evidence } = await verifyOne('strong', inTests("describe('DELETE /notes/{id}'", tests), {
    attainable: { 'DELETE /notes/{id}': [204, 404], 'POST /notes': [201, 422] },
  })
  expect([verdict, why]).toEqual(['fail', expect.stringContaining('3 of 10 tests stay green against an application')])
  const weak = (name: string, against: number, requests: number) => ({ file: TEST_FILE, name, against, requests })
  expect(evidence.weak).toEqual([
    weak('looks at nothing', 200, 1),
    weak('looks at the status alone', 200, 1),
    weak('asks nothing', 200, 0),
    weak('looks at nothing', 500, 1),
    weak('asks nothing', 500, 0),
  ])
  expect(evidence).toMatchObject({
    unawaited: [expect.stringContaining('resolves.toMatchObject')],
    setUpUnchecked: [200, 500].map((against) => `${TEST_FILE} > compares two answers of the stub (${against})`),
    gaps: [{ endpoint: 'DELETE /notes/{id}', missing: ['a failure'] }],
  })
})
