import { describe, expect, it } from 'vitest'
import { javascriptTestSource as source } from '../../../src/suites/javascript/test-source.ts'

describe('breaking tests', () => {
  it('throws right after the last assertion of each test, before what tidies up', () => {
    const broken = source.breakTests(
      'a.test.ts',
      `describe('x', () => {
  it('one', async (): Promise<void> => {
    const made: string = await make()
    expect(made).toBe('a')
    await remove(made)
  })
  test.each([1, 2])('each %d', function (n) { use(n) })
  it.todo('later')
  it.skip('not now', () => { expect(1).toBe(1) })
})`,
    )
    const thrown = `;throw new Error('made to fail by the verifier');`
    expect(broken?.titles).toEqual(['one', 'each %d'])
    expect(broken?.content.split('\n')[3]).toBe(`    expect(made).toBe('a')${thrown}`)
    expect(broken?.content).toContain(`{ use(n) ${thrown}}`)
    expect(broken?.content.match(/made to fail/g)).toHaveLength(2)
  })

  it('leaves clean-up in a finally block its turn', () => {
    const content = `it('a', () => { try { expect(1).toBe(1) } finally { remove() } })`
    expect(source.breakTests('a.test.js', content)?.content).toContain('finally { remove() };throw')
  })

  it('answers null where there is no test', () => {
    expect(source.breakTests('a.test.js', 'module.exports = {}')).toBeNull()
  })
})

describe('reading a test file', () => {
  it('lists whole assertions of each kind, blanks squeezed', () => {
    const { assertions } = source.read(
      'a.test.js',
      `it('a', async () => {
        expect(await get('/x')).not.toEqual({
          a: 1,
        })
        await expect(save()).rejects.toThrow('no')
        assert.equal(1, 1)
        await request(app).get('/y').expect(200).expect('Content-Type', /json/)
      })`,
    )
    expect(assertions.sort()).toEqual(
      [
        `.expect('Content-Type', /json/)`,
        '.expect(200)',
        'assert.equal(1, 1)',
        `expect(await get('/x')).not.toEqual({ a: 1, })`,
        `expect(save()).rejects.toThrow('no')`,
      ].sort(),
    )
  })

  it('finds skipped, unwritten and focused tests with the reason beside them', () => {
    const { skips, focused } = source.read(
      'a.test.js',
      `it.skip('a', () => {})
xdescribe('b', () => {}) // waits for the broker
// nobody knows how yet
test.todo('c')
describe.only('d', () => { fit('e', () => {}) })
queue.skip(1)`,
    )
    expect(skips.map(({ line, reason }) => [line, reason])).toEqual([
      [1, null],
      [2, 'waits for the broker'],
      [4, 'nobody knows how yet'],
    ])
    expect(focused.map(({ line }) => line)).toEqual([5, 5])
  })
})

describe('what nothing waits for', () => {
  const unawaited = (statement: string) =>
    source.read('a.test.js', `it('a', async () => {\n${statement}\n})`).unawaited?.map(({ text }) => text)

  it.each([
    'expect(load()).resolves.toEqual(1)',
    'expect(load()).rejects.toThrow()',
    "request(app).get('/a').expect(200)",
    "api.post('/a').send({}).expect(200).expect((res) => check(res))",
  ])('%s', (statement) => {
    expect(unawaited(statement)).toEqual([statement])
  })

  it.each([
    'await expect(load()).resolves.toEqual(1)',
    'return expect(load()).rejects.toThrow()',
    'expect(load()).toEqual(1)',
    "await request(app).get('/a').expect(200)",
    "request(app).get('/a').expect(200, done)",
    "request(app).get('/a').expect(200).end((err) => done(err))",
    "const answer = request(app).get('/a').expect(200)",
    "await Promise.all([request(app).get('/a').expect(200)])",
  ])('not %s', (statement) => {
    expect(unawaited(statement)).toEqual([])
  })
})
