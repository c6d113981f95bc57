import { describe, expect, test } from 'vitest'
import type { Binding, Observation } from '../../../../src/contracts/observation.ts'
import { binding, expected, format, ref, request, sames, seen } from './fixtures/build.ts'
import { byProduct, draftShop as draft, failure, other, product, user } from './fixtures/draft-shop.ts'

const credentials = (actor: string) => ({
  email: ref(`${actor}.response.user.email`),
  password: ref(`${actor}.request.password`),
})

const refusedLogin = (title: string, change: object) => {
  const act = request('POST /api/auth/login', { body: { ...credentials('user'), ...change } })
  return seen('invalid', `refuses ${title}`, [user], act, expected(401, failure('wrong', 'Wrong')))
}

const logins = [
  refusedLogin('a wrong password', { password: 'nope' }),
  refusedLogin('an empty password', { password: '' }),
]

const another = binding('another', 'product', { user: 'user' })

const refusedOrder = (title: string, arrange: Binding[], body: object) => {
  const act = request('POST /api/orders', { body, as: 'user' })
  return seen('invalid', `refuses ${title}`, arrange, act, expected(400, failure('invalid', `Not ${title}`)))
}

const items = (of: string, quantity = 1) => ({ items: [{ productId: ref(`${of}.response.id`), quantity }] })

describe('what is sent is built', () => {
  test('from the things it refers to', async () => {
    const { text } = await draft(logins)

    expect(text('support/factories.js')).toContain(`
  login: (user, overrides) => ({ email: user.email, password: user.password, ...overrides }),
`)
    expect(text('auth.test.js')).toContain(`
  const user = await create.user();
  const response = await api.post('/api/auth/login', build.login(user));
`)
    expect(text('auth.test.js')).toContain(`
  ['a wrong password', { password: 'nope' }],
  ['an empty password', { password: '' }],
`)
    expect(text('auth.test.js')).toContain("await api.post('/api/auth/login', build.login(user, changes))")
  })

  test('from things of another name in the test', async () => {
    const login = seen(
      'success',
      'logs the other one in',
      [user, other],
      request('POST /api/auth/login', { body: credentials('other') }),
      expected(200, { token: format('jwt') }),
    )
    const { text } = await draft([
      ...logins,
      login,
      refusedOrder('so many', [user, product, another], items('another')),
    ])

    expect(text('auth.test.js')).toContain(`
  await create.user();
  const other = await create.user();
  expectResponse(await api.post('/api/auth/login', build.login(other)), 200, { token: like.jwt });
`)
    expect(text('orders.test.js')).toContain(`
  const another = await create.product(user);
  const response = await user.api.post('/api/orders', build.order(another));
`)
  })

  test('without the key that refers to a thing, which it is given all the same', async () => {
    const { text } = await draft([
      refusedOrder('no items', [user, product], {}),
      refusedOrder('an empty list', [user, product], { items: [] }),
      refusedOrder('a gift', [user, product], { ...items('product'), gift: true }),
      refusedOrder('a note', [user, product], { ...items('product'), note: 'x' }),
    ])

    expect(text('support/factories.js')).toContain(`
  order: (product, overrides) => ({
    items: [{ productId: product.id, quantity: 1 }],
    ...overrides,
  }),
`)
    expect(text('orders.test.js')).toContain(`
  ['no items', { items: undefined }, 'Not no items'],
  ['an empty list', { items: [] }, 'Not an empty list'],
  ['a gift', { gift: true }, 'Not a gift'],
  ['a note', { note: 'x' }, 'Not a note'],
])('POST /api/orders refuses %s', async (_, changes, message) => {
  const { user, product } = await given.product();
  const response = await user.api.post('/api/orders', build.order(product, changes));
`)
  })

  describe('of several keys, one of which refers to a thing', () => {
    const review = { productId: ref('product.response.id'), rating: 4, comment: 'Fine' }
    const sent = (kind: Observation['case']['kind'], title: string, arrange: Binding[], body: object) => {
      const act = request('POST /api/reviews', { body, as: 'user' })
      return seen(kind, title, arrange, act, kind === 'success' ? expected(204, undefined) : expected(409, {}))
    }
    const reviews = [
      sent('success', 'reviews', [user, product], review),
      sent('duplicate', 'refuses twice', [user, product], review),
      sent('workflow', 'refuses before it is there', [user, product], review),
    ]

    test('is given the thing where the key is left out', async () => {
      const { productId: _, ...rest } = review
      const { text } = await draft([...reviews, sent('repeat', 'refuses none', [user, product], rest)])

      expect(text('reviews.test.js')).toContain(`
    build.review(product, { productId: undefined }),
`)
    })

    test('is not used where there is no such thing', async () => {
      const { text } = await draft([...reviews, sent('repeat', 'refuses none', [user], { ...review, productId: 5 })])

      expect(text('reviews.test.js')).toContain("api.post('/api/reviews', build.review(product))")
      expect(text('reviews.test.js')).toContain(`
    productId: 5,
    rating: 4,
    comment: 'Fine',
`)
    })
  })

  test('by the tests themselves where they are only two', async () => {
    const { text } = await draft(logins.slice(1))

    expect(text('support/factories.js')).not.toContain('login')
    expect(text('auth.test.js')).toContain(`
    email: user.email,
    password: user.password,
`)
  })

  test('for changes under the name of what is changed', async () => {
    const update = (title: string, change: object) => {
      const body = { name: 'Mug, revised', priceCents: 1300, stock: 4, ...change }
      const act = request('PUT /api/products/{id}', { params: { id: ref('product.response.id') }, body, as: 'user' })
      const answer = 'stock' in change ? expected(400, failure('invalid', title)) : expected(204, undefined)
      return seen('stock' in change ? 'invalid' : 'success', title, [user, product], act, answer)
    }
    const { text } = await draft([
      update('updates', {}),
      update('refuses less than none', { stock: -1 }),
      update('refuses a fraction', { stock: 0.5 }),
      ...['first', 'second', 'third'].map((size, index) => {
        const act = request('PUT /api/settings', { body: { theme: 'dark', size, language: 'en' }, as: 'user' })
        return seen('success', `sets the ${size}`, [user], act, expected(200, { index }))
      }),
    ])

    expect(text('support/factories.js')).toContain(`
  productChanges: (overrides) => ({
    name: 'Mug, revised',
    priceCents: 1300,
    stock: 4,
    ...overrides,
  }),
`)
    expect(text('settings.test.js')).toContain("build.settingChanges({ size: 'third' })")
    expect(text('products.test.js')).toContain('build.productChanges()), 204);')
    expect(text('products.test.js')).toContain('build.productChanges(change));')
  })
})

