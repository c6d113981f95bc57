import { beforeAll, describe, expect, test } from 'vitest'
import type { Observation } from '../../../../src/contracts/observation.ts'
import { binding, expected, format, ref, request, row, same, seen, unique } from './fixtures/build.ts'
import { draftShop as draft, failure, order, other, product, user } from './fixtures/draft-shop.ts'

let file = ''

/** What the test of a case says. */
const drafted = (title: string) => file.split(`${title}', async () => {\n`)[1]?.split('\n});')[0]?.trimEnd()

const done = expected(200, { done: true })
const create = request('POST /things', { body: { a: 1 }, as: 'user' })
const created = expected(201, { id: format('integer') })

const asks = (title: string, query: Record<string, unknown>) =>
  seen('success', title, [user, product], request('GET /things', { query }), done)
const creates = (title: string, answer = created, follow: [typeof create, typeof created][] = []) =>
  seen('success', title, [user], create, answer, follow)

/** Each at an endpoint of its own, so that none is told beside another. */
function apart(observation: Observation, index: number): Observation {
  const [method, path] = observation.case.act.endpoint.split(' ')
  const endpoint = `${method} /things/part${index}${path === '/things' ? '' : path}`
  const { case: subject } = observation
  return { ...observation, case: { ...subject, endpoint, act: { ...subject.act, endpoint } } }
}

beforeAll(async () => {
  const { text } = await draft(
    [
      asks('asks by fixed values', { page: 2, all: true, sort: '-name' }),
      asks('asks by an id', { product: ref('product.response.id') }),
      asks('asks by a fresh word', { category: ref('product.response.category') }),
      asks('asks by a word made here', { q: unique('word', 'q') }),
      asks('asks by a time', { since: ref('product.response.createdAt') }),
      asks('asks by a text made here', { q: unique('text', 'q') }),
      asks('asks by a text that is fixed', { q: 'pens & ink' }),
      seen(
        'success',
        'asks by what was made otherwise',
        [user, { ...product, overrides: { category: { is: 'literal', value: 'pens & ink' } } }],
        request('GET /things', { query: { category: ref('product.response.category') } }),
        done,
      ),
      asks('asks by a list', { tags: ['a', 'b'] }),
      asks('asks by nothing', { q: null }),
      asks('asks by several', { page: 2, q: unique('text', 'q') }),
      seen(
        'success',
        'sends a plain query',
        [user],
        { ...create, query: request('', { query: { dry: true } }).query },
        done,
      ),
      seen(
        'success',
        'sends a text',
        [user],
        { ...create, query: request('', { query: { q: unique('text', 'q') } }).query },
        done,
      ),
      creates('looks no more', created, [[request('GET /things'), expected(200, { things: 1 })]]),
      creates(
        'finds a row',
        expected(201, { id: format('integer') }, [row('inserted', 'products', { id: same('act.response.id') })]),
      ),
      creates('reads it', created, [[request('GET /things/{id}', { params: { id: ref('act.response.id') } }), done]]),
      creates('lists it', created, [[request('GET /things'), expected(200, [same('act.response.id')])]]),
      creates('tells headers', {
        ...created,
        headers: { Location: { is: 'equals', value: '/things/1', provenance: 'observed' } },
      }),
      creates(
        'is refused at length',
        expected(409, failure('there_already', 'There is such a thing already, so there')),
      ),
      seen('success', 'has two', [user, other], request('GET /things'), done),
      seen('success', 'has three', [user, other, binding('third', 'user')], request('GET /things'), done),
      seen('success', 'has three in two lines', [user, product, order], request('GET /things'), done),
    ].map(apart),
  )
  file = text('things.test.js').replace(/\/part\d+/g, '')
})

describe('a query', () => {
  test.each([
    ['fixed values', "'/things?page=2&all=true&sort=-name'"],
    ['an id', `\`/things?product=\${product.id}\``],
    ['a fresh word', `\`/things?category=\${product.category}\``],
    ['a word made here', `\`/things?q=\${unique.word('q')}\``],
  ])('stands in the address: %s', (by, address) => {
    expect(drafted(`asks by ${by}`)).toContain(`api.get(${address})`)
  })

  test.each([
    ['a time', '{ since: product.createdAt }'],
    ['a text made here', "{ q: unique.text('q') }"],
    ['a text that is fixed', "{ q: 'pens & ink' }"],
    ['what was made otherwise', '{ category: product.category }'],
    ['a list', "{ tags: ['a', 'b'] }"],
    ['nothing', '{ q: null }'],
    ['several', "{ page: 2, q: unique.text('q') }"],
  ])('stands beside an address that would have to encode it: %s', (by, query) => {
    expect(drafted(`asks by ${by}`)).toContain(`api.get('/things', ${query})`)
  })

  test('goes with a body', () => {
    expect(drafted('sends a plain query')).toContain("user.api.post('/things?dry=true', { a: 1 })")
    expect(drafted('sends a text')).toContain("user.api.post('/things', { a: 1 }).query({ q: unique.text('q') })")
  })
})

describe('an answer', () => {
  test('that is not looked at again has no name, nor has that of a request after it', () => {
    expect(drafted('looks no more')).toBe(`  const user = await create.user();
  expectResponse(await user.api.post('/things', { a: 1 }), 201, { id: like.integer });

  expectResponse(await api.get('/things'), 200, { things: 1 });`)
  })

  test.each([
    ['finds a row', "await expectRow('products', response.body.id);"],
    ['reads it', `expectResponse(await api.get(\`/things/\${response.body.id}\`), 200, { done: true });`],
    ['lists it', "expectResponse(await api.get('/things'), 200, [response.body.id]);"],
    ['tells headers', "expect(response.headers).toMatchObject({ location: '/things/1' });"],
  ])('has a name where something after it %s', (title, use) => {
    expect(drafted(title)).toContain(`
  const response = await user.api.post('/things', { a: 1 });
  expectResponse(response, 201, { id: like.integer });
`)
    expect(drafted(title)).toContain(use)
  })

  test('has a name where it does not fit beside its request', () => {
    expect(drafted('is refused at length')).toBe(`  const user = await create.user();
  const response = await user.api.post('/things', { a: 1 });
  expectError(response, 409, 'there_already', 'There is such a thing already, so there');`)
  })
})

test.each([
  ['has two', ''],
  ['has three', '\n'],
  ['has three in two lines', ''],
])('a blank line ends an arrangement of more than two lines: %s', (title, gap) => {
  expect(drafted(title)?.replace(/^.*;\n(?=\n? {2}expectResponse)/s, '')).toBe(
    `${gap}  expectResponse(await api.get('/things'), 200, { done: true });`,
  )
})
