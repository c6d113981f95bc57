import { describe, expect, test } from 'vitest'
import type { Observation, Recipe } from '../../../../src/contracts/observation.ts'
import type { DraftInput } from '../../../../src/contracts/plugs.ts'
import { binding, expected, ref, request, sames, seen } from './fixtures/build.ts'
import {
  byOrder,
  byProduct,
  draftShop as draft,
  failure,
  order,
  other,
  product,
  recipe,
  stranger,
  unknown,
  user,
} from './fixtures/draft-shop.ts'

describe('names of the application', () => {
  test('a part of an answer that is called like what the test holds', async () => {
    const refused = (title: string, changes: object, says: string) =>
      seen(
        'invalid',
        `refuses ${title}`,
        [user, product],
        request('PUT /api/products/{id}', { params: byProduct, body: { name: 'Mug', ...changes }, as: 'user' }),
        expected(422, { errors: { product: [says] } }),
      )
    const { text } = await draft([
      seen(
        'success',
        'updates the product',
        [user, product],
        request('PUT /api/products/{id}', { params: byProduct, body: { name: 'Mug' }, as: 'user' }),
        expected(204, undefined),
      ),
      refused('an empty name', { name: '' }, 'must not be empty'),
      refused('a number as name', { name: 1 }, 'must be text'),
    ])
    expect(text('products.test.js')).toContain('errors: { product: [')
  })

  test('a part of an answer that is called like what the tests of access hold', async () => {
    const { text } = await draft([
      stranger('PUT /api/products/{id}', [user, product, other], byProduct),
      stranger('PUT /api/orders/{id}', [user, product, order, other], byOrder),
      unknown('PUT /api/products/{id}', 'product', [user, product], { send: 'no' }),
      unknown('PUT /api/orders/{id}', 'order', [user, product, order], { send: 'nope' }),
    ])

    expect(text('access.test.js')).toContain('expectResponse(response, 404, { send: expected });')
  })

  test('a thing that is called like a word of the language', async () => {
    const byClass = { id: ref('class.response.id') }
    const made = binding('class', 'class', { user: 'user' })
    const seat = binding('seat', 'seat', { user: 'user', class: 'class' })
    const { text } = await draft(
      [
        ...['PUT', 'DELETE', 'PATCH'].map((method) =>
          stranger(`${method} /api/classes/{id}`, [user, made, other], byClass),
        ),
        seen(
          'success',
          'answers a seat',
          [user, made, seat],
          request('GET /api/seats/{id}', { params: { id: ref('seat.response.id') }, as: 'user' }),
          expected(200, sames('seat.response', 'id', 'title')),
        ),
      ],
      [recipe('class', 'classes'), recipe('seat', 'seats', { user: 'user', class: 'class' })],
    )

    expect(text('access.test.js')).toContain('({ class: class2 }) => api.put(')
    expect(text('support/factories.js')).toContain('async seat(user, class2) {')
    expect(text('seats.test.js')).toContain('const { user, class: class2 } = await given.class();')
  })

  test('a resource that is called like the file of who may ask for what', async () => {
    const { text } = await draft([
      stranger('PUT /api/products/{id}', [user, product, other], byProduct),
      seen('success', 'answers', [], request('GET /access'), expected(200, { open: true })),
    ])

    expect(text('access.test.js')).toContain("it('GET /access answers'")
    expect(text('permissions.test.js')).toContain('refuses another account')
  })

  test('a title that speaks of what a helper is called', async () => {
    const { text } = await draft([
      seen('success', 'counts the expired rows', [], request('GET /stats'), expected(200, { expired: 0 })),
    ])

    expect(text('stats.test.js')).toMatch(/^const \{ api, expectResponse \} = require/)
  })
})

describe('other kinds of applications', () => {
  const plain = (observation: Observation, says: string): Observation => ({
    ...observation,
    expected: {
      ...observation.expected,
      contentType: 'text/plain',
      body: { is: 'equals', value: says, provenance: 'observed' },
    },
  })
  const refusals = [
    stranger('PUT /api/products/{id}', [user, product, other], byProduct),
    stranger('PUT /api/orders/{id}', [user, product, order, other], byOrder),
  ]

  test('errors as plain text', async () => {
    const { text } = await draft(refusals.map((one, index) => plain(one, index === 0 ? 'No.' : 'Never.')))

    expect(text('access.test.js')).toContain("['PUT /api/orders/:id', 'Never.'],")
    expect(text('access.test.js')).toContain('expectResponse(response, 403, body);')
  })

  test('no account at all', async () => {
    const { text } = await draft(refusals, [], (input) => {
      const none = <T extends { credential: unknown }>(act: T) => ({ ...act, credential: { is: 'none' as const } })
      const { exploration } = input
      const observations = exploration.observations
        .filter(({ case: { kind } }) => !/forbidden|unauthenticated/.test(kind))
        .map((one) => ({ ...one, case: { ...one.case, act: none(one.case.act), follow: one.case.follow.map(none) } }))
      const recipes = exploration.recipes.map((one) => ({ ...one, credential: null, steps: one.steps.map(none) }))
      return { ...input, map: { ...input.map, auth: [] }, exploration: { ...exploration, observations, recipes } }
    })

    expect(text('access.test.js')).toBe('')
    expect(text('support/app.js')).not.toContain('headers')
    expect(text('products.test.js')).not.toMatch(/user\.(api|headers)/)
  })

  test('cookies, and accounts of another name', async () => {
    const rename = (text: string) => text.replaceAll('"user"', '"member"')
    const { text } = await draft(refusals, [], (input) => {
      const exploration = JSON.parse(rename(JSON.stringify(input.exploration))) as DraftInput['exploration']
      for (const one of exploration.recipes) if (one.credential) one.credential = { cookie: 'sid', step: 0 }
      return { ...input, exploration }
    })

    expect(text('support/factories.js')).toContain('async member() {')
    expect(text('access.test.js')).toContain('const other = await create.member();')
  })
})

test('steps are given what they need in the order they take it', async () => {
  const action = (name: string): Recipe => ({
    name,
    kind: 'resource',
    needs: { order: 'order', user: 'user' },
    steps: [request(`POST /api/orders/{id}/${name}`, { params: byOrder, as: 'user' })],
    credential: null,
    example: { id: '1' },
  })
  const response = { status: 409, headers: {}, text: '', json: undefined, durationMs: 1 }
  const act = { request: { method: 'POST', url: '/', headers: {}, body: null }, response }
  const after = (step: string) => ({
    ...seen(
      'workflow',
      `refuses to pay after ${step}`,
      [user, product, order, binding(step, step, { user: 'user', order: 'order' })],
      request('POST /api/orders/{id}/pay', { params: byOrder, as: 'user' }),
      expected(409, failure('not_pending', `No ${step}`)),
    ),
    passes: [{ act, follow: [], rows: [] }],
  })
  const { text } = await draft([after('pay'), after('cancel')], [action('pay'), action('cancel')])

  expect(text('orders.test.js')).toContain('await step(order, user);')
  expect(text('support/factories.js')).toContain(`
const act = {
  async pay(order, user) {`)
})

test('a database that tests cannot reach is not looked into', async () => {
  const { text } = await draft([], [], (input) => {
    const map = structuredClone(input.map)
    for (const store of map.stores) store.handle = null
    delete map.dependencies.pg
    return { ...input, map: { ...map, stores: map.stores.map((store) => ({ ...store, driver: 'unheard-of' })) } }
  })

  expect(text('products.test.js')).not.toMatch(/\b(rows|ownRows)\(/)
})
