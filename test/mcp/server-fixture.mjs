// A server over a real workspace and sandbox, with a few domain tools that show what serving promises.
// Usage: node server-fixture.mjs <project root> <scratch directory>
import { existsSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { serveMcp } from '../../dist/mcp/index.js'
import { loadRootSkill } from '../../dist/skills/index.js'
import { primitiveTools } from '../../dist/tools/primitive.js'
import { createRegistry } from '../../dist/tools/registry.js'
import { childEnvironment } from '../../dist/workspace/child-environment.js'
import { openSandbox } from '../../dist/workspace/sandbox/open-sandbox.js'
import { openWorkspace } from '../../dist/workspace/workspace.js'

const [root, scratch] = process.argv.slice(2)
const note = (name) => writeFileSync(path.join(scratch, name), '')
let sandbox = null
const place = () => {
  sandbox ??= openSandbox({ root })
  return sandbox
}
const host = {
  files: await openWorkspace(root),
  seen: new Map(),
  spillDir: path.join(scratch, 'spill'),
  runCommand: async (command) => (await place()).run({ env: childEnvironment(), ...command }),
  spawnCommand: async (command) => (await place()).spawn({ env: childEnvironment(), ...command }),
}

const annotations = { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false }
const domain = (name, run, more = {}) => ({
  name,
  kind: 'domain',
  description: `${name}, for tests`,
  input: z.strictObject({}),
  annotations: { title: name, ...annotations },
  run,
  ...more,
})
const tools = [
  domain('Measure', async () => ({ text: 'two endpoints', data: { endpoints: ['GET /a', 'GET /b'] } }), {
    output: z.object({ endpoints: z.array(z.string()) }),
  }),
  domain('List', async () => ({ text: 'a list', data: [1, 2] })),
  domain('Noisy', async () => {
    console.log('this must not reach the protocol')
    return { text: 'quiet', data: {} }
  }),
  domain('Wait', (_, { signal, progress }) => {
    progress('waiting for the end')
    return new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => {
        note('aborted')
        reject(new Error('stopped'))
      })
    })
  }),
  domain('Nap', async () => {
    while (!existsSync(path.join(root, 'wake'))) await new Promise((resolve) => setTimeout(resolve, 20))
    return { text: 'rested', data: {} }
  }),
]

await serveMcp({
  registry: createRegistry([...tools, ...primitiveTools(host)]),
  skill: await loadRootSkill(),
  version: '1.2.3',
  heartbeatMs: 100,
  async dispose() {
    await (await sandbox)?.stop()
    note('disposed')
  },
})
