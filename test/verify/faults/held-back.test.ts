import { expect, it } from 'vitest'
import type { Finding } from '../../../src/contracts/observation.ts'
import type { Endpoint, ProjectMap } from '../../../src/contracts/project.ts'
import { heldBack } from '../../../src/verify/faults/held-back.ts'
import { findJavaScriptFaults } from '../../../src/verify/faults/javascript/index.ts'

const file = 'src/posts.js'
const text = `const { requireUser } = require('./auth')
router.get('/posts/:id/likes', async (req, res) => {
  res.json((await pool.query('SELECT id FROM likes WHERE post_id = $1', [req.params.id])).rows)
})
router.delete('/posts/:id/likes', requireUser, async (req, res) => {
  if (req.likes.user_id !== req.user.id) return res.status(403).end()
  await pool.query('DELETE FROM likes WHERE post_id = $1', [req.params.id])
  await pool.query('INSERT INTO likes_log (post_id) VALUES ($1)', [req.params.id])
  res.json({ likes: 0, post: req.params.id })
})
async function like(post) {
  await pool.query('INSERT INTO likes (post_id) VALUES ($1)', [post])
}
module.exports = { router, like }
`
const { faults } = findJavaScriptFaults([{ path: file, text }], ['pg', 'express'])
const map = {
  endpoints: [
    { method: 'GET', path: '/posts/{id}/likes', handler: `${file}:2` },
    { method: 'DELETE', path: '/posts/{id}/likes', handler: `${file}:5` },
    { method: 'GET', path: '/health' },
  ] as Endpoint[],
} as ProjectMap
const bug = (table?: string) =>
  [{ id: 'F1', endpoint: 'DELETE /posts/{id}/likes', ...(table ? { table } : {}) }] as Finding[]

/** The only fault of this kind on the line that begins with these words. */
function faultAt(line: number, kind: string, words = '') {
  const [fault, ...others] = faults.filter(
    (one) => one.line === line && one.kind === kind && one.what.startsWith(words),
  )
  if (!fault || others.length > 0) throw new Error(`${others.length + 1} of ${kind} on line ${line}`)
  return fault
}

it.each([
  ['write', 7],
  ['filter', 7],
])('a fault of %s cannot be noticed in a handler whose bug is about the same table', (kind, line) => {
  expect(heldBack(faultAt(line, kind), map, bug('likes'))).toBe('F1')
})

it.each([
  ['who is calling is no longer checked', faultAt(5, 'auth'), bug('likes')],
  ['whose it is is no longer checked', faultAt(6, 'ownership'), bug('likes')],
  ['it is about the answer', faultAt(9, 'field_dropped', 'the field likes'), bug('likes')],
  ['it is about another table', faultAt(8, 'write'), bug('likes')],
  ['it is in another handler', faultAt(3, 'filter'), bug('likes')],
  ['it is in a function below the handler', faultAt(12, 'write'), bug('likes')],
  ['the bug is about no table', faultAt(7, 'write'), bug()],
  ['there is no bug', faultAt(7, 'write'), []],
  ['it is in another file', { ...faultAt(7, 'write'), file: 'src/likes.js' }, bug('likes')],
])('it can where %s', (_, fault, findings) => {
  expect(heldBack(fault, map, findings)).toBe(null)
})
