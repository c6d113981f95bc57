import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import {
  parseRequests,
  REQUESTS_VARIABLE,
  readRequestsHook,
  withRequire,
} from '../../../src/suites/javascript/requests.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'requests hook-'))
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

async function see(script: string) {
  const hook = join(folder, 'hook.cjs')
  const log = join(folder, 'requests.jsonl')
  writeFileSync(hook, await readRequestsHook())
  writeFileSync(log, '')
  const env = { ...process.env, [REQUESTS_VARIABLE]: log, NODE_OPTIONS: withRequire('--no-warnings', hook) }
  const output = execFileSync(process.execPath, ['-e', script], { env, encoding: 'utf8' })
  return {
    output,
    requests: parseRequests(readFileSync(log, 'utf8'), () => null).map(({ pid: _, ...request }) => request),
  }
}

it('sees calls that never touch a socket', async () => {
  const { requests } = await see(`
    const { IncomingMessage, ServerResponse } = require('node:http')
    const request = Object.assign(new IncomingMessage(null), { method: 'PUT', url: '/users/7?full=1' })
    const response = new ServerResponse(request)
    response.statusCode = 409
    response.end('{}')
  `)
  expect(requests).toEqual([{ method: 'PUT', path: '/users/7', status: 409 }])
})

it('tells the path that came in, not the one a mounted router left', async () => {
  const { requests } = await see(`
    const { IncomingMessage, ServerResponse } = require('node:http')
    const request = Object.assign(new IncomingMessage(null), { method: 'GET', url: '/7', originalUrl: '/users/7' })
    new ServerResponse(request).end()
  `)
  expect(requests).toEqual([{ method: 'GET', path: '/users/7', status: 200 }])
})

it('sees a server in a child process, counts a response once and adds no listener', async () => {
  const server = `
    const http = require('node:http')
    const server = http.createServer((req, res) => {
      const before = res.listenerCount('finish')
      res.end('x', () => { res.end(); server.close() })
      console.log('listeners', res.listenerCount('finish') - before)
    })
    server.listen(0, () => http.get({ port: server.address().port, path: '/once', agent: false }, (res) => res.resume()))
  `
  const { output, requests } = await see(
    `process.stdout.write(require('node:child_process').execFileSync(process.execPath, ['-e', ${JSON.stringify(server)}]))`,
  )
  expect(requests).toEqual([{ method: 'GET', path: '/once', status: 200 }])
  // The callback given to `end` is the application's own.
  expect(output).toBe('listeners 1\n')
})
