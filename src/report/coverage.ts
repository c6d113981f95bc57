import { matchEndpoint } from '../contracts/match-endpoint.ts'
import { type Endpoint, endpointKey } from '../contracts/project.ts'
import type { SeenRequest } from '../contracts/suite.ts'

/** Status codes that each endpoint was seen to answer while the suite ran, by endpoint key. */
export function coveredStatuses(endpoints: Endpoint[], requests: SeenRequest[]): Map<string, number[]> {
  const seen = new Map<string, Set<number>>(endpoints.map((endpoint) => [endpointKey(endpoint), new Set()]))
  for (const request of requests) {
    const endpoint = matchEndpoint(endpoints, request.method, request.path)
    if (endpoint !== null) seen.get(endpointKey(endpoint))?.add(request.status)
  }
  return new Map([...seen].map(([key, statuses]) => [key, [...statuses].sort((a, b) => a - b)]))
}
