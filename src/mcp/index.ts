import { McpServer } from '@modelcontextprotocol/server'
import { serveStdio } from '@modelcontextprotocol/server/stdio'
import type { Skill } from '../skills/index.ts'
import type { Registry } from '../tools/registry.ts'
import { registerPrompt } from './prompt.ts'
import { registerSkillFiles } from './resources.ts'
import { registerTools } from './tools.ts'

export interface McpOptions {
  registry: Registry
  skill: Skill
  /** Of the package, as clients show it. */
  version: string
  /** Ends what the tools started: environment, sandbox, background commands. Called once. */
  dispose(): Promise<void>
  /** Milliseconds between signs of life of a running call; clients cut silent calls off after about 60 s. */
  heartbeatMs?: number
}

const DEFAULT_HEARTBEAT_MS = 10_000

/** Serves tools, skill and prompt over stdin and stdout; resolves when the client has gone or SIGTERM or SIGINT came, all disposed. */
export async function serveMcp(options: McpOptions): Promise<void> {
  // stdout belongs to the protocol: one stray line would end the connection.
  console.log = console.info = console.debug = console.error
  const server = serveStdio(() => createServer(options), {
    onerror: (error) => console.error(`mcp: ${error.message}`),
  })
  await untilOver()
  await server.close().catch((error: unknown) => console.error(`mcp: ${String(error)}`))
  await options.dispose()
}

function createServer({ registry, skill, version, heartbeatMs }: McpOptions): McpServer {
  const server = new McpServer(
    { name: skill.name, title: 'Integration Test Builder', version },
    {
      instructions: `Writes and proves integration tests for the backend repository it was started in. Read skill://${skill.name}/SKILL.md before the first call. Then: InspectProject, StartEnvironment, Explore, DraftTests, RunTests, VerifySuite; done means that VerifySuite passes.`,
    },
  )
  registerTools(server, registry, heartbeatMs ?? DEFAULT_HEARTBEAT_MS)
  registerSkillFiles(server, skill)
  registerPrompt(server, skill)
  return server
}

function untilOver(): Promise<void> {
  return new Promise((resolve) => {
    const over = () => resolve()
    process.stdin.once('end', over).once('close', over)
    process.stdout.once('close', over).once('error', over)
    process.once('SIGTERM', over).once('SIGINT', over).once('SIGHUP', over)
  })
}
