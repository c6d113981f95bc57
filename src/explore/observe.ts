import type { RowChange } from '../contracts/environment.ts'
import type { Json } from '../contracts/json.ts'
import type { Exchange, Expected, Observation, Pattern, RequestTemplate } from '../contracts/observation.ts'
import type { Kept } from './bench.ts'
import { marksOf } from './cases/own-items.ts'
import { type Comparison, compare, says } from './compare.ts'
import { type Answered, type Sighting, secretsIn } from './execute.ts'
import type { Knowledge } from './knowledge.ts'
import { isObject, lastKey } from './leaves.ts'
import { isItem } from './paths.ts'
import { bodyOf, isSuccess } from './request.ts'
import { rowsAfterRefusal, rowsAfterWrite } from './rows.ts'
import { rowsBeside } from './rows-beside.ts'
import { sourcesOf } from './sources.ts'

export type Verdict = { observation: Observation; reordered: boolean } | { unstable: string }

/**
 * What both sightings of a case have in common, or how they disagree. `rows`: how many there were the second time of what it
 * lists.
 */
export function observe(knowledge: Knowledge, kept: Kept, second: Sighting, rows: number | null = null): Verdict {
  const { case: subject, first } = kept
  const act = expect(kept, subject.act, first.act, second.act, second, false)
  if ('unstable' in act) return act
  act.expected.statusProvenance = kept.statusProvenance
  const status = first.act.response.status
  const accepted = isSuccess(status)
  const changed = first.changes.length > 0 || second.changes.length > 0
  act.expected.rows =
    accepted && changed
      ? [...rowsAfterWrite(knowledge, subject, first, second), ...rowsBeside(knowledge, subject, first, second)]
      : rowsAfterRefusal(knowledge, subject, first, second)
  if ((subject.kind === 'list' || subject.kind === 'filter') && !says(listPart(act.expected)))
    return { unstable: 'what the case made is not on the page that is shown' }
  if (act.places && fallsOff(act.places, rows))
    return { unstable: 'what the case made would fall off the page that is shown, were there more' }
  const follow: Expected[] = []
  let reordered = act.reordered
  for (const [index, template] of subject.follow.entries()) {
    const [a, b] = [first.follow[index], second.follow[index]]
    if (!a || !b) return { unstable: 'a follow-up was not made both times' }
    const read = expect(kept, template, a, b, second, true)
    if ('unstable' in read) return { unstable: `${template.endpoint} afterwards: ${read.unstable}` }
    follow.push(read.expected)
    reordered ||= read.reordered
  }
  const passes = [first, second].map((sighting) => ({
    act: exchange(sighting.act),
    follow: sighting.follow.map(exchange),
    rows: sighting.changes.map(withoutHashes),
  }))
  return { observation: { case: subject, expected: act.expected, follow, passes }, reordered }
}

function listPart(expected: Expected): Expected['body'] {
  const { body } = expected
  if (body?.is !== 'object') return body
  return (
    Object.values(body.properties).find((pattern) => ['anything', 'contains', 'lacks', 'array'].includes(pattern.is)) ??
    body
  )
}

/** Neither first in the list nor is the list all there is. */
function fallsOff({ own, length }: NonNullable<Comparison['places']>, rows: number | null): boolean {
  const first = own.every((place) => place < own.length)
  return !first && rows !== null && length < rows
}

/** A look after the act that shows just what the act answered. */
const ECHO: Pattern = { is: 'same', from: 'act', at: 'response', path: [], provenance: 'promised' }

function isEqual(a: Json, b: Json): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

/** By what a list's items would be known as these things. */
function marks(names: string[], { made }: Sighting): Pattern[] {
  return names.flatMap((name) => {
    const [mark] = marksOf(made.get(name))
    if (!mark) return []
    const pattern: Pattern = { is: 'same', from: name, at: mark.at, path: mark.path, provenance: 'promised' }
    return [{ is: 'object', properties: { [lastKey(mark.path)]: pattern }, exact: false }]
  })
}

function expect(
  { case: subject, first, listing }: Kept,
  template: RequestTemplate,
  a: Answered,
  b: Answered,
  second: Sighting,
  after: boolean,
): ({ expected: Expected } & Pick<Comparison, 'reordered' | 'places'>) | { unstable: string } {
  if (a.response.status !== b.response.status)
    return { unstable: `answered ${a.response.status} the first time and ${b.response.status} the second` }
  const [method = 'GET', path = '/'] = template.endpoint.split(' ')
  const context: Comparison = {
    sources: sourcesOf(subject, first, second, after),
    list: method === 'GET' && !isItem(path) && isSuccess(a.response.status),
    closed: listing?.closed ?? false,
    hidden: marks(listing?.hidden ?? [], first),
    changedAt: method !== 'GET' ? 'nowhere' : subject.act.endpoint.startsWith('GET ') ? 'anywhere' : 'act',
    limit: limitOf(template),
    reordered: false,
    places: null,
  }
  const [left, right] = [bodyOf(a.response), bodyOf(b.response)]
  const isEcho = after && isEqual(left, bodyOf(first.act.response)) && isEqual(right, bodyOf(second.act.response))
  const body = left === null && right === null ? null : isEcho && isObject(left) ? ECHO : compare(left, right, context)
  if (body === null && !(left === null && right === null)) return { unstable: 'the structure of the answers differs' }
  return {
    expected: {
      status: a.response.status,
      statusProvenance: a.response.status === 404 || isSuccess(a.response.status) ? 'promised' : 'observed',
      contentType: commonType(a, b),
      body,
      headers: {},
      rows: [],
    },
    reordered: context.reordered,
    places: context.places,
  }
}

function limitOf(template: RequestTemplate): number | null {
  for (const [name, expr] of Object.entries(template.query))
    if (
      /^(limit|page_?size|per_?page|size|take|max_?results)$/i.test(name) &&
      expr.is === 'literal' &&
      typeof expr.value === 'number'
    )
      return expr.value
  return null
}

function commonType(a: Answered, b: Answered): string | null {
  const type = (answered: Answered) => answered.response.headers['content-type']?.split(';')[0]?.trim() ?? null
  return type(a) === type(b) ? type(a) : null
}

/** As recorded, tokens and cookies replaced. */
function exchange(answered: Answered): Exchange {
  const secrets = secretsIn(answered.response)
  const clean = (text: string) => secrets.reduce((cleaned, secret) => cleaned.replaceAll(secret, '<token>'), text)
  const { headers } = answered.http
  const hidden = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, isSecretHeader(name) ? '<credential>' : value]),
  )
  const text = clean(answered.response.text)
  return {
    request: { ...answered.http, headers: hidden },
    response: {
      ...answered.response,
      headers: Object.fromEntries(
        Object.entries(answered.response.headers).map(([name, value]) => [
          name,
          isSecretHeader(name) ? '<credential>' : value,
        ]),
      ),
      text,
      json:
        answered.response.json === undefined
          ? undefined
          : (JSON.parse(clean(JSON.stringify(answered.response.json))) as Json),
    },
  }
}

function isSecretHeader(name: string): boolean {
  return /^(authorization|cookie|set-cookie|x-(access|auth|api)-(token|key))$/i.test(name)
}

function withoutHashes(change: RowChange): RowChange {
  const clean = (row: Record<string, Json>) =>
    Object.fromEntries(
      Object.entries(row).map(([column, value]) => [
        column,
        /passw|pwd|secret|token/i.test(column) && typeof value === 'string' ? '<hash>' : value,
      ]),
    )
  if (change.change === 'updated') return { ...change, before: clean(change.before), after: clean(change.after) }
  return { ...change, row: clean(change.row) }
}
