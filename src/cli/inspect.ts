import { AgentError } from '../contracts/errors.ts'
import { inspectProject } from '../inspect/index.ts'
import { describeMap } from '../report/map.ts'
import { openWorkspace } from '../workspace/workspace.ts'
import { locateProject } from './project-path.ts'

/** `agent inspect`: the map as text or JSON. */
export async function inspect(path: string, options: { json?: boolean }): Promise<void> {
  const { root, within } = locateProject(path)
  const map = await inspectProject(await openWorkspace(root), within)
  process.stdout.write(options.json ? `${JSON.stringify(map, null, 2)}\n` : `${describeMap(map)}\n`)
  if (map.endpoints.length === 0) {
    throw new AgentError('usage', 'NO_ENDPOINT', 'No endpoint was found.', {
      value: map.frameworks.join(', ') || 'no known framework',
      next: 'Point at the directory of the service itself.',
    })
  }
}
