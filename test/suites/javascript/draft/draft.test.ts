import { Script } from 'node:vm'
import { describe, expect, test } from 'vitest'
import type { RowChange } from '../../../../src/contracts/environment.ts'
import type { Credential, Observation } from '../../../../src/contracts/observation.ts'
import type { DraftInput } from '../../../../src/contracts/plugs.ts'
import { patternAt } from '../../../../src/suites/javascript/draft/json.ts'
import { draftJestSuite } from '../../../../src/suites/jest/draft.ts'
import { articlesInput } from './fixtures/articles.ts'
import { binding, expected, format, pattern, ref, request, row, same, sames, seen } from './fixtures/build.ts'
import { shopInput } from './fixtures/shop.ts'
import { contentOf } from './fixtures/suite.ts'

const silence = { status: 204, headers: {}, text: '', json: undefined, durationMs: 1 }

describe('a drafted suite', () => {
  test.each([
    ['articles', articlesInput],
    ['shop', shopInput],
  ])('is the same for the same input and parses: %s', async (_, input) => {
    const first = await draftJestSuite(input)
    const second = await draftJestSuite(structuredCloneInput(input))

    expect(second).toEqual(first)
    for (const { path, content } of first.files.filter(({ path }) => path.endsWith('.js'))) {
      expect(() => new Script(content, { filename: path })).not.toThrow()
    }
  })

  test.each([
    ['articles', articlesInput],
    ['shop', shopInput],
  ])('stays small and names no noise: %s', async (_, input) => {
    const { files, tests } = await draftJestSuite(input)
    const code = files.filter(({ kind }) => kind === 'test' || kind === 'helper')
    const lines = (text: string) => text.split('\n').length - 1
    const endpoints = new Set(input.exploration.observations.map(({ case: { endpoint } }) => endpoint)).size

    expect(tests).toBe(input.exploration.observations.length)
    expect(Math.max(...code.map(({ content }) => lines(content)))).toBeLessThanOrEqual(300)
    expect(code.reduce((sum, { content }) => sum + lines(content), 0)).toBeLessThanOrEqual(240 + 45 * endpoints)
    for (const { content } of code) {
      expect(content).not.toMatch(/generated|setTimeout|toMatchSnapshot|[«»]/i)
    }
  })

  test('lists every test with the case it came from', async () => {
    const { cases, files } = await draftJestSuite(shopInput)

    expect(cases?.map((one) => one.case).toSorted()).toEqual(
      shopInput.exploration.observations.map((observation) => observation.case.id).toSorted(),
    )
    expect(cases).toContainEqual({
      file: 'test/integration/products.test.js',
      test: 'POST /api/products refuses a price of zero',
      case: 'POST /api/products invalid refuses a price of zero',
    })
    expect(files.map(({ path }) => path)).toContain(cases?.[0]?.file)
  })

  test('points reviewers at the line of an assertion', async () => {
    const suite = await draftJestSuite(shopInput)

    expect(suite.review.length).toBeGreaterThan(5)
    for (const { file, line, assertion, why } of suite.review) {
      expect(contentOf(suite, file).split('\n')[line - 1]?.trim()).toBe(assertion)
      expect(assertion).toMatch(/^expect(Response|Error|Invalid)\(/)
      expect(why).toMatch(/^observed only: status \d{3}/)
    }
  })
})

describe('tests', () => {
  test('make refusals that differ in one field the rows of a table', async () => {
    const suite = await draftJestSuite(shopInput)

    expect(contentOf(suite, 'test/integration/products.test.js')).toContain(
      `
  ['product without a name', { name: undefined }, 'name'],
`,
    )
  })

  test('get what they send from the builder that the factory uses', async () => {
    const suite = await draftJestSuite(shopInput)

    expect(contentOf(suite, 'test/integration/products.test.js')).toContain(
      "user.api.post('/api/products', build.product(changes))",
    )
    expect(contentOf(suite, 'test/integration/auth.test.js')).toContain(
      "api.post('/api/auth/register', build.user({ email: user.email }));",
    )
    expect(contentOf(suite, 'test/integration/support/factories.js')).toContain(
      "user.api.post('/api/products', build.product(overrides));",
    )
  })

  test('look at the rows before and after a refusal', async () => {
    const suite = await draftJestSuite(shopInput)

    expect(contentOf(suite, 'test/integration/products.test.js')).toContain(`
  const before = await rows('products', product.id);

  const response = await other.api.delete(\`/api/products/\${product.id}\`);
  expectError(response, 403, 'forbidden', 'Only the seller may change this product');
  expect(await rows('products', product.id)).toEqual(before);
`)
  })

  test('send what a factory kept of its request', async () => {
    const suite = await draftJestSuite(articlesInput)

    expect(contentOf(suite, 'tests/integration/support/factories.js')).toContain('password: user.password,')
    expect(contentOf(suite, 'tests/integration/users.test.js')).toContain('password: user.password')
  })

  test('give overrides as whole values', async () => {
    const suite = await draftJestSuite(shopInput)

    expect(contentOf(suite, 'test/integration/orders.test.js')).toContain(`create.order(user, product, {
    items: [{ productId: product.id, quantity: 4 }],
  });`)
  })
})

describe('tests that say the same', () => {
  const order = { items: [{ productId: ref('product.response.id'), quantity: 1 }] }
  const arrange = [binding('user'), binding('product', 'product', { user: 'user' })]
  const withMore = (...more: Observation[]): DraftInput => ({
    ...shopInput,
    exploration: { ...shopInput.exploration, observations: [...shopInput.exploration.observations, ...more] },
  })
  const unauthenticated = { error: { code: 'unauthenticated', message: 'A valid bearer token is required' } }

  test('refuse all endpoints without a credential in one table', async () => {
    const more = (['none', 'malformed', 'tampered', 'expired'] as const).map((how) => {
      const as: Credential =
        how === 'none' ? { is: 'none' } : { is: 'invalid', how, as: how === 'malformed' ? null : 'user' }
      const act = request('PUT /api/products/{id}', { params: { id: ref('product.response.id') }, body: order, as })
      const title = `refuses a request with ${how === 'none' ? 'no' : how === 'malformed' ? 'a malformed' : how === 'expired' ? 'an expired' : 'a tampered'} token`
      return seen('unauthenticated', title, arrange, act, expected(401, unauthenticated))
    })
    const suite = await draftJestSuite(withMore(...more))
    const text = contentOf(suite, 'test/integration/access.test.js')

    expect(text).toContain(`
  'DELETE /api/products/:id': [
    given.product,
    ({ product }) => api.delete(\`/api/products/\${product.id}\`),
  ],
`)
    expect(text).toContain(`
  ['a tampered token', tampered],
  ['an expired token', expired],
])('refuses a request with %s', (_way, spoil) => {
  it.each(Object.entries(requests))('%s', async (_, [arrange, send]) => {
    const made = await arrange();
    const before = await ownRows();

    const response = await send(made).set(spoil(made.user.headers));
    expectError(response, 401, 'unauthenticated', 'A valid bearer token is required');
    expect(await ownRows()).toEqual(before);
`)
    expect(suite.cases).toContainEqual({
      file: 'test/integration/access.test.js',
      test: 'refuses a request with an expired token > PUT /api/products/:id',
      case: 'PUT /api/products/{id} unauthenticated refuses a request with an expired token',
    })
  })

  test.each([
    ['what it was', {}, "{ ...before, status: 'paid', updated_at: like.whatever }"],
    [
      'what it was but for a time of creation that moved',
      { created_at: '2026-01-02T00:00:00.000Z' },
      'created_at: like.whatever',
    ],
  ])('compare an updated row with %s', async (_, moved, wanted) => {
    const act = request('PATCH /api/orders/{id}', { params: { id: ref('order.response.id') }, as: 'user' })
    const answer = expected(204, undefined, [
      row(
        'updated',
        'orders',
        { id: same('order.response.id') },
        { status: 'paid', total_cents: 1250, created_at: same('order.response.createdAt') },
      ),
    ])
    const bindings = [...arrange, binding('order', 'order', { user: 'user', product: 'product' })]
    const then = '2026-01-01T00:00:00.000Z'
    const before = { id: 'x', status: 'pending', total_cents: 1250, created_at: then, updated_at: then }
    const changes: RowChange[] = [
      { table: 'orders', change: 'updated', before, after: { ...before, status: 'paid', ...moved } },
    ]
    const exchange = { request: { method: 'PATCH', url: '/', headers: {}, body: null }, response: silence }
    const observation = {
      ...seen('success', 'marks an order', bindings, act, answer),
      passes: [{ act: exchange, follow: [], rows: changes }],
    }
    const text = contentOf(await draftJestSuite(withMore(observation)), 'test/integration/orders.test.js')

    expect(text).toContain("const [before] = await rows('orders', order.id);")
    expect(text).toContain("expect(await rows('orders', order.id)).toEqual([")
    expect(text).toContain(wanted)
  })

  test('expect a thing made by its factory as that thing', async () => {
    const items = [
      {
        productId: same('product.response.id'),
        productName: same('product.response.name'),
        unitPriceCents: same('product.response.priceCents'),
        quantity: 1,
      },
    ]
    const made = {
      id: same('act.response.id'),
      status: 'pending',
      totalCents: 1250,
      createdAt: format('date-time'),
      items,
    }
    const create = seen(
      'success',
      'places an order',
      arrange,
      request('POST /api/orders', { body: order, as: 'user' }),
      expected(201, { ...made, id: format('uuid') }),
    )
    const read = seen(
      'success',
      'reads the order',
      [...arrange, binding('order', 'order', { user: 'user', product: 'product' })],
      request('GET /api/orders/{id}', { params: { id: ref('order.response.id') }, as: 'user' }),
      expected(200, { ...made, ...sames('order.response', 'id', 'createdAt') }),
    )
    const text = contentOf(await draftJestSuite(withMore(create, read)), 'test/integration/orders.test.js')

    expect(text).toContain(`expectResponse(await user.api.get(\`/api/orders/\${order.id}\`), 200, order);`)
  })

  test('leave the wording to a validator that names the field', async () => {
    const suite = await draftJestSuite(shopInput)

    expect(contentOf(suite, 'test/integration/products.test.js')).toContain(
      "expectInvalid(await user.api.post('/api/products', build.product(changes)), 'body', path);",
    )
    expect(contentOf(suite, 'test/integration/support/assertions.js')).toContain(`
  expectError(response, 400, 'validation_failed', 'Invalid request', [
    { in: part, path, message: expect.any(String) },
  ]);`)
  })

  test('cut a message that would make a row longer than its line, where nothing else tells the field', async () => {
    const existing = async (path: string) => (path === '.prettierrc' ? '{ "printWidth": 86 }' : null)
    const observations = shopInput.exploration.observations.map((observation) => {
      const { body } = observation.expected
      const details = body && patternAt(body, ['error', 'details', 0, 'message'])
      if (observation.case.kind !== 'invalid' || !details) return observation
      return { ...observation, expected: { ...observation.expected, body: pattern({ errors: [details] }) } }
    })
    const suite = await draftJestSuite({
      ...shopInput,
      existing,
      exploration: { ...shopInput.exploration, observations },
    })
    const text = contentOf(suite, 'test/integration/products.test.js')

    expect(text).toMatch(
      /\['name longer than 120 characters', \{ name: 'x'\.repeat\(121\) \}, '[a-z0-9 ]*characters long'\],/,
    )
    expect(text).toContain('errors: [expect.stringContaining(errors)]')
  })
})

function structuredCloneInput(input: DraftInput): DraftInput {
  const { existing, ...data } = input
  return { ...structuredClone(data), existing }
}
