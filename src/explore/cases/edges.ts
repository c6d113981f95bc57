import type { Json } from '../../contracts/json.ts'
import type { Expr } from '../../contracts/observation.ts'
import { endpointKey } from '../../contracts/project.ts'
import { schemaOf } from '../attempt.ts'
import { type Bench, variant } from '../bench.ts'
import { exprAt, exprLeaves, withPart } from '../expressions.ts'
import { type Field, fieldsOf } from '../fields.ts'
import type { Reached } from '../knowledge.ts'
import { lastKey, leavesOf, samePath } from '../leaves.ts'
import { bodyOf, isSuccess } from '../request.ts'
import { plainName, readable, withArticle } from '../words.ts'

const UNICODE = 'Zażółć gęślą jaźń – 日本語 😀'
const MOST = 6

/** What is just allowed: values on the bound, and text beyond ASCII that comes back as it was sent. */
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
  let kept = 0
  for (const field of fieldsOf(schema)) {
    for (const { detail, words, value } of onTheBound(field)) {
      if (kept >= MOST) break
      if (await accepts(bench, reached, field, detail, words, value)) kept += 1
    }
  }
  const text = fieldsOf(schema).find((field) => isFreeText(field) && isPlain(reached, field))
  if (text) await accepts(bench, reached, text, 'unicode', 'beyond ASCII', UNICODE)
}

async function accepts(
  bench: Bench,
  reached: Reached,
  field: Field,
  detail: string,
  words: string,
  value: Json,
): Promise<boolean> {
  const present = exprAt(reached.act.body, field.path)
  // A fixed value where each must differ would collide with itself.
  if (!present || mustDiffer(bench, reached, lastKey(field.path)) || isOnlyTrace(bench, reached, field, present))
    return false
  const name = lastKey(field.path)
  const body = withPart(reached.act.body, field.path, { is: 'literal', value })
  const subject = variant(
    reached,
    'success',
    `${field.path.join('.')} ${detail}`,
    `accepts ${withArticle(readable(name))} ${words}`,
    { act: { body } },
  )
  const first = await bench.attempt(subject, 'fresh', ` when ${readable(name)} is ${words}`)
  if (!first || !isSuccess(first.act.response.status)) return false
  // Only what is shown or stored as sent says that the bound was understood.
  const stored = first.changes.some(
    (change) => change.change === 'inserted' && Object.values(change.row).some((cell) => cell === value),
  )
  const shown = leavesOf(bodyOf(first.act.response)).some(
    (leaf) => leaf.value === value && plainName(lastKey(leaf.path)) === plainName(name),
  )
  if (!stored && !shown) return false
  bench.keep(subject, first, 'fresh', 'promised')
  return true
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

function mustDiffer(bench: Bench, reached: Reached, name: string): boolean {
  return reached.sighting.changes.some((change) =>
    (bench.knowledge.table(change.table)?.unique ?? []).some(
      (columns) => columns.length === 1 && plainName(columns[0] ?? '') === plainName(name),
    ),
  )
}

function onTheBound({ schema }: Field): { detail: string; words: string; value: Json }[] {
  const bounds: { detail: string; words: string; value: Json }[] = []
  const { maxLength, minimum, maximum } = schema
  if (isFreeText({ schema }) && maxLength !== undefined && maxLength <= 500)
    bounds.push({ detail: 'longest', words: `of ${maxLength} characters`, value: 'a'.repeat(maxLength) })
  if (minimum !== undefined) bounds.push({ detail: 'smallest', words: `of ${minimum}`, value: minimum })
  if (maximum !== undefined) bounds.push({ detail: 'largest', words: `of ${maximum}`, value: maximum })
  return bounds
}

function isFreeText({ schema }: Pick<Field, 'schema'>): boolean {
  return schema.type === 'string' && !schema.format && !schema.pattern && !schema.enum
}

/** Not fresh for each test: a fixed value does no harm there. */
function isPlain(reached: Reached, field: Field): boolean {
  const present = exprAt(reached.act.body, field.path)
  return (
    present?.is === 'literal' &&
    !/pass|pwd/i.test(lastKey(field.path)) &&
    (field.schema.maxLength ?? 100) >= UNICODE.length
  )
}
