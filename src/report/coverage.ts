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

/** The endpoint a request belongs to: literal segments win over parameters, from the left. */
function matchEndpoint(endpoints: Endpoint[], method: string, path: string): Endpoint | null {
  const segments = split(path)
  const matching = endpoints.filter((endpoint) => endpoint.method === method && matches(split(endpoint.path), segments))
  const rank = (endpoint: Endpoint) =>
    split(endpoint.path)
      .map((segment) => (isParameter(segment) ? '1' : '0'))
      .join('')
  return matching.sort((a, b) => rank(a).localeCompare(rank(b)))[0] ?? null
}

const split = (path: string) => path.split('/').filter((segment) => segment !== '')
const isParameter = (segment: string) => segment.includes('{')

function matches(pattern: string[], segments: string[]): boolean {
  return (
    pattern.length === segments.length &&
    pattern.every((segment, index) => isParameter(segment) || segment === segments[index])
  )
}
