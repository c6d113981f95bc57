import { describe, expect, it } from 'vitest'
import type { Case, CaseKind, Observation } from '../../src/contracts/observation.ts'
import { rankSpare } from '../../src/explore/spare.ts'

function observed(endpoint: string, kind: CaseKind, detail: string, status = 200): Observation {
  const subject: Case = {
    id: `${endpoint} ${kind} ${detail}`.trim(),
    endpoint,
    kind,
    title: '',
    arrange: [],
    act: {
      endpoint,
      params: {},
      query: {},
      headers: {},
      body: null,
      contentType: 'application/json',
      credential: { is: 'none' },
    },
    follow: [],
  }
  const expected = {
    status,
    statusProvenance: 'observed' as const,
    contentType: null,
    body: null,
    headers: {},
    rows: [],
  }
  return { case: subject, expected, follow: [], passes: [] }
}

const ranks = (...observations: Observation[]) => rankSpare(observations).map((one) => one.case.spare)

describe('how soon cases may go', () => {
  it.each<[string, CaseKind, string, number]>([
    ['a success', 'success', '', 200],
    ['a refused body', 'invalid', 'title missing', 422],
    ['an unknown thing', 'not_found', 'id', 404],
    ['another account', 'forbidden', '', 403],
    ['the second page', 'paging', '', 200],
    ['the things made in a list', 'list', 'made', 200],
    ['a value that is taken', 'duplicate', 'email', 409],
    ['no credential', 'unauthenticated', 'none', 401],
  ])('%s stays, however often it occurs', (_, kind, detail, status) => {
    const all = ['POST /a', 'POST /b', 'POST /a'].map((endpoint) => observed(endpoint, kind, detail, status))
    expect(rankSpare(all)).toEqual(all)
  })

  it.each<[string, CaseKind, string, number, [number | undefined, number]]>([
    ['values on their bounds', 'success', 'bounds', 201, [9, 9]],
    ['the required fields only', 'success', 'minimal', 201, [4, 6]],
    ['an emptied list', 'success', 'tags emptied', 200, [3, 5]],
    ['a longer list', 'success', 'tags extended', 200, [4, 6]],
    ['another word before a token', 'success', 'after Bearer', 200, [2, 8]],
    ['a whole list', 'list', 'whole', 200, [6, 7]],
    ['the size of a page', 'paging', 'size', 200, [7, 8]],
    ['a refused query', 'invalid', '?page too large', 400, [6, 8]],
    ['a list that two things share', 'workflow', 'tags shared', 200, [4, 6]],
    ['what one does to oneself', 'workflow', 'oneself', 422, [5, 7]],
    ['an undoing of nothing', 'workflow', 'without follow', 200, [4, 7]],
    ['a derived value that is taken', 'duplicate', 'title derived', 409, [2, 3]],
    ['a tampered credential', 'unauthenticated', 'tampered', 401, [undefined, 4]],
  ])('%s: the first of the application later than those after it', (_, kind, detail, status, expected) => {
    const all = ['POST /a', 'POST /b', 'POST /a'].map((endpoint) => observed(endpoint, kind, detail, status))
    expect(ranks(...all)).toEqual([...expected, expected[1]])
  })

  it.each<[string, CaseKind, (name: string) => string, [number, number]]>([
    ['filters', 'filter', (name) => name, [2, 5]],
    ['updates of one field', 'success', (name) => `only ${name}`, [5, 9]],
  ])('%s: each endpoint has a first one', (_, kind, detail, [first, further]) => {
    const all = ['GET /a', 'GET /b'].flatMap((endpoint) =>
      ['tag', 'author'].map((name) => observed(endpoint, kind, detail(name))),
    )
    expect(ranks(...all)).toEqual([first, further, first, further])
  })

  it.each<[string, CaseKind, string, [number, number], [number, number]]>([
    ['repeating a request', 'repeat', '', [1, 2], [4, 6]],
    ['a request after another', 'workflow', 'after pay', [1, 2], [3, 8]],
  ])('%s: what is refused stays longer than what is not', (_, kind, detail, refused, accepted) => {
    const all = [409, 409, 200, 200].map((status, index) => observed(`POST /${index}`, kind, detail, status))
    expect(ranks(...all)).toEqual([...refused, ...accepted])
  })

  it('what is accepted after another request: each such request has a first one', () => {
    const then = (endpoint: string, done: string) => observed(endpoint, 'workflow', `after ${done}`)
    expect(ranks(then('GET /a', 'follow'), then('GET /a', 'like'), then('GET /b', 'like'))).toEqual([3, 3, 8])
  })

  it('nothing else of an observation changes', () => {
    const one = observed('POST /a', 'success', 'bounds', 201)
    expect(rankSpare([one])).toEqual([{ ...one, case: { ...one.case, spare: 9 } }])
    expect(one.case.spare).toBeUndefined()
  })
})
