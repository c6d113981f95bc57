import { describe, expect, test } from 'vitest'
import type { Observation } from '../../../../src/contracts/observation.ts'
import { binding, expected, ref, request, seen } from './fixtures/build.ts'
import {
  byOrder,
  byProduct,
  draftShop as draft,
  failure,
  forbidden,
  order,
  other,
  product,
  recipe,
  stranger,
  unknown,
  user,
} from './fixtures/draft-shop.ts'

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
