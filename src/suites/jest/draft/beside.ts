import type { Expected, Observation, Pattern } from '../../../contracts/observation.ts'
import { exprAt, requestEntityPath } from './json.ts'

/** More than this is told in full: what it is about would be lost among the keys. */
const FEW = 2

/**
 * A further success of an endpoint, with what the first one showed already left out: the same row written, the same requests after it, and
 * of the answer all but what this request changed or what came out differently.
 */
export function besideFirst(observation: Observation, first: Observation): Observation {
  const { case: subject, expected, follow } = observation
  const isWrite = !subject.act.endpoint.startsWith('GET ')
  if (observation === first || !isWrite || expected.status >= 400 || expected.status !== first.expected.status)
    return observation
  const rows = expected.rows.filter((row) => !first.expected.rows.some((other) => same(row, other)))
  const later = subject.follow.flatMap((template, index) => {
    const held = follow[index] as Expected
    const isKnown = first.case.follow.some(
      ({ endpoint }) => endpoint === template.endpoint && endpoint.startsWith('GET '),
    )
    return isKnown ? [] : [{ template, held }]
  })
  return {
    ...observation,
    case: { ...subject, follow: later.map(({ template }) => template) },
    expected: {
      ...expected,
      rows,
      body: changedPart(
        observation,
        first,
        rows.some(({ change }) => change === 'updated'),
      ),
    },
    follow: later.map(({ held }) => held),
  }
}

/**
 * The few keys of the entity that are told apart by this request; the whole body where they are many, or none. Where the row is
 * compared with what it was, the keys that were sent will do.
 */
function changedPart({ case: subject, expected }: Observation, first: Observation, hasRow: boolean): Pattern | null {
  const sentPath = requestEntityPath(subject.act.body)
  const sent = exprAt(subject.act.body, sentPath)
  const usual = exprAt(first.case.act.body, sentPath)
  const isPartial =
    sent?.is === 'object' &&
    usual?.is === 'object' &&
    !Object.keys(usual.properties).every((key) => key in sent.properties)
  const isChanged = (key: string) =>
    sent?.is === 'object' &&
    usual?.is === 'object' &&
    key in sent.properties &&
    (isPartial || !same(sent.properties[key], usual.properties[key]))

  function part(pattern: Pattern, other: Pattern | undefined): Pattern | null {
    if (pattern.is !== 'object' || other?.is !== 'object') return null
    const [entry, ...more] = Object.entries(pattern.properties)
    if (entry && more.length === 0 && entry[1].is === 'object') {
      const inner = part(entry[1], other.properties[entry[0]])
      return inner && { ...pattern, properties: { [entry[0]]: inner } }
    }
    const kept = Object.entries(pattern.properties).filter(
      ([key, one]) => isChanged(key) || (!hasRow && !same(one, other.properties[key])),
    )
    if (kept.length === 0 || kept.length > FEW) return null
    return { is: 'object', exact: false, properties: Object.fromEntries(kept) }
  }

  return (expected.body && first.expected.body && part(expected.body, first.expected.body)) ?? expected.body
}

/** Equal, whatever it rests on. */
const same = (a: unknown, b: unknown) => text(a) === text(b)

const text = (value: unknown) =>
  JSON.stringify(value, (name, inner) => (/provenance/i.test(name) ? undefined : (inner as unknown)))
