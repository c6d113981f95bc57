import type { Binding, Case, Pattern, RowExpectation } from '../contracts/observation.ts'
import type { Sighting } from './execute.ts'
import type { Knowledge, Learned } from './knowledge.ts'
import { bindingsOf } from './recipes.ts'
import { fits, patternsOf, promise, visible } from './rows.ts'
import { sourcesOf } from './sources.ts'

/** Rows of what stands beside the thing that an accepted write is about: they are as they were. */
export function rowsBeside(knowledge: Knowledge, subject: Case, first: Sighting, second: Sighting): RowExpectation[] {
  const sources = sourcesOf(subject, first, second, true)
  const requests = [subject.act, ...subject.follow]
  const used = new Set([
    ...requests.flatMap(bindingsOf),
    ...subject.arrange.flatMap(({ needs }) => Object.values(needs)),
  ])
  return subject.arrange.flatMap((binding): RowExpectation[] => {
    const learned = knowledge.learned.get(binding.recipe)
    if (used.has(binding.name) || !learned?.table) return []
    const { table } = learned
    const where = keyWhere(learned, binding) ?? belongingWhere(knowledge, learned, binding, subject)
    if (!where) return []
    const [a, b] = [first, second].map((sighting) => {
      const rows = (when: 'before' | 'after') =>
        (sighting.rows?.[when][table] ?? []).filter((row) => fits(row, where, sighting))
      const [before, after] = [rows('before'), rows('after')]
      return before.length === 1 && JSON.stringify(before) === JSON.stringify(after) ? before[0] : undefined
    })
    if (!a || !b) return []
    const values = promise(visible(knowledge, table, patternsOf(a, b, sources, true), where))
    return [{ table, change: 'unchanged', where, values, count: 1 }]
  })
}

function keyWhere({ key }: Learned, { name }: Binding): Record<string, Pattern> | null {
  return key && { [key.column]: { is: 'same', from: name, at: key.at, path: key.path, provenance: 'promised' } }
}

/** Whose it is and what it belongs to, where its answer has no key of its own. */
function belongingWhere(
  knowledge: Knowledge,
  { table, owners }: Learned,
  { needs }: Binding,
  subject: Case,
): Record<string, Pattern> | null {
  const where: Record<string, Pattern> = {}
  const columns = new Map(owners.map(({ column, need }) => [column, need]))
  for (const foreign of knowledge.table(table)?.foreignKeys ?? []) {
    const [column] = foreign.columns
    const local = Object.keys(needs).find((need) => {
      const recipe = subject.arrange.find(({ name }) => name === needs[need])?.recipe
      return recipe !== undefined && knowledge.learned.get(recipe)?.table === foreign.table
    })
    if (column && local && !columns.has(column) && ![...columns.values()].includes(local)) columns.set(column, local)
  }
  for (const [column, local] of columns) {
    const holder = subject.arrange.find(({ name }) => name === needs[local])
    const key = holder && knowledge.learned.get(holder.recipe)?.key
    if (!holder || key?.at !== 'response') return null
    where[column] = { is: 'same', from: holder.name, at: 'response', path: key.path, provenance: 'promised' }
  }
  return columns.size > 0 && columns.size === Object.keys(needs).length ? where : null
}
