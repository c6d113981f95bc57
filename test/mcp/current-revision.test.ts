import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const KEY = 'io.modelcontextprotocol'

/** Requests of protocol revision 2026-07-28, which has no handshake, and their answers by id. */
async function ask(requests: { method: string; params?: Record<string, unknown> }[]) {
  const base = await mkdtemp(path.join(os.tmpdir(), 'itb-mcp-'))
  const root = path.join(base, 'project')
  await mkdir(root)
  const fixture = fileURLToPath(new URL('./server-fixture.mjs', import.meta.url))
  const server = spawn(process.execPath, [fixture, root, base], { stdio: ['pipe', 'pipe', 'ignore'] })
  const _meta = {
    [`${KEY}/protocolVersion`]: '2026-07-28',
    [`${KEY}/clientInfo`]: { name: 'test', version: '1' },
    [`${KEY}/clientCapabilities`]: {},
  }
  const answers: Record<number, { result?: Record<string, unknown>; error?: { code: number } }> = {}
  const ended = once(server, 'exit')
  requests.forEach(({ method, params }, id) => {
    server.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params: { ...params, _meta } })}\n`)
  })
  for await (const line of createInterface({ input: server.stdout })) {
    const message = JSON.parse(line)
    if (message.id !== undefined) answers[message.id] = message
    if (Object.keys(answers).length === requests.length) server.stdin.end()
  }
  const [exitCode] = await ended
  await rm(base, { recursive: true, force: true })
  return { answers, exitCode }
}

it('serves the current revision without a handshake, and exits 0 when the client is done', async () => {
  const { answers, exitCode } = await ask([
    { method: 'server/discover' },
    { method: 'tools/list' },
    { method: 'tools/call', params: { name: 'Measure', arguments: {} } },
    { method: 'tools/call', params: { name: 'Nope', arguments: {} } },
    { method: 'resources/read', params: { uri: 'skill://integration-test-builder/SKILL.md' } },
  ])
  expect(answers[0]?.result).toMatchObject({ supportedVersions: ['2026-07-28'] })
  expect(answers[1]?.result?.tools).toHaveLength(11)
  expect(answers[2]?.result).toMatchObject({ structuredContent: { endpoints: ['GET /a', 'GET /b'] } })
  expect(answers[3]?.error).toMatchObject({ code: -32602 })
  expect(answers[4]?.result).toMatchObject({ contents: [{ mimeType: 'text/markdown' }] })
  expect(exitCode).toBe(0)
})
