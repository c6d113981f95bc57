import type { RunOutcome } from '../contracts/result.ts'
import { code } from './markdown-text.ts'

type Endpoint = RunOutcome['endpoints'][number]

/** Markdown rows of an endpoint × status table: two for the head, then one an endpoint, those with something missing first. */
export function statusTable(endpoints: Endpoint[]): { head: string[]; rows: string[] } {
  const statuses = [...new Set(endpoints.flatMap(({ covered }) => covered))].sort((a, b) => a - b)
  const hasGaps = !endpoints.every(isComplete)
  const rows = [...endpoints]
    .sort((a, b) => Number(isComplete(a)) - Number(isComplete(b)))
    .map((endpoint) => {
      const cells = statuses.map((status) => (endpoint.covered.includes(status) ? '✓' : ' '))
      // In a table a bar ends the cell, in code too.
      const name = code(`${endpoint.method} ${endpoint.path}`).replace(/\|/g, '\\|')
      return `| ${[name, ...cells, ...(hasGaps ? [missing(endpoint)] : [])].join(' | ')} |`
    })
  const columns = ['', ...statuses, ...(hasGaps ? ['not tested'] : [])]
  return { head: [`| ${columns.join(' | ')} |`, `|${'---|'.repeat(columns.length)}`], rows }
}

const isComplete = (endpoint: Endpoint) => missing(endpoint) === ''

/** What every endpoint should have been seen to do, and this one was not. */
function missing({ auth, covered }: Endpoint): string {
  return [
    ...(covered.some((status) => status < 400) ? [] : ['a success']),
    ...(auth === 'required' && !covered.some((status) => status === 401 || status === 403)
      ? ['without a credential']
      : []),
  ].join(', ')
}
