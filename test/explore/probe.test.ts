import { expect, it } from 'vitest'
import { probe } from '../../src/explore/index.ts'
import { notesApp } from './notes-app.ts'

it('answers explicit requests, each with the rows it changed', async () => {
  const { app, map, servers } = notesApp()
  const answers = await probe({
    map,
    app,
    signal: new AbortController().signal,
    requests: [
      { method: 'POST', path: '/notes', body: { title: 'Mine' }, as: 'user' },
      { method: 'PUT', path: '/notes/3', body: { title: 'Taken over' }, as: 'other' },
      { method: 'GET', path: '/notes?limit=5' },
    ],
  })
  expect(answers.map(({ status }) => status)).toEqual([201, 403, 200])
  expect(answers[0]?.rows).toMatchObject([{ table: 'notes', change: 'inserted', row: { title: 'Mine' } }])
  expect(answers[1]?.rows).toEqual([])
  expect(answers[2]?.body).toMatchObject({ total: 1 })
  expect(servers.size).toBe(0)
})
