import { afterEach, expect, it } from 'vitest'
import { inTests, removeProject, TEST_FILE, verifyOne } from './verify-notes.ts'

afterEach(removeProject)

const first = (code: string) => (content: string) => `${code}\n${content}`
const withTest = (body: string) =>
  inTests("describe('DELETE /notes/{id}'", `it('is another one', async () => {${body}})\ndescribe('DELETE /notes/{id}'`)

it('fails on stubs of own modules and of the data driver, whatever package that is, and on answers from elsewhere', async () => {
  const stubs = `jest.mock('../../src/app', () => { const own = jest.requireActual('../../src/app'); return own })
jest.mock('pg', () => ({}), { virtual: true })`
  const stranger = withTest(`
      const own = require('node:http').createServer((req, res) => res.end('{"id":1}'))
      await new Promise((resolve) => own.listen(0, resolve))
      expect((await call(own, 'GET', '/note')).body).toEqual({ id: 1 })
      own.close()`)
  const { verdict, why, evidence } = await verifyOne('real', {
    [TEST_FILE]: (content) => first(stubs)(stranger[TEST_FILE]?.(content) ?? ''),
  })
  expect([verdict, why]).toEqual(['fail', expect.stringContaining('2 stubs of own modules or the data driver')])
  expect(evidence.stubs).toEqual([
    expect.stringContaining(`${TEST_FILE}:1 jest.mock('../../src/app'`),
    expect.stringContaining(`${TEST_FILE}:2 jest.mock('pg'`),
  ])
  expect(evidence.strangers).toEqual([`${TEST_FILE} > is another one`])
})

it('names injected faults, overrides of third parties and clocks, lets tests ask for unknown routes, and holds', async () => {
  const code = `
    const { promises } = require('node:dns')
    jest.mock('some-payments', () => ({}), { virtual: true })
    afterAll(() => jest.useRealTimers())`
  const body = `
    const app = require('../../src/server.js'.replace('server', 'app'))
    const spy = jest.spyOn(promises, 'lookup').mockRejectedValue(new Error('down'))
    spy.mockRestore()
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'setTimeout'] }); jest.useRealTimers()
    const other = require('node:http').createServer((req, res) => res.end('{"paid":true}'))
    await new Promise((resolve) => other.listen(0, resolve))
    expect((await call(other, 'POST', '/payments', {})).body).toEqual({ paid: true })
    other.close()
    expect((await call(server, 'GET', '/nowhere')).status).toBe(404)`
  const { verdict, why, evidence } = await verifyOne('real', {
    [TEST_FILE]: (content) => withTest(body)[TEST_FILE]?.(first(code)(content)) ?? '',
  })
  expect([verdict, why]).toEqual([
    'pass',
    '47 of 49 requests go to the application’s routes, the others to unknown ones; 2 injected faults, overrides or clocks are named.',
  ])
  expect(evidence).toMatchObject({
    stubs: [],
    overrides: [expect.stringContaining("jest.mock('some-payments'")],
    clocks: [expect.stringContaining('jest.useFakeTimers')],
    strangers: [],
    unlisted: [],
  })
})

it('fails when the application answers well for a route that nobody lists', async () => {
  const { verdict, why } = await verifyOne('real', {}, { adapt: ({ map }) => map.endpoints.splice(1, 1) })
  expect([verdict, why]).toEqual([
    'fail',
    expect.stringMatching(/for routes that nobody lists, e\.g\. GET \/notes\/\d+ 200/),
  ])
})
