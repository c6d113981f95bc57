import { expect, it } from 'vitest'
import type { Finding } from '../../../src/contracts/observation.ts'
import type { Endpoint, ProjectMap } from '../../../src/contracts/project.ts'
import type { Fault } from '../../../src/verify/faults/fault.ts'
import { heldBack } from '../../../src/verify/faults/held-back.ts'

const endpoint = (method: string, path: string, handler?: string) =>
  ({ method, path, ...(handler ? { handler } : {}) }) as Endpoint
const map = {
  endpoints: [
    endpoint('GET', '/posts', 'src/posts.js:10'),
    endpoint('DELETE', '/posts/{id}', 'src/posts.js:40'),
    endpoint('PUT', '/posts/{id}', 'src/posts.js:60'),
    endpoint('GET', '/health'),
  ],
} as ProjectMap
const bug = (table?: string) => [{ id: 'F1', endpoint: 'DELETE /posts/{id}', ...(table ? { table } : {}) } as Finding]
const fault = (line: number, what = 'the condition user is dropped from the query on likes', file = 'src/posts.js') =>
  ({ file, line, what }) as Fault

it('a fault cannot be noticed in a handler whose bug is about the same table', () => {
  expect(heldBack(fault(45), map, bug('likes'))).toBe('F1')
})

it.each([
  ['before the first handler', fault(5), bug('likes')],
  ['in another handler', fault(61), bug('likes')],
  ['in another file', fault(45, undefined, 'src/likes.js'), bug('likes')],
  ['about another table', fault(45, 'the insert on likes_log is not made'), bug('likes')],
  ['with a bug that is about no table', fault(45), bug()],
  ['without a bug', fault(45), []],
])('%s it can', (_, given, findings) => {
  expect(heldBack(given, map, findings)).toBe(null)
})
