import { describe, expect, test } from 'vitest'
import { expected, format, ref, request, row, same, seen, unique } from './fixtures/build.ts'
import { byProduct, draftShop as draft, failure, forbidden, product, user } from './fixtures/draft-shop.ts'

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
