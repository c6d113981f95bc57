import { describe, expect, test } from 'vitest'
import type { Binding, Observation, Recipe } from '../../../../src/contracts/observation.ts'
import type { DraftInput } from '../../../../src/contracts/plugs.ts'
import { binding, expected, format, ref, request, row, same, sames, seen, unique } from './fixtures/build.ts'
import { byOrder, byProduct, draftShop as draft, failure, order, other, product, user } from './fixtures/draft-shop.ts'

const forbidden = failure('forbidden', 'Not yours')

/** A recipe of its own route, below a product or not. */
const recipe = (name: string, plural: string, needs: Record<string, string> = { user: 'user' }): Recipe => ({
  name,
  kind: 'resource',
  needs,
  steps: [request(`POST /api/${plural}`, { body: { title: 'x' }, as: 'user' })],
  credential: null,
  example: { id: 1, title: 'x' },
})

const stranger = (
  endpoint: string,
  arrange: Binding[],
  params: Record<string, unknown>,
  answer = expected(403, forbidden),
) => seen('forbidden', 'refuses another account', arrange, request(endpoint, { params, as: 'other' }), answer)

const unknown = (endpoint: string, name: string, arrange: Binding[], body: unknown, status = 404) =>
  seen(
    'not_found',
    `answers not found for an unknown ${name}`,
    arrange,
    request(endpoint, { params: { id: 2000000000 }, as: 'user' }),
    expected(status, body),
  )

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

describe('a table for several endpoints says only what was seen', () => {
  const [put, get] = ['PUT /api/products/{id}', 'GET /api/orders/{id}']

  test('an answer without a body is not that of another endpoint', async () => {
    const { text } = await draft([
      stranger(put, [user, product, other], byProduct),
      stranger(get, [user, product, order, other], byOrder, expected(404, undefined)),
    ])

    expect(text('access.test.js')).not.toContain("'GET /api/orders/:id', 404")
    expect(text('orders.test.js')).toContain(`expectResponse(await other.api.get(\`/api/orders/\${order.id}\`), 404);`)
  })

  test('nor are its headers', async () => {
    const withHeader = (observation: Observation, value: string): Observation => ({
      ...observation,
      expected: { ...observation.expected, headers: { Allow: { is: 'equals', value, provenance: 'observed' } } },
    })
    const { text } = await draft([
      withHeader(stranger(put, [user, product, other], byProduct), 'GET'),
      withHeader(stranger(get, [user, product, order, other], byOrder), 'POST'),
    ])

    expect(text('products.test.js')).toContain("toMatchObject({ allow: 'GET' })")
    expect(text('orders.test.js')).toContain("toMatchObject({ allow: 'POST' })")
  })

  test('an account that the thing was made with is no stranger', async () => {
    const peered = { ...recipe('message', 'messages', { user: 'user', peer: 'user' }) }
    const message = binding('message', 'message', { user: 'user', peer: 'other' })
    const byMessage = { id: ref('message.response.id') }
    const { text } = await draft(
      [put, 'DELETE /api/messages/{id}', 'PUT /api/messages/{id}'].map((endpoint) =>
        endpoint === put
          ? stranger(endpoint, [user, product, other], byProduct)
          : stranger(endpoint, [user, other, message], byMessage),
      ),
      [peered],
    )

    expect(text('access.test.js')).not.toContain('messages')
    expect(text('messages.test.js')).toContain("it('PUT /api/messages/:id refuses another account'")
  })

  test("a credential that was spoiled is the same account's", async () => {
    const admin = binding('admin', 'user')
    const spoiled = ['PUT /api/products/{id}', 'PATCH /api/products/{id}'].map((endpoint) =>
      seen(
        'unauthenticated',
        'refuses a tampered credential',
        [user, product, admin],
        request(endpoint, { params: byProduct, as: { is: 'invalid', how: 'tampered', as: 'admin' } }),
        expected(401, forbidden),
      ),
    )
    const { text } = await draft(spoiled)

    expect(text('access.test.js')).not.toContain('made.user.headers')
  })

  test('a request is only sent with what it refers to', async () => {
    const review = binding('review', 'review', { user: 'user', product: 'product' })
    const path = { id: ref('product.response.id'), review: ref('review.response.id') }
    const endpoint = 'DELETE /api/products/{id}/reviews/{review}'
    const { text } = await draft(
      [
        stranger(put, [user, product, other], byProduct),
        stranger(
          endpoint,
          [user, product, { ...review, overrides: { title: { is: 'literal', value: 'y' } } }, other],
          path,
        ),
        ...[put, endpoint].map((one) =>
          seen(
            'not_found',
            'answers not found for an unknown product',
            [user, product],
            request(one, { params: { ...(one === put ? byProduct : path), id: 2000000000 }, as: 'user' }),
            expected(404, failure('not_found', 'Not found')),
          ),
        ),
      ],
      [recipe('review', 'reviews', { user: 'user', product: 'product' })],
    )

    expect(text('access.test.js')).not.toContain('review.id')
  })

  test('two tables that hold their parts before them', async () => {
    const orders = ['PUT', 'GET', 'PATCH', 'DELETE'].map((method) => `${method} /api/orders/{id}`)
    const { text } = await draft([
      ...orders.map((endpoint) => stranger(endpoint, [user, product, order, other], byOrder)),
      ...orders.map((endpoint, index) => {
        const reason = `${'very-'.repeat(12)}${index}`
        return unknown(endpoint, 'order', [user, product, order], { reason }, index < 2 ? 404 : 410)
      }),
    ])

    expect(text('access.test.js')).toContain('const unknown = {')
    expect(text('access.test.js')).toContain('const unknown2 = {')
  })
})

