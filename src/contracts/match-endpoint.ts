import type { Endpoint } from './project.ts'

/** The endpoint a request belongs to: literal segments win over parameters, from the left. */
export function matchEndpoint(endpoints: Endpoint[], method: string, path: string): Endpoint | null {
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
