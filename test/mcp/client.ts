import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js'

/** An independent client, of the protocol's previous generation, on a server process of its own. */
export async function connect() {
  const base = await mkdtemp(path.join(os.tmpdir(), 'itb-mcp-'))
  const root = path.join(base, 'project')
  await mkdir(path.join(root, 'test'), { recursive: true })
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [fileURLToPath(new URL('./server-fixture.mjs', import.meta.url)), root, base],
    stderr: 'pipe',
    env: { PATH: process.env.PATH ?? '', ITB_TEST_SECRET: 'hunter2' },
  })
  let stderr = ''
  transport.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk.toString()
  })
  const client = new Client({ name: 'test', version: '1' })
  await client.connect(transport)
  return {
    client,
    root,
    pid: transport.pid as number,
    stderr: () => stderr,
    /** Whether the server left this note. */
    noted: (name: string) => existsSync(path.join(base, name)),
    async call(name: string, input: Record<string, unknown> = {}) {
      const result = (await client.callTool({ name, arguments: input })) as CallToolResult
      const texts = result.content.map((part) => (part.type === 'text' ? part.text : ''))
      return { ...result, texts, text: texts[0] ?? '' }
    },
    async close() {
      await client.close()
      await rm(base, { recursive: true, force: true })
    },
  }
}
