import type { Json } from '../../contracts/json.ts'
import type { Expr } from '../../contracts/observation.ts'
import { endpointKey } from '../../contracts/project.ts'
import { schemaOf } from '../attempt.ts'
import { type Bench, variant } from '../bench.ts'
import type { Sighting } from '../execute.ts'
import { exprAt, exprLeaves, withPart } from '../expressions.ts'
import { dotted, type Field, fieldsOf } from '../fields.ts'
import type { Reached } from '../knowledge.ts'
import { lastKey, leavesOf, samePath } from '../leaves.ts'
import { bodyOf, isSuccess } from '../request.ts'
import { plainName, readable, withArticle } from '../words.ts'

const UNICODE = 'Zażółć gęślą jaźń – 日本語 😀'
/** Letter beyond ASCII that every encoding counts as one. */
const LETTER = 'ż'

interface Bound {
  field: Field
  detail: string
  /** After the field's name. */
  words: string
  value: Json
}

/**
 * What is just allowed, all of it in one body: values on their bounds, and text beyond ASCII that comes back as it was sent.
 * Each is tried by itself first, so that one that is refused does not hide the others.
 */
export async function edgeCases(bench: Bench, reached: Reached): Promise<void> {
  const schema = schemaOf(bench.knowledge, reached.endpoint)
  if (
    !schema ||
    !reached.act.body ||
    reached.endpoint.method !== 'POST' ||
    reached.endpoint.body?.provenance !== 'schema'
  )
    return
  if (reached.sighting.changes.length === 0) return
  const accepted: Bound[] = []
  for (const field of fieldsOf(schema)) {
    if (!isFree(bench, reached, field)) continue
    for (const bound of boundsOf(field, reached))
      if (await accepts(bench, reached, [bound])) {
        accepted.push(bound)
        break
      }
  }
  const [only] = accepted
  if (!only) return
  if (accepted.length === 1 || !(await keepTogether(bench, reached, accepted)))
    await keepTogether(bench, reached, [only])
}

async function keepTogether(bench: Bench, reached: Reached, bounds: Bound[]): Promise<boolean> {
  const [{ field, words }] = bounds as [Bound]
  const title =
    bounds.length === 1 ? `accepts ${withArticle(readable(lastKey(field.path)))} ${words}` : `accepts ${listOf(bounds)}`
  const subject = variant(reached, 'success', 'bounds', title, { act: { body: bodyWith(reached, bounds) } })
  const first = await bench.attempt(subject, 'fresh', ' when values are on their bounds')
  if (!first || !isSuccess(first.act.response.status)) return false
  if (!bounds.every((bound) => isUnderstood(first, bound))) return false
  bench.keep(subject, first, 'fresh', 'promised', { aspect: { is: 'variant', variant: 'bounds' } })
  return true
}

async function accepts(bench: Bench, reached: Reached, [bound]: [Bound]): Promise<boolean> {
  const { field, detail, words } = bound
  const subject = variant(reached, 'success', `${dotted(field.path)} ${detail}`, '', {
    act: { body: bodyWith(reached, [bound]) },
  })
  const first = await bench.attempt(subject, 'pool', ` when ${readable(lastKey(field.path))} is ${words}`)
  return first !== null && isSuccess(first.act.response.status) && isUnderstood(first, bound)
}

function bodyWith(reached: Reached, bounds: Bound[]): Expr | null {
  return bounds.reduce<Expr | null>(
    (body, { field, value }) => withPart(body, field.path, { is: 'literal', value }),
    reached.act.body,
  )
}

/** Only what is shown or stored as sent says that the bound was understood. */
function isUnderstood({ act, changes }: Sighting, { field, value }: Bound): boolean {
  const name = plainName(lastKey(field.path))
  return (
    changes.some(
      (change) => change.change === 'inserted' && Object.values(change.row).some((cell) => cell === value),
    ) || leavesOf(bodyOf(act.response)).some((leaf) => leaf.value === value && plainName(lastKey(leaf.path)) === name)
  )
}

function listOf(bounds: Bound[]): string {
  return [
    ...(bounds.some(({ value }) => value !== UNICODE) ? ['values on their bounds'] : []),
    ...(hasText(bounds) ? ['text beyond ASCII'] : []),
  ].join(' and ')
}

function hasText(bounds: Bound[]): boolean {
  return bounds.some(({ value }) => typeof value === 'string' && (value === UNICODE || value.startsWith(LETTER)))
}

/** A fixed value does no harm there: it need not differ, and the row is found again by something else. */
function isFree(bench: Bench, reached: Reached, field: Field): boolean {
  const present = exprAt(reached.act.body, field.path)
  return (
    present !== null &&
    !mustDiffer(bench, reached, lastKey(field.path), present) &&
    !isOnlyTrace(bench, reached, field, present)
  )
}

/** The field is the one thing by which the row is found again for removal. */
function isOnlyTrace(bench: Bench, reached: Reached, field: Field, present: Expr): boolean {
  if (present.is !== 'unique' && present.is !== 'text') return false
  const key = endpointKey(reached.endpoint)
  const made = [...bench.knowledge.learned.values()].find((learned) => endpointKey(learned.endpoint) === key)
  const others = exprLeaves(reached.act.body).filter(
    ({ path, expr }) => expr.is === 'unique' && !samePath(path, field.path),
  )
  return (made?.owners.length ?? 0) === 0 && others.length === 0
}

/** Its column allows each value once, or another one does whose value the server makes of what is sent, as a slug of a title. */
function mustDiffer(bench: Bench, reached: Reached, name: string, present: Expr): boolean {
  const sent = new Set(exprLeaves(reached.act.body).map(({ path }) => plainName(lastKey(path))))
  const fresh = present.is === 'unique' || present.is === 'text'
  return reached.sighting.changes.some((change) => {
    const table = bench.knowledge.table(change.table)
    return (table?.unique ?? []).some(([column = '', ...others]) => {
      if (others.length > 0 || table?.primaryKey.includes(column)) return false
      return plainName(column) === plainName(name) || (fresh && !sent.has(plainName(column)))
    })
  })
}

/** Values on the upper bound, and on the lower where there is no other. */
function boundsOf(field: Field, reached: Reached): Bound[] {
  const { maxLength, minimum, maximum } = field.schema
  const bounds: Bound[] = []
  const add = (detail: string, words: string, value: Json) => bounds.push({ field, detail, words, value })
  if (isFreeText(field) && maxLength !== undefined && maxLength <= 500) {
    add('longest', `of ${maxLength} characters`, LETTER.repeat(maxLength))
    add('longest ASCII', `of ${maxLength} characters`, 'a'.repeat(maxLength))
  } else if (isFreeText(field) && isPlain(reached, field)) add('unicode', 'beyond ASCII', UNICODE)
  if (maximum !== undefined) add('largest', `of ${maximum}`, maximum)
  if (minimum !== undefined) add('smallest', `of ${minimum}`, minimum)
  return bounds
}

function isFreeText({ schema }: Field): boolean {
  return schema.type === 'string' && !schema.format && !schema.pattern && !schema.enum
}

/** Not fresh for each test, no secret, and long enough. */
function isPlain(reached: Reached, field: Field): boolean {
  return (
    exprAt(reached.act.body, field.path)?.is === 'literal' &&
    !/pass|pwd/i.test(lastKey(field.path)) &&
    (field.schema.maxLength ?? 100) >= UNICODE.length
  )
}
