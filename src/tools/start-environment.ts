import { z } from 'zod'
import { AgentError } from '../contracts/errors.ts'
import type { Tool } from '../contracts/tool.ts'
import { startEnvironment } from '../environment/index.ts'
import { describeEnvironment, environmentData } from '../report/environment.ts'
import { readConfig } from '../workspace/config.ts'
import { requireMap, type Session } from './session.ts'

const input = z.object({
  variables: z
    .record(z.string(), z.string())
    .optional()
    .describe(
      'Environment values to use instead of invented ones, e.g. {"FEATURE_X":"on"}. Service addresses are set for you.',
    ),
})

/** Starts the services in the sandbox, migrates, and proves once that the app boots and answers. */
export function startEnvironmentTool(session: Session): Tool<z.infer<typeof input>> {
  return {
    name: 'StartEnvironment',
    kind: 'domain',
    description:
      "Starts an isolated environment for the project: a sandbox without network, real databases in it, the project's own migrations, invented test values for required variables; then boots the application once to prove that it answers. Replaces a running environment. Needs InspectProject.",
    input,
    annotations: {
      title: 'Start the environment',
      readOnlyHint: false,
      destructiveHint: false,
      idempotentHint: true,
      openWorldHint: false,
    },
    async run({ variables }, { signal, progress }) {
      const map = requireMap(session)
      await session.environment?.stop()
      session.environment = null
      session.exploration = null
      session.suite = null
      session.verified = null
      session.strengthening = null
      const config = await readConfig(session.files)
      const given = { ...config.variables, ...variables }
      const environment = await startEnvironment(map, { signal, progress, variables: given })
      session.environment = environment
      const [unavailable] = environment.unavailable
      if (unavailable !== undefined) {
        throw new AgentError('environment', 'SERVICE_UNAVAILABLE', `${unavailable.name}: ${unavailable.why}`, {
          value: unavailable.name,
          next: unavailable.unblock,
        })
      }
      progress('starting the application')
      const app = await environment.startApp()
      await app.stop()
      await environment.reset()
      return { text: describeEnvironment(environment), data: environmentData(environment) }
    },
  }
}
