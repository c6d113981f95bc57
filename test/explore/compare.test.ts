import { describe, expect, it } from 'vitest'
import type { Json } from '../../src/contracts/json.ts'
import type { Pattern } from '../../src/contracts/observation.ts'
import { type Comparison, compare } from '../../src/explore/compare.ts'
import type { Source } from '../../src/explore/sources.ts'

const source = (from: string, at: Source['at'], path: string[], values: [Json, Json]): Source => ({
  from,
  at,
  path,
  values,
  key: (path.at(-1) ?? '').toLowerCase(),
  tracks: values[0] !== values[1],
})

const both = (a: Json, b: Json, sources: Source[] = [], list = false) =>
  compare(a, b, {
    sources,
    list,
    closed: list,
    hidden: [],
    changedAt: 'anywhere',
    limit: null,
    reordered: false,
    places: null,
  })

describe('what two sightings have in common', () => {
  it('is the literal where both show the same, and its class where they differ', () => {
    expect(both({ state: 'open', n: 3, id: 7 }, { state: 'open', n: 4, id: 9 })).toEqual({
      is: 'object',
      exact: true,
      properties: {
        state: { is: 'equals', value: 'open', provenance: 'observed' },
        n: { is: 'format', format: 'integer', provenance: 'observed' },
        id: { is: 'format', format: 'integer', provenance: 'observed' },
      },
    })
  })

  it('promises no order inside of a thing for what the case made, however often it was the same by chance', () => {
    const sent = [0, 1].map((index) =>
      source('act', 'request', ['tags', String(index)], [`tag-first-${index}`, `tag-other-${index}`]),
    )
    const [one, two] = sent.map(({ path }) => ({ is: 'same', at: 'request', path }))
    const first = { tags: ['tag-first-0', 'tag-first-1'] }

    for (const second of [
      ['tag-other-0', 'tag-other-1'],
      ['tag-other-1', 'tag-other-0'],
    ])
      expect(both(first, { tags: second }, sent)).toMatchObject({
        properties: { tags: { is: 'array', ordered: false, items: [one, two] } },
      })
    expect(both({ roles: ['read', 'write'] }, { roles: ['read', 'write'] })).toMatchObject({
      properties: { roles: { is: 'array', ordered: true } },
    })
  })

  it('takes no place in the code for a literal', () => {
    const page =
      '<pre>TypeError: x<br> &nbsp; &nbsp;at /srv/app/app.js:4:77<br> &nbsp; &nbsp;at next (/srv/app/r.js:1:2)</pre>'
    expect(both(page, page)).toEqual({ is: 'format', format: 'string', provenance: 'observed' })
    expect(both('meet at 12:30:10', 'meet at 12:30:10')).toMatchObject({ is: 'equals' })
  })

  it('never takes an id, a moment or a token for a literal', () => {
    expect(both({ id: 7 }, { id: 7 })).toMatchObject({ properties: { id: { is: 'format', format: 'integer' } } })
    const moment = '2026-01-01T00:00:00.000Z'
    expect(both({ at: moment }, { at: moment })).toMatchObject({
      properties: { at: { is: 'format', format: 'date-time' } },
    })
    const token = 'eyJhbGciOiJ.eyJzdWIiOjF.c2lnbmF0dXJl'
    expect(both({ token }, { token })).toMatchObject({ properties: { token: { is: 'format', format: 'jwt' } } })
  })

  it('prefers the reference whose name fits over one that happens to be equal', () => {
    const sources = [source('product', 'response', ['id'], [4, 9]), source('user', 'response', ['id'], [4, 9])]
    expect(both({ productId: 4, userId: 4 }, { productId: 9, userId: 9 }, sources)).toMatchObject({
      properties: { productId: { is: 'same', from: 'product' }, userId: { is: 'same', from: 'user' } },
    })
  })

  it('does not refer to a small constant by coincidence', () => {
    const sources = [source('order', 'response', ['count'], [2, 2])]
    expect(both({ quantity: 2 }, { quantity: 2 }, sources)).toMatchObject({
      properties: { quantity: { is: 'equals', value: 2 } },
    })
  })

  it('is its own items alone in a list that strangers share', () => {
    const sources = [
      source('note', 'response', ['id'], [11, 42]),
      source('note', 'request', ['title'], ['Title aa1bb2', 'Title cc3dd4']),
    ]
    const first = {
      notes: [
        { id: 11, title: 'Title aa1bb2' },
        { id: 3, title: 'Old' },
      ],
      total: 2,
    }
    const second = {
      notes: [
        { id: 50, title: 'Other' },
        { id: 42, title: 'Title cc3dd4' },
      ],
      total: 2,
    }
    expect(both(first, second, sources, true)).toMatchObject({
      properties: {
        notes: {
          is: 'contains',
          items: [{ properties: { id: { is: 'same', from: 'note' }, title: { is: 'same', from: 'note' } } }],
        },
        total: { is: 'format', format: 'integer' },
      },
    })
  })

  it('is a nullable class where one of both is null, and nothing where the structure differs', () => {
    expect(both({ image: null }, { image: 'https://example.com/a' })).toMatchObject({
      properties: { image: { is: 'format', format: 'url', nullable: true } },
    })
    expect(both({ a: { b: 1 } }, { a: 'text' })).toBeNull()
  })

  it('takes two times for one only where they belong to one thing', () => {
    const moments: [Json, Json] = ['2026-01-01T00:00:00.123Z', '2026-01-02T00:00:00.456Z']
    const sources = [
      source('act', 'response', ['note', 'id'], [7, 19]),
      source('act', 'response', ['note', 'createdAt'], moments),
      source('act', 'request', ['tags', 'name'], ['tag aa1bb2', 'tag cc3dd4']),
    ]
    const own = both({ id: 7, created_at: moments[0] }, { id: 19, created_at: moments[1] }, sources)
    expect(own).toMatchObject({ properties: { created_at: { is: 'same', from: 'act', path: ['note', 'createdAt'] } } })
    const others = both(
      { name: 'tag aa1bb2', created_at: moments[0] },
      { name: 'tag cc3dd4', created_at: moments[1] },
      sources,
    )
    expect(others).toMatchObject({
      properties: { name: { is: 'same' }, created_at: { is: 'format', format: 'date-time' } },
    })
  })

  it('says of an empty list that it is empty only where nobody else could be in it', () => {
    const hidden: Pattern = { is: 'object', properties: {}, exact: false }
    const empty = (closed: boolean, items: Pattern[]) =>
      compare([], [], {
        sources: [],
        list: true,
        closed,
        hidden: items,
        changedAt: 'anywhere',
        limit: null,
        reordered: false,
        places: null,
      })
    expect(empty(true, [hidden])).toEqual({ is: 'array', items: [], ordered: true })
    expect(empty(false, [hidden])).toEqual({ is: 'lacks', items: [hidden] })
    expect(empty(false, [])).toMatchObject({ is: 'anything' })
  })

  it('does not take the order of fresh values for an undefined one', () => {
    const sources = [
      source('a', 'request', ['tag'], ['tagbbb1', 'tagccc2']),
      source('b', 'request', ['tag'], ['tagddd3', 'tagaaa4']),
    ]
    const context: Comparison = {
      sources,
      list: true,
      closed: true,
      hidden: [],
      changedAt: 'anywhere',
      limit: null,
      reordered: false,
      places: null,
    }
    expect(compare(['tagbbb1', 'tagddd3'], ['tagaaa4', 'tagccc2'], context)).toMatchObject({
      is: 'array',
      ordered: false,
    })
    expect(context.reordered).toBe(false)
  })
})
