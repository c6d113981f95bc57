import { z } from 'zod'
import { AgentError } from '../contracts/errors.ts'
import type { Json } from '../contracts/json.ts'
import type { Tool } from '../contracts/tool.ts'
import { inspectProject } from '../inspect/index.ts'
import { describeMap } from '../report/map.ts'
import type { Session } from './session.ts'

const input = z.object({
  refresh: z.boolean().optional().describe('Inspect again although a map exists, e.g. after the application changed.'),
})

/** Reads the source and answers the project map; nothing of the project is executed. */
export function inspectProjectTool(session: Session): Tool<z.infer<typeof input>> {
  return {
    name: 'InspectProject',
    kind: 'domain',
    description:
      'Reads the repository statically and answers its project map: every endpoint with auth, parameters, body schema and source line, data stores and how their address is decided, migrations, environment variables, external services, how the application boots, and the conventions of the existing tests. Call it first.',
    input,
    annotations: {
      title: 'Inspect the project',
      readOnlyHint: true,
      destructiveHint: false,
      idempotentHint: true,
      openWorldHint: false,
    },
    async run({ refresh }) {
      const map =
        session.map === null || refresh === true ? await inspectProject(session.files, session.within) : session.map
      session.map = map
      if (map.endpoints.length === 0) {
        throw new AgentError('usage', 'NO_ENDPOINT', 'No HTTP endpoint was found in this project.', {
          value: map.frameworks.join(', ') || 'no known framework',
          next: 'Point at the directory of the service itself; `agent inspect` shows what was read.',
        })
      }
      return { text: describeMap(map), data: map as unknown as Json }
    },
  }
}
