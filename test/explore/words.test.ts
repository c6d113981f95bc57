import { expect, it } from 'vitest'
import { curlFor } from '../../src/explore/curl.ts'
import { unmetCondition } from '../../src/explore/unmet.ts'
import { nounOf, singular } from '../../src/explore/words.ts'

it.each([
  ['movies', 'movie'],
  ['cookies', 'cookie'],
  ['categories', 'category'],
  ['boxes', 'box'],
  ['statuses', 'status'],
  ['series', 'series'],
  ['news', 'news'],
  ['articles', 'article'],
])('%s, one of them is a %s', (many, one) => {
  expect(singular(many)).toBe(one)
})

it('takes the last word of a name', () => {
  expect(nounOf('favorite_movies')).toBe('favoriteMovie')
})

it.each([
  ['Error: connect ECONNREFUSED 127.0.0.1:6379\n    at TCPConnectWrap', 'Error: connect ECONNREFUSED 127.0.0.1:6379'],
  [
    'x\n  code: "ENOTFOUND",\nError: getaddrinfo ENOTFOUND api.example.com',
    'Error: getaddrinfo ENOTFOUND api.example.com',
  ],
  ['The server does not support SSL connections', 'The server does not support SSL connections'],
  ['Error: self-signed certificate in certificate chain', 'Error: self-signed certificate in certificate chain'],
  ['TypeError: Cannot read properties of undefined', null],
  ['SequelizeUniqueConstraintError: Validation error', null],
])('tells an environment’s failure from the application’s own: %s', (printed, expected) => {
  expect(unmetCondition(printed)).toBe(expected)
})

it('shows a body that is no JSON as it is sent', () => {
  const act = {
    endpoint: 'POST /notes',
    params: {},
    query: {},
    headers: {},
    body: { is: 'literal' as const, value: '{"cut": "off' },
    contentType: 'application/json',
    credential: { is: 'none' as const },
  }
  expect(curlFor({ act })).toMatch(/-d '\{"cut": "off'$/)
})
