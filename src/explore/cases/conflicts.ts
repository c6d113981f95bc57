import type { Json, JsonPath } from '../../contracts/json.ts'
import { schemaOf } from '../attempt.ts'
import { type Bench, literal, variant } from '../bench.ts'
import { exprAt, exprLeaves, referencesOf, withPart } from '../expressions.ts'
import { dotted, fieldsOf } from '../fields.ts'
import type { Reached } from '../knowledge.ts'
import { lastKey } from '../leaves.ts'
import { isRefusal } from '../request.ts'
import { plainName, readable } from '../words.ts'

/** Columns that say how much there is to take from. */
const SUPPLY = /stock|quantity|inventory|available|capacity|balance|credit|funds|seats|remaining|units/i
/** Where no bound is known. */
const LARGE = 1_000_000

interface Extreme {
  value: number
  /** After `refuses`. */
  title: string
}

/** Amounts that their own rules allow but what they are taken from does not: more than there is, or as much as can be said. */
export async function conflictCases(bench: Bench, reached: Reached): Promise<void> {
  const { body } = reached.act
  if (!body || !['POST', 'PUT', 'PATCH'].includes(reached.endpoint.method)) return
  for (const { path, expr } of exprLeaves(body)) {
    if (expr.is !== 'literal' || typeof expr.value !== 'number') continue
    for (const { value, title } of extremes(bench, reached, path, expr.value)) {
      const subject = variant(reached, 'workflow', `${dotted(path)} extreme`, `refuses ${title}`, {
        act: { body: withPart(body, path, literal(value)) },
      })
      const first = await bench.attempt(subject, 'pool', ` when ${readable(lastKey(path))} is ${value}`)
      if (!first || !isRefusal(first.act.response.status) || first.changes.length > 0) continue
      const { status } = first.act.response
      bench.keep(subject, first, 'pool', [400, 409, 422].includes(status) ? 'promised' : 'observed')
      break
    }
  }
}

/** The smallest first; none beyond the field's own bounds. */
function extremes(bench: Bench, reached: Reached, path: JsonPath, usual: number): Extreme[] {
  const name = readable(lastKey(path))
  const bound = boundOf(bench, reached, path)
  const found: Extreme[] = suppliesFor(bench, reached, path)
    .filter(({ amount }) => amount + 1 > usual && amount + 1 <= (bound ?? amount + 1))
    .map(({ amount, column, thing }) => ({
      value: amount + 1,
      title: `more than the ${thing} has ${SUPPLY.test(column) && /stock/i.test(column) ? 'in stock' : `of ${readable(column)}`}`,
    }))
  const largest = bound ?? LARGE
  if (largest > usual && referencesOf(reached.act.body).length > 0)
    found.push({ value: largest, title: `the largest ${name} there may be` })
  return found
}

/** The largest value the field's schema allows. */
function boundOf(bench: Bench, reached: Reached, path: JsonPath): number | undefined {
  const wanted = dotted(path)
  const fields = fieldsOf(schemaOf(bench.knowledge, reached.endpoint) ?? {})
  const all = fields.flatMap((field) => [
    field,
    ...fieldsOf(field.schema.items ?? {}, [...field.path, 0]).filter(() => field.schema.items?.properties),
  ])
  return all.find((field) => dotted(field.path) === wanted)?.schema.maximum
}

/** How much the things have that the request refers to beside this field, or in its path. */
function suppliesFor(
  bench: Bench,
  reached: Reached,
  path: JsonPath,
): { amount: number; column: string; thing: string }[] {
  const beside = exprAt(reached.act.body, path.slice(0, -1))
  const names = new Set([...referencesOf(beside), ...Object.values(reached.act.params).flatMap(referencesOf)])
  return [...names].flatMap((name) => {
    const binding = reached.arrange.find((candidate) => candidate.name === name)
    const { rows } = reached.sighting
    if (!binding || !rows) return []
    const row = bench.knowledge.rowOf(binding.recipe, reached.sighting.made.get(name), rows.before)
    return Object.entries(row ?? {}).flatMap(([column, value]: [string, Json]) => {
      const supplies = SUPPLY.test(column) || plainName(column) === plainName(lastKey(path))
      const amount = Number(value)
      return supplies && value !== null && Number.isInteger(amount) && amount > 0
        ? [{ amount, column, thing: readable(binding.recipe) }]
        : []
    })
  })
}
