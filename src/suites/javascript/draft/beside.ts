import type { Expected, Observation, Pattern, RequestTemplate, RowExpectation } from '../../../contracts/observation.ts'
import { exprAt, requestEntityPath } from './json.ts'
import { plain } from './names.ts'

/** An observation of which less is told than was seen. */
export type Told = Observation & { answered?: Pattern | null }

/** More than this is told in full: what it is about would be lost among the keys. */
const FEW = 2

/**
 * A further success of an endpoint, with what the first one showed already left out: the same row written, the same requests after it, and
 * of the answer all but what this request changed or what came out differently.
 */
export function besideFirst(observation: Observation, first: Observation): Told {
  const { case: subject, expected, follow } = observation
  const isWrite = !subject.act.endpoint.startsWith('GET ')
  if (observation === first || !isWrite || expected.status >= 400 || expected.status !== first.expected.status)
    return observation
  const changed = changedKeys(observation, first)
  const isShown = (row: RowExpectation) => first.expected.rows.some((other) => same(row, other))
  const written = expected.rows.filter(isShown).flatMap((row) => stillWritten(row, changed))
  const rows = [...written.slice(0, 1), ...expected.rows.filter((row) => !isShown(row))]
  const sendsList = changed.some(
    (key) => exprAt(subject.act.body, [...requestEntityPath(subject.act.body), key])?.is === 'array',
  )
  const later = subject.follow.flatMap((template, index) => {
    const held = follow[index] as Expected
    // What is kept in another table may be stored and not be read.
    const isKnown =
      !sendsList &&
      first.case.follow.some((other, at) => isSameRead(template, other) && first.follow[at]?.status === held.status)
    return isKnown ? [] : [{ template, held }]
  })
  return {
    ...observation,
    answered: expected.body,
    case: { ...subject, follow: later.map(({ template }) => template) },
    expected: {
      ...expected,
      rows,
      body: changedPart(
        observation,
        first,
        changed,
        rows.some(({ change }) => change === 'updated'),
      ),
    },
    follow: later.map(({ held }) => held),
  }
}

/** Looks at the same thing; what sends or asks for something else, such as a login with the new password, shows more. */
const isSameRead = (one: RequestTemplate, other: RequestTemplate) =>
  one.endpoint === other.endpoint && same([one.query, one.body], [other.query, other.body])

/** That the row is there, with what this request changed: a write on another path may be lost where the first one's was not. */
function stillWritten(row: RowExpectation, changed: string[]): RowExpectation[] {
  const isWritten = row.change === 'inserted' || row.change === 'updated'
  if (!isWritten || row.count !== 1) return row.change === 'deleted' ? [row] : []
  const kept = Object.entries(row.values).filter(([column]) => changed.some((key) => plain(key) === plain(column)))
  if (row.change === 'updated' && kept.length === 0) return []
  // Told as a row that is found, not as one compared with what it was.
  return [{ ...row, change: 'inserted', values: Object.fromEntries(kept) }]
}

/** Keys of the entity that this request sends otherwise than the first one; all it sends where that is only a part. */
function changedKeys({ case: subject }: Observation, first: Observation): string[] {
  const path = requestEntityPath(subject.act.body)
  const sent = exprAt(subject.act.body, path)
  const usual = exprAt(first.case.act.body, path)
  if (sent?.is !== 'object' || usual?.is !== 'object') return []
  const isPartial = !Object.keys(usual.properties).every((key) => key in sent.properties)
  return Object.keys(sent.properties).filter((key) => isPartial || !same(sent.properties[key], usual.properties[key]))
}

/**
 * The few keys of the entity that are told apart by this request; the whole body where they are many, or none. Where the row is
 * compared with what it was, the keys that were sent will do.
 */
function changedPart(
  { expected }: Observation,
  first: Observation,
  changed: string[],
  hasRow: boolean,
): Pattern | null {
  function part(pattern: Pattern, other: Pattern | undefined): Pattern | null {
    if (pattern.is !== 'object' || other?.is !== 'object') return null
    const [entry, ...more] = Object.entries(pattern.properties)
    if (entry && more.length === 0 && entry[1].is === 'object') {
      const inner = part(entry[1], other.properties[entry[0]])
      return inner && { ...pattern, properties: { [entry[0]]: inner } }
    }
    const kept = Object.entries(pattern.properties).filter(
      ([key, one]) => changed.includes(key) || (!hasRow && !same(one, other.properties[key])),
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
