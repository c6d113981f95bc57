import { z } from 'zod'
import type { Config } from '../contracts/config.ts'
import { AgentError } from '../contracts/errors.ts'
import type { Json } from '../contracts/json.ts'
import { endpointKey, type ProjectMap } from '../contracts/project.ts'
import type { Tool } from '../contracts/tool.ts'
import { explore, type HeldFinding, probe } from '../explore/index.ts'
import { describeExploration, explorationData } from '../report/exploration.ts'
import { readConfig } from '../workspace/config.ts'
import { matchesGlob } from '../workspace/match-glob.ts'
import { requireEnvironment, requireMap, type Session } from './session.ts'

const request = z.object({
  method: z.string(),
  path: z.string().describe('Path with query, e.g. /api/articles?limit=2'),
  headers: z.record(z.string(), z.string()).optional(),
  body: z.json().optional(),
})

const input = z.object({
  endpoints: z
    .array(z.string())
    .optional()
    .describe('Only these, as "METHOD /path" with * and ** as wildcards, e.g. "POST /api/articles/**". Default: all.'),
  thorough: z
    .array(z.string())
    .optional()
    .describe(
      'Endpoints (as above) to keep every case of that held, e.g. those near seeded faults that survived; DraftTests takes the additional ones only with `whole` or `keep`.',
    ),
  requests: z
    .array(request)
    .optional()
    .describe(
      'Explicit requests to make in order on a freshly reset database; answers the responses with the rows they changed.',
    ),
})

/** Drives the running app: learns how to make things, tries success and failure twice, and keeps what held both times. */
export function exploreTool(session: Session): Tool<z.infer<typeof input>> {
  return {
    name: 'Explore',
    kind: 'domain',
    description:
      'Explores the running application: signs up and logs in, creates, reads, updates, deletes, pages, and tries missing, wrong and duplicate input, unknown ids, missing and foreign credentials; everything twice under different conditions, with the rows that changed. Answers observations to draft tests from and findings about the application. With `requests` it makes just those requests. Needs StartEnvironment.',
    input,
    annotations: {
      title: 'Explore the running application',
      readOnlyHint: false,
      destructiveHint: false,
      idempotentHint: false,
      openWorldHint: false,
    },
    async run({ endpoints, thorough = [], requests }, { signal, progress }) {
      const map = requireMap(session)
      const environment = requireEnvironment(session)
      const { startApp: start, stores, reset, sandbox } = environment
      const app = { start, stores, reset, attempts: sandbox.attempts }
      if (requests !== undefined) {
        const answers = await probe({ map, app, requests, signal })
        return { text: JSON.stringify(answers, null, 1), data: { responses: answers as unknown as Json } }
      }
      refuseUnknown(map, [...(endpoints ?? []), ...thorough])
      const config = await readConfig(session.files)
      const only = endpoints ? { only: endpoints } : {}
      const exploration = await explore({ map, app, ...only, thorough, held: heldFindings(config), signal, progress })
      await environment.reset()
      session.exploration = exploration
      session.suite = null
      if (thorough.length === 0) {
        session.verified = null
        session.strengthening = null
      }
      session.dropped.clear()
      session.sorted.clear()
      return { text: describeExploration(exploration, config), data: explorationData(exploration) }
    },
  }
}

/** What people decided that the suite is to hold. */
function heldFindings({ findings }: Config): HeldFinding[] {
  return findings.flatMap(({ id, cases, verdict, expectFailure }): HeldFinding[] => {
    if (verdict === 'accepted') return [{ id, cases, as: 'intended' }]
    return expectFailure ? [{ id, cases, as: 'known bug' }] : []
  })
}

/** A misspelt wish must not end as a run about nothing. */
function refuseUnknown({ endpoints }: ProjectMap, wanted: string[]): void {
  const keys = endpoints.map(endpointKey)
  // Braces are parameters here, not alternatives.
  const plain = (text: string) => text.replace(/[{}?]/g, '_').toLowerCase()
  const globOf = (wish: string) =>
    plain(wish.trim().includes(' ') ? wish.trim().replace(/\s+/, ' ') : `* ${wish.trim()}`)
  const unknown = wanted.filter((wish) => !keys.some((key) => matchesGlob(plain(key), globOf(wish))))
  if (unknown.length === 0) return
  throw new AgentError('usage', 'NO_SUCH_ENDPOINT', 'No endpoint of the project matches.', {
    value: unknown.join(', '),
    next: `There are ${keys.slice(0, 8).join(', ')}${keys.length > 8 ? ` and ${keys.length - 8} more (agent inspect)` : ''}.`,
  })
}
