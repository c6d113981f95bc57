import { describe, expect, it } from 'vitest'
import { findTestSequences } from '../../../src/suites/javascript/test-sequences.ts'

const find = (content: string) => findTestSequences('a.test.js', content).map(({ titles, why }) => [titles, why])

describe('tests that build on each other', () => {
  it('hand on a variable', () => {
    expect(
      find(`
        describe('orders', () => {
          describe('a way', () => {
            let id
            it('creates', async () => { const { body } = await post(); id = body.id })
            it('reads', async () => { await get(id) })
          })
          it('is another one', () => {})
        })`),
    ).toEqual([[['orders', 'a way'], 'its tests hand on `id`']])
  })

  it('hand on a part of an object, or a list that grows, across blocks', () => {
    const across = (change: string) => `
      const state = {}
      describe('sign up', () => { it('works', async () => { ${change} }) })
      describe('log in', () => { it('works', async () => { await login(state.user) }) })`
    expect(find(across('state.user = await create()'))).toEqual([[[], 'its tests hand on `state`']])
    expect(find(across('state.users.push(await create())'))).toEqual([[[], 'its tests hand on `state`']])
    expect(find(across('await use(state.user)'))).toEqual([])
  })

  it('number their steps', () => {
    expect(find("describe('way', () => { it('1. signs up', f); it('2. pays', f) })")).toEqual([
      [['way'], 'its tests are numbered steps'],
    ])
    expect(find("describe('way', () => { it('Step 1: signs up', f); it('step 2: pays', f) })")).toHaveLength(1)
    expect(find("describe('way', () => { it('2 items are listed', f); it('100 items are too many', f) })")).toEqual([])
  })
})

describe('tests that do not', () => {
  it.each([
    [
      'make it anew in each',
      'let app; beforeEach(() => { app = start() }); it("a", () => { app.x = 1 }); it("b", () => use(app))',
    ],
    [
      'read what is made once',
      'let app; beforeAll(() => { app = start() }); it("a", () => use(app)); it("b", () => use(app))',
    ],
    [
      'each give it a value first',
      'let r; it("a", async () => { r = await f(); use(r) }); it("b", async () => { r = await g(); use(r) })',
    ],
    [
      'have one of the same name',
      'let r; it("a", async () => { r = await f() }); it("b", async () => { const r = 1; use(r) })',
    ],
    ['have it changed only after they read it', 'let r; it("a", () => use(r)); it("b", () => { r = 2 })'],
  ])('%s', (_, content) => {
    expect(find(content)).toEqual([])
  })
})
