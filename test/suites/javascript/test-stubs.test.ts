import { expect, it } from 'vitest'
import { javascriptTestSource as source } from '../../../src/suites/javascript/test-source.ts'

const stubs = (content: string) =>
  source.read('a.test.js', content).stubs?.map(({ kind, module, fault }) => [kind, module, fault])

it.each([
  ["jest.mock('../src/orders')", ['module', '../src/orders', false]],
  ["jest.mock('pg', () => ({ Pool: jest.fn() }))", ['module', 'pg', false]],
  [
    "jest.doMock(require.resolve('../src/orders'), () => { throw new Error('down') })",
    ['module', '../src/orders', true],
  ],
  ["vi.mock('../src/orders', () => ({ list: vi.fn() }))", ['module', '../src/orders', false]],
  ["const app = proxyquire('../src/app', { './db': fake })", ['module', './db', false]],
  [
    "const orders = require('../src/orders'); jest.spyOn(orders, 'list').mockResolvedValue([])",
    ['method', '../src/orders', false],
  ],
  [
    "import * as orders from '../src/orders'; jest.spyOn(orders, 'list').mockRejectedValueOnce(new Error())",
    ['method', '../src/orders', true],
  ],
  [
    "const { db } = require('../src/db'); const spy = jest.spyOn(db, 'query'); spy.mockImplementation(() => [])",
    ['method', '../src/db', false],
  ],
  [
    "import repo from '../src/repo'; sinon.stub(repo, 'save').rejects(new Error('full'))",
    ['method', '../src/repo', true],
  ],
  ["import repo from '../src/repo'; repo.save = jest.fn(() => 1)", ['method', '../src/repo', false]],
  ['jest.useFakeTimers()', ['clock', null, false]],
  ["MockDate.set('2020-01-01')", ['clock', null, false]],
])('sees %s', (content, stub) => {
  expect(stubs(content)).toEqual([stub])
})

it.each([
  "const orders = require('../src/orders'); const spy = jest.spyOn(orders, 'list'); expect(spy).toHaveBeenCalled()",
  "jest.unmock('../src/orders')",
  'const handler = jest.fn(); server.on("request", handler)',
  "it('mocks nothing', async () => { await request(app).get('/mock') })",
])('takes %s for what it is', (content) => {
  expect(stubs(content)).toEqual([])
})