describe('what is expected often has a helper', () => {
  const read = (part: number, of: string, more: object) => {
    const seller = { ...sames(`${of}.response.user`, 'id', 'email', 'name'), ...more }
    return seen('success', 'reads', [user, other], request(`GET /parts/${part}`), expected(200, { seller }))
  }

  test('that is given the thing it is made from, and that has the value seen most', async () => {
    const { text } = await draft([
      read(1, 'user', { following: true }),
      read(2, 'other', { following: true }),
      read(3, 'user', { following: false }),
      read(4, 'other', { following: false }),
      read(5, 'user', { following: false }),
      read(6, 'user', { following: false, since: format('date-time') }),
    ])

    expect(text('support/factories.js')).toContain(`
const view = {
  seller: (user) => ({ id: user.id, email: user.email, name: user.name, following: false }),
};
`)
    expect(text('parts.test.js')).toContain('{ seller: { ...view.seller(user), following: true } }')
    expect(text('parts.test.js')).toContain('{ seller: { ...view.seller(other), following: true } }')
    expect(text('parts.test.js')).toContain('{ seller: view.seller(user) }')
    expect(text('parts.test.js')).toContain('{ seller: view.seller(other) }')
    expect(text('parts.test.js')).toContain('{ seller: { ...view.seller(user), since: like.isoDate } }')
  })
})

test('what is answered alike but twice has no helper, however long its file', async () => {
  const seller = { seller: sames('user.response.user', 'id', 'email', 'name') }
  const reads = Array.from({ length: 70 }, (_, index) =>
    seen(
      'success',
      'reads a part',
      [user, product],
      request(`GET /api/products/{id}/part${index}`, { params: byProduct }),
      expected(200, index < 2 ? seller : { part: index }),
    ),
  )
  const { text } = await draft(reads)

  expect(text('support/factories.js')).not.toMatch(/\bview\b/)
})
