import { afterEach, expect, it } from 'vitest'
import { inTests, removeProject, TEST_FILE, verifyOne } from './verify-notes.ts'

afterEach(removeProject)

const first = (code: string) => ({ [TEST_FILE]: (content: string) => `${code}\n${content}` })
const withTest = (body: string) =>
  inTests("describe('DELETE /notes/{id}'", `it('is another one', async () => {${body}})\ndescribe('DELETE /notes/{id}'`)

it('fails on a stub of an own module', async () => {
  const fake = `jest.mock('../../src/app', () => { const own = jest.requireActual('../../src/app'); return own })`
  const { verdict, why, evidence } = await verifyOne('real', first(fake))
  expect([verdict, why]).toEqual(['fail', expect.stringContaining('1 stubs of own modules or the data driver')])
  expect(evidence.stubs).toEqual([expect.stringContaining(`${TEST_FILE}:1 jest.mock('../../src/app'`)])
})

it('tells what is stubbed also where the call goes over several lines, in the same words when it moves', async () => {
  const fake = `const store = require('../../src/app')
    jest
      .spyOn(store, 'call')
      .mockReturnValue(1)
    jest.restoreAllMocks()`
  const { evidence, violations } = await verifyOne('real', first(fake))
  expect(evidence.stubs).toEqual([`${TEST_FILE}:2 jest.spyOn(store, 'call')`])
  expect(violations).toEqual([`${TEST_FILE} jest.spyOn(store, 'call')`])
})

it('fails on a stub of the data driver, whatever package that is', async () => {
  const { verdict, why } = await verifyOne('real', first("jest.mock('pg', () => ({}), { virtual: true })"))
  expect([verdict, why]).toEqual(['fail', expect.stringContaining('(data driver)')])
})

it('names injected faults, overrides of third parties and clocks, and holds', async () => {
  const code = `
    const { promises } = require('node:dns')
    jest.mock('some-payments', () => ({}), { virtual: true })
    afterAll(() => jest.useRealTimers())`
  const body = `
    const app = require('../../src/server.js'.replace('server', 'app'))
    const spy = jest.spyOn(promises, 'lookup').mockRejectedValue(new Error('down'))
    spy.mockRestore()
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'setTimeout'] }); jest.useRealTimers()
    expect((await call(server, 'GET', '/notes/999')).status).toBe(404)`
  const { verdict, why, evidence } = await verifyOne('real', {
    [TEST_FILE]: (content) => withTest(body)[TEST_FILE]?.(`${code}\n${content}`) ?? '',
  })
  expect([verdict, why]).toEqual(['pass', expect.stringContaining('2 injected faults, overrides or clocks are named')])
  expect(evidence).toMatchObject({
    stubs: [],
    overrides: [expect.stringContaining("jest.mock('some-payments'")],
    clocks: [expect.stringContaining('jest.useFakeTimers')],
  })
})

it('fails on a test that asks an application of its own making', async () => {
  const { verdict, why } = await verifyOne(
    'real',
    withTest(`
      const own = require('node:http').createServer((req, res) => res.end('{"id":1}'))
      await new Promise((resolve) => own.listen(0, resolve))
      expect((await call(own, 'GET', '/note')).body).toEqual({ id: 1 })
      own.close()`),
  )
  expect([verdict, why]).toEqual(['fail', expect.stringContaining('1 tests ask something else than the application')])
})

it('lets tests ask for unknown routes, and servers stand in for third parties', async () => {
  const { verdict, why, evidence } = await verifyOne(
    'real',
    withTest(`
      const other = require('node:http').createServer((req, res) => res.end('{"paid":true}'))
      await new Promise((resolve) => other.listen(0, resolve))
      expect((await call(other, 'POST', '/payments', {})).body).toEqual({ paid: true })
      other.close()
      expect((await call(server, 'GET', '/nowhere')).status).toBe(404)`),
  )
  expect([verdict, why]).toEqual([
    'pass',
    '157 of 159 requests go to the application’s routes, the others to unknown ones.',
  ])
  expect(evidence).toMatchObject({ strangers: [], unlisted: [] })
})

it('fails when the application answers well for a route that nobody lists', async () => {
  const { verdict, why } = await verifyOne('real', {}, { adapt: ({ map }) => map.endpoints.splice(1, 1) })
  expect([verdict, why]).toEqual([
    'fail',
    expect.stringMatching(/for routes that nobody lists, e\.g\. GET \/notes\/\d+ 200/),
  ])
})
