import { describe, expect, test } from 'vitest'
import type { Binding, Credential, Observation, Recipe, RowExpectation } from '../../../../src/contracts/observation.ts'
import { binding, expected, format, ref, request, row, same, sames, seen, unique } from './fixtures/build.ts'
import { byOrder, byProduct, draftShop as draft, failure, order, other, product, user } from './fixtures/draft-shop.ts'

const action = (name: string): Recipe => ({
  name,
  kind: 'resource',
  needs: { user: 'user', order: 'order' },
  steps: [request(`POST /api/orders/{id}/${name}`, { params: byOrder, as: 'user' })],
  credential: null,
  example: { id: '1', status: name },
})

/** Seen to change no row at all. */
function changingNothing(observation: Observation): Observation {
  const response = { status: 409, headers: {}, text: '', json: undefined, durationMs: 1 }
  const act = { request: { method: 'POST', url: '/', headers: {}, body: null }, response }
  return { ...observation, passes: [{ act, follow: [], rows: [] }] }
}

describe('what many tests share is said once', () => {
  const refusals =
    (as: Credential, kind: Observation['case']['kind'], title: string, more: Binding[]) =>
    (answers: [endpoint: string, status: number, code: string, message: string][]) =>
      answers.map(([endpoint, status, code, message]) => {
        const isOrder = endpoint.includes('orders')
        const arrange = [user, product, ...(isOrder ? [order] : []), ...more]
        const act = request(endpoint, { params: isOrder ? byOrder : byProduct, as })
        return seen(kind, title, arrange, act, expected(status, failure(code, message)))
      })
  const strangers = refusals({ is: 'valid', as: 'other' }, 'forbidden', 'refuses another account', [other])
  const seenStrangers = strangers([
    ['PUT /api/products/{id}', 403, 'forbidden', 'Only the seller may do that'],
    ['GET /api/orders/{id}', 404, 'not_found', 'Order not found'],
  ])

  test('another account, over all endpoints, with what each of them answers', async () => {
    const { text, cases } = await draft(seenStrangers)

    expect(text('access.test.js')).toContain(`
it.each([
  ['DELETE /api/products/:id', 403, 'forbidden'],
  ['PUT /api/products/:id', 403, 'forbidden'],
  ['GET /api/orders/:id', 404, 'not_found'],
])('%s refuses another account', async (endpoint, status, code) => {
  const [arrange, send] = requests[endpoint];
  const made = await arrange();
  const other = await create.user();
  const before = await ownRows();

  const response = await send(made).set(other.headers);
  expectError(response, status, code, expect.any(String));
  expect(await ownRows()).toEqual(before);
});
`)
    expect(cases).toContainEqual({
      file: 'test/integration/access.test.js',
      test: 'GET /api/orders/:id refuses another account',
      case: 'GET /api/orders/{id} forbidden refuses another account',
    })
  })

  test('what does not exist, named by the part of the path that is replaced', async () => {
    const unknown = (endpoint: string, title: string, arrange: Binding[], id: unknown) =>
      seen(
        'not_found',
        title,
        arrange,
        request(endpoint, { params: { id }, as: 'user' }),
        expected(404, failure('not_found', 'Not found')),
      )
    const { text } = await draft([
      ...seenStrangers,
      unknown('DELETE /api/products/{id}', 'answers not found for an unknown product', [user, product], 2000000000),
      unknown(
        'GET /api/orders/{id}',
        'answers not found for an unknown order',
        [user, product, order],
        unique('uuid', 'id'),
      ),
    ])

    expect(text('access.test.js')).toContain(`
  ['DELETE /api/products/:id', 'product', { id: 2000000000 }],
  ['GET /api/orders/:id', 'order', { id: unique.uuid() }],
])('%s answers not found for an unknown %s', async (endpoint, name, part) => {`)
    expect(text('access.test.js')).toContain('await send({ ...made, [name]: part }).set(made.user.headers);')
  })

  test('a refusal at one endpoint alone stays with it', async () => {
    const [only] = seenStrangers as [Observation]
    const { text } = await draft([{ ...only, case: { ...only.case, kind: 'invalid' } }])

    expect(text('access.test.js')).toBe('')
    expect(text('products.test.js')).toContain("it('PUT /api/products/:id refuses another account'")
  })

  test('a refusal that was seen to change something is no row of the table', async () => {
    const [first, second] = seenStrangers as [Observation, Observation]
    const act = {
      request: { method: 'DELETE', url: '/', headers: {}, body: null },
      response: { status: 403, headers: {}, text: '', json: undefined, durationMs: 1 },
    }
    const changed = { table: 'products', change: 'deleted' as const, row: { id: 1 } }
    const { text } = await draft([{ ...first, passes: [{ act, follow: [], rows: [changed] }] }, second])

    expect(text('access.test.js')).not.toContain('PUT /api/products/:id')
    expect(text('products.test.js')).toContain("it('PUT /api/products/:id refuses another account'")
  })

  test('the start of many arrangements, with what it needs', async () => {
    const { text } = await draft([])

    expect(text('support/factories.js')).toContain(`
const given = {
  async product() {
    const user = await create.user();
    return { user, product: await create.product(user) };
  },
};`)
    expect(text('products.test.js')).toContain('const { user, product } = await given.product();')
  })

  test('what else is accepted, by the keys that change', async () => {
    const mug = {
      sku: { is: 'text', parts: ['SKU-', unique('integer', 'sku')] },
      category: unique('word', 'category', 50),
    }
    const variant = (title: string, body: object, name: unknown, stock: unknown) =>
      seen(
        'success',
        title,
        [user],
        request('POST /api/products', { body: { ...mug, ...body, priceCents: 1250 }, as: 'user' }),
        expected(
          201,
          {
            id: format('integer'),
            sellerId: same('user.response.user.id'),
            ...sames('act.request', 'sku', 'category', 'priceCents'),
            name,
            stock,
            description: '',
            createdAt: format('date-time'),
          },
          [row('inserted', 'products', { id: same('act.response.id') }, { name, stock })],
        ),
      )
    const { text } = await draft([
      variant('needs the required fields only', { name: 'Mug' }, same('act.request.name'), 0),
      variant(
        'accepts a name beyond ASCII',
        { name: 'Zażółć', stock: 3 },
        same('act.request.name'),
        same('act.request.stock'),
      ),
    ])

    expect(text('products.test.js')).toContain(`
it.each([
  ['needs the required fields only', { stock: undefined }, { stock: 0 }],
  ['accepts a name beyond ASCII', { name: 'Zażółć' }],
])('POST /api/products %s', async (_, changes, shown = changes) => {
  const user = await create.user();
  const response = await user.api.post('/api/products', build.product(changes));
  expectResponse(response, 201, expect.objectContaining(shown));
  await expectRow('products', response.body.id, shown);
});
`)
  })

  test('refusals that look for different rows, by all rows, each with what it sends', async () => {
    const account = { email: unique('email', 'email'), password: 'correct-horse-1', name: 'Ada' }
    const refused = (title: string, change: object, looks: RowExpectation[]) => {
      const act = request('POST /api/auth/register', { body: { ...account, ...change } })
      return changingNothing(seen('invalid', title, [], act, expected(400, failure('invalid', 'Not so'), looks)))
    }
    const byEmail = row('inserted', 'users', { email: same('act.request.email') }, {}, 0)
    const { text } = await draft([
      refused('refuses an empty name', { name: '' }, [byEmail]),
      refused('refuses an empty email', { email: '' }, []),
    ])

    expect(text('auth.test.js')).toContain(`
  ['name', { name: '' }],
  ['email', { email: '' }],
])('POST /api/auth/register refuses an empty %s', async (_, changes) => {
  const before = await ownRows();
  expectError(await api.post('/api/auth/register', build.user(changes)), 400, 'invalid', 'Not so');
  expect(await ownRows()).toEqual(before);
`)
  })

  test('a refused write, by all rows, also where nothing tells what to look for', async () => {
    const body = { email: 'a@example.com', password: 'correct-horse-1', name: 'Ada' }
    const twice = seen(
      'duplicate',
      'refuses a second account',
      [],
      request('POST /api/auth/register', { body }),
      expected(409, failure('taken', 'Taken')),
    )
    const { text } = await draft([changingNothing(twice)])

    expect(text('auth.test.js')).toContain(`
  expectError(response, 409, 'taken', 'Taken');
  expect(await ownRows()).toEqual(before);
`)
  })

  test('filters of a list, each by a value of its own', async () => {
    const filter = (name: string, finds: object, misses: object) => {
      const category = { category: ref('product.request.category') }
      const list = (query: object) => request('GET /api/products', { query: { ...category, ...query } })
      const found = (items: unknown[]) => expected(200, { items, total: items.length })
      return seen('filter', `filters by ${name}`, [user, product], list(finds), found([same('product.response')]), [
        [list(misses), found([])],
      ])
    }
    const { text } = await draft([
      filter('min price', { minPrice: 1250 }, { minPrice: 1251 }),
      filter('max price', { maxPrice: 1250 }, { maxPrice: 1249 }),
    ])

    expect(text('products.test.js')).toContain(`
  ['min price', { minPrice: 1250 }, { minPrice: 1251 }],
  ['max price', { maxPrice: 1250 }, { maxPrice: 1249 }],
])('GET /api/products filters by %s', async (_, matching, other) => {
`)
    expect(text('products.test.js')).toContain(
      "const reread = await api.get('/api/products', { category: product.category, ...other });",
    )
  })

  test('the same request after different last steps, where it changes nothing', async () => {
    const refusedAfter = (step: string, message: string) => {
      const arrange = [user, product, order, binding(step, step, { user: 'user', order: 'order' })]
      const act = request('POST /api/orders/{id}/pay', { params: byOrder, as: 'user' })
      return changingNothing(
        seen('workflow', `refuses to pay after ${step}`, arrange, act, expected(409, failure('not_pending', message))),
      )
    }
    const { text } = await draft(
      [refusedAfter('pay', 'Already paid'), refusedAfter('cancel', 'Already cancelled')],
      [action('pay'), action('cancel')],
    )

    expect(text('orders.test.js')).toContain(`
it.each([
  ['pay', act.pay, 'Already paid'],
  ['cancel', act.cancel, 'Already cancelled'],
])('POST /api/orders/:id/pay refuses to pay after %s', async (_, step, message) => {
  const { user, product } = await given.product();
  const order = await create.order(user, product);
  await step(user, order);
  const before = await ownRows();

  expectError(await user.api.post(\`/api/orders/\${order.id}/pay\`), 409, 'not_pending', message);
  expect(await ownRows()).toEqual(before);
});
`)
  })

  test('an answer that is what an actor was answered before', async () => {
    const { text } = await draft([])

    expect(text('auth.test.js')).toContain('expectResponse(response, 200, { token: like.jwt, user: user.json });')
    expect(text('support/factories.js')).toContain('json: response.body.user,')
  })
})
