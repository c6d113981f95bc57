import { describe, expect, it } from 'vitest'
import type { Json } from '../../src/contracts/json.ts'
import { complaintsOf, faultOf } from '../../src/explore/feedback.ts'

describe('complaints', () => {
  it.each<[string, Json]>([
    ['a map of lists', { errors: { title: ["can't be blank"] } }],
    ['a list with paths', { errors: [{ path: ['body', 'title'], message: 'Required' }] }],
    ['express-validator', { errors: [{ type: 'field', msg: 'Invalid value', path: 'title', location: 'body' }] }],
    [
      'a list nested in an error',
      { error: { code: 'x', details: [{ in: 'body', path: 'title', message: '"title" is required' }] } },
    ],
    ['one quoted sentence', { message: '"title" is required' }],
    ['class-validator', { message: ['title should not be empty'], statusCode: 400 }],
    ['ajv', { message: 'validation failed', errors: [{ instancePath: '/title', message: 'must be string' }] }],
  ])('are read out of %s', (_, body) => {
    expect(complaintsOf(body).map(({ field }) => field.replace(/^body\./, ''))).toContain('title')
  })

  it('are none in a body without a field', () => {
    expect(complaintsOf({ error: 'Bad Request', statusCode: 400 }).filter(({ field }) => field !== '')).toEqual([])
  })
})

describe('faults', () => {
  it.each([
    ['"title" is required', { is: 'missing' }],
    ["can't be blank", { is: 'missing' }],
    ['"color" is not allowed', { is: 'unexpected' }],
    ['must be at least 8 characters long', { is: 'short', least: 8 }],
    ['length must be less than or equal to 30 characters long', { is: 'long', most: 30 }],
    ['must be greater than or equal to 1', { is: 'low', least: 1 }],
    ['must be one of [red, blue]', { is: 'oneOf', values: ['red', 'blue'] }],
    ['must be a valid email', { is: 'format', format: 'email' }],
    ['must be an integer', { is: 'type', type: 'integer' }],
    ['has already been taken', { is: 'taken' }],
    ['fails to match the required pattern: /^[A-Z]+$/', { is: 'pattern', pattern: '/^[A-Z]+$/' }],
    ['is strange', { is: 'unknown' }],
  ])('%s', (message, fault) => {
    expect(faultOf(message)).toEqual(fault)
  })
})
