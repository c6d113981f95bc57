import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { AgentError } from '../contracts/errors.ts'
import { serveMcp } from '../mcp/index.ts'
import { loadRootSkill } from '../skills/index.ts'
import { domainTools } from '../tools/domain.ts'
import { primitiveTools } from '../tools/primitive.ts'
import { createRegistry } from '../tools/registry.ts'
import { createSession, disposeSession } from '../tools/session.ts'
import { sessionHost } from '../tools/session-host.ts'
import { openWorkspace } from '../workspace/workspace.ts'
import { locateProject } from './project-path.ts'
import { packageVersion } from './version.ts'

const toolSets = z.enum(['all', 'primitive', 'domain'])

/** `agent mcp`: serves one project's tools to one client until it goes. */
export async function mcp(options: { root: string; tools: string }): Promise<void> {
  const set = toolSets.safeParse(options.tools)
  if (!set.success) {
    throw new AgentError('usage', 'BAD_OPTION', '--tools is all, primitive or domain.', {
      value: options.tools,
      next: 'See agent mcp --help.',
    })
  }
  const { root, within } = locateProject(options.root)
  const session = createSession(await openWorkspace(root), within)
  const spill = mkdtempSync(join(tmpdir(), 'integration-test-builder-'))
  process.once('exit', () => rmSync(spill, { recursive: true, force: true }))
  const host = sessionHost(session, spill)
  const tools = [
    ...(set.data === 'primitive' ? [] : domainTools(session)),
    ...(set.data === 'domain' ? [] : primitiveTools(host)),
  ]
  await serveMcp({
    registry: createRegistry(tools),
    skill: await loadRootSkill(),
    version: packageVersion(),
    async dispose() {
      await host.dispose()
      await disposeSession(session)
    },
  })
}
