import { endpointKey, type ProjectMap } from '../../contracts/project.ts'

/** Endpoints (`endpointKey`) whose handler begins next above this line of the file; none where the file has no handler above it. */
export function endpointsNear({ endpoints }: ProjectMap, place: { file: string; line: number }): string[] {
  const above = endpoints
    .map((endpoint) => ({ key: endpointKey(endpoint), ...placeOf(endpoint.handler) }))
    .filter(({ file, line }) => file === place.file && line <= place.line)
  const start = Math.max(...above.map(({ line }) => line))
  return above.filter(({ line }) => line === start).map(({ key }) => key)
}

function placeOf(source = ''): { file: string; line: number } {
  const [, file = '', line = '0'] = /^(.*):(\d+)$/.exec(source) ?? []
  return { file, line: Number(line) }
}
