import type { Observation } from '../../../contracts/observation.ts'
import type { DraftInput } from '../../../contracts/plugs.ts'
import { endpointKey } from '../../../contracts/project.ts'
import type { Suite } from '../../../contracts/suite.ts'

/** Lines for each endpoint, helpers included, that a reviewer is asked to read. */
const MOST = 60
/** Of tests alone: helpers weigh more in a small suite. */
const LEAST = 33

/** The suite with as many of the spare cases as its size allows; those that may go first are left out first. */
export async function fitToSize(
  { map, exploration: { observations } }: Pick<DraftInput, 'map' | 'exploration'>,
  draft: (observations: Observation[]) => Promise<Suite>,
): Promise<Suite> {
  const spare = spareOf(observations)
  const without = async (count: number) => {
    const out = new Set(spare.slice(0, count))
    const suite = await draft(observations.filter((one) => !out.has(one)))
    return { ...suite, omitted: [...out].map((one) => one.case.id) }
  }
  const tested = new Set(observations.map((one) => one.case.endpoint))
  const endpoints = map.endpoints.filter((endpoint) => tested.has(endpointKey(endpoint))).length
  let best = await without(0)
  if (spare.length === 0 || fits(best, endpoints)) return best
  best = await without(spare.length)
  for (let [low, high] = [1, spare.length - 1]; low <= high; ) {
    const middle = Math.floor((low + high) / 2)
    const suite = await without(middle)
    if (fits(suite, endpoints)) {
      best = suite
      high = middle - 1
    } else low = middle + 1
  }
  return best
}

/** First those that go first; what is the last to show a status of its endpoint is not among them. */
function spareOf(observations: Observation[]): Observation[] {
  const keyOf = ({ case: { endpoint }, expected: { status } }: Observation) => `${endpoint} ${status}`
  const left = new Map<string, number>()
  for (const one of observations) left.set(keyOf(one), (left.get(keyOf(one)) ?? 0) + 1)
  return observations
    .filter((one) => (one.case.spare ?? 0) > 0)
    .sort((a, b) => (b.case.spare as number) - (a.case.spare as number))
    .filter((one) => {
      const count = left.get(keyOf(one)) as number
      if (count > 1) left.set(keyOf(one), count - 1)
      return count > 1
    })
}

function fits({ files }: Suite, endpoints: number): boolean {
  const linesOf = (kind: string) =>
    files.filter((file) => file.kind === kind).reduce((sum, { content }) => sum + content.split('\n').length - 1, 0)
  const [tests, helpers] = [linesOf('test'), linesOf('helper')]
  return tests + helpers <= MOST * endpoints || tests <= LEAST * endpoints
}