test('many endpoints are too many for one file', async () => {
  const more = Array.from({ length: 40 }, (_, index) => [
    stranger(`PUT /api/products/{id}/part${index}`, [user, product, other], byProduct),
    stranger(`PUT /api/orders/{id}/part${index}`, [user, product, order, other], byOrder),
  ]).flat()
  const { text, cases } = await draft(more)

  expect(text('access.test.js')).toBe('')
  for (const resource of ['orders', 'products']) {
    expect(text(`access.${resource}.test.js`).split('\n').length).toBeLessThan(300)
    expect(text(`access.${resource}.test.js`)).toContain(`'PUT /api/${resource}/:id/part0'`)
  }
  expect(cases.filter(({ test }) => test.endsWith('refuses another account'))).toHaveLength(more.length + 1)
})

describe('no assertion is lost', () => {
  test('a further success signs in with the new password, too', async () => {
    const login = (password: string) =>
      request('POST /api/auth/login', { body: { email: ref('user.request.email'), password: ref(password) } })
    const change = (title: string, body: object, follow: [ReturnType<typeof request>, ReturnType<typeof expected>][]) =>
      seen(
        'success',
        title,
        [user],
        request('PATCH /api/me', { body, as: 'user' }),
        expected(200, { ok: true }, [
          row('updated', 'users', { id: same('user.response.user.id') }, { password_hash: format('hash') }),
        ]),
        follow,
      )
    const { text } = await draft([
      change('updates the account', { name: 'Grace', password: 'Newer-Horse-43' }, [
        [
          request('POST /api/auth/login', { body: { email: 'x', password: ref('act.request.password') } }),
          expected(200, {}),
        ],
      ]),
      change('updates the password alone', { password: 'Newer-Horse-43' }, [
        [login('act.request.password'), expected(200, {})],
        [login('user.request.password'), expected(401, forbidden)],
      ]),
    ])
    const alone = text('me.test.js').split('updates the password alone')[1] ?? ''

    expect(alone).toContain('password: changes.password')
    expect(alone).toContain('password: user.password')
  })

  const accepts = (title: string, body: object, answered: object, stored: Record<string, unknown>) =>
    seen(
      'success',
      title,
      [user],
      request('POST /api/products', { body: { ...mug, ...body }, as: 'user' }),
      expected(201, { id: format('integer'), name: same('act.request.name'), ...answered }, [
        row('inserted', 'products', { sku: same('act.request.sku') }, stored),
      ]),
    )
  const mug = {
    sku: { is: 'text', parts: ['SKU-', unique('integer', 'sku')] },
    name: 'Mug',
    category: unique('word', 'category', 50),
    priceCents: 1250,
    stock: 3,
  }

  test('a row that is found by what was sent', async () => {
    const { text } = await draft([accepts('accepts none in stock', { stock: 0 }, { stock: 0 }, { stock: 0 })])
    const test = text('products.test.js').split('accepts none in stock')[1] ?? ''

    expect(test).toContain('const product = build.product({ stock: 0 });')
    expect(test).toContain("await expectRow('products', { sku: product.sku }, { stock: 0 });")
  })

  test('a row that has no column for what is shown', async () => {
    const { text } = await draft([
      accepts('accepts two tags', { tags: ['a', 'b'] }, { tags: ['a', 'b'] }, { stock: 3 }),
    ])
    const test = text('products.test.js').split('accepts two tags')[1] ?? ''

    expect(test).toContain("await expectRow('products', { sku: product.sku });")
  })
})

test('a look into a table that holds no own rows is not replaced by a look at those', async () => {
  const refused = (title: string, changes: object, key: string) =>
    seen(
      'invalid',
      `refuses ${title}`,
      [user, product],
      request('PUT /api/products/{id}', { params: byProduct, body: { name: 'Mug', stock: 3, ...changes }, as: 'user' }),
      expected(422, failure('invalid', title), [row('unchanged', 'settings', { key: key })]),
    )
  const { text } = await draft([
    refused('an empty name', { name: '' }, 'a'),
    refused('no stock', { stock: -1 }, 'b'),
    refused('no tags', { tags: null }, 'b'),
  ])

  expect(text('products.test.js')).toContain("rows('settings', { key: 'a' })")
  expect(text('products.test.js')).toContain("rows('settings', { key: 'b' })")
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
