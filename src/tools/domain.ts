import { toAgentError } from '../contracts/errors.ts'
import type { Tool } from '../contracts/tool.ts'
import { draftTestsTool } from './draft-tests.ts'
import { exploreTool } from './explore.ts'
import { inspectProjectTool } from './inspect-project.ts'
import { runTestsTool } from './run-tests.ts'
import type { Session } from './session.ts'
import { startEnvironmentTool } from './start-environment.ts'
import { verifySuiteTool } from './verify-suite.ts'

/** The domain tools over one session, in the order in which a run uses them. */
export function domainTools(session: Session): Tool[] {
  const tools = [
    inspectProjectTool(session),
    startEnvironmentTool(session),
    exploreTool(session),
    draftTestsTool(session),
    runTestsTool(session),
    verifySuiteTool(session),
  ] as Tool[]
  return tools.map((tool) => rememberFailure(tool, session))
}

/** The error of a stage decides how a run that cannot go on ends; one that nobody foresaw is not passed over either. */
function rememberFailure(tool: Tool, session: Session): Tool {
  return {
    ...tool,
    async run(input, options) {
      try {
        const result = await tool.run(input, options)
        session.failure = null
        return result
      } catch (error) {
        session.failure = toAgentError(error)
        throw error
      }
    },
  }
}
