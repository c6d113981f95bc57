import type { RunOutcome } from '../contracts/result.ts'

type Endpoint = RunOutcome['endpoints'][number]

export interface StatusTable {
  /** Every status that any endpoint answered, ascending. */
  statuses: number[]
  /** An endpoint each; `gaps` says what every endpoint should have been seen to do and this one was not. */
  rows: { name: string; covered: number[]; gaps: string }[]
}

/** Endpoint × status, those with something missing first. */
export function statusTable(endpoints: Endpoint[]): StatusTable {
  const rows = endpoints.map((endpoint) => ({
    name: `${endpoint.method} ${endpoint.path}`,
    covered: endpoint.covered,
    gaps: gapsOf(endpoint),
  }))
  return {
    statuses: [...new Set(endpoints.flatMap(({ covered }) => covered))].sort((a, b) => a - b),
    rows: rows.sort((a, b) => Number(a.gaps === '') - Number(b.gaps === '')),
  }
}

function gapsOf({ auth, covered }: Endpoint): string {
  const isRefused = covered.some((status) => status === 401 || status === 403)
  return [
    ...(covered.some((status) => status < 400) ? [] : ['a success']),
    ...(auth === 'required' && !isRefused ? ['without a credential'] : []),
  ].join(', ')
}
