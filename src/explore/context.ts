import type { Expr } from '../contracts/observation.ts'
import { type Endpoint, endpointKey } from '../contracts/project.ts'
import type { Arrangement } from './arrangement.ts'
import type { Knowledge, Learned } from './knowledge.ts'
import { nounOfPath } from './paths.ts'
import { identityOf } from './producers.ts'
import type { ValueContext } from './values.ts'
import { nounOf, plainName } from './words.ts'

/** Table that probably stores what this endpoint is about. */
export function likelyTable(knowledge: Knowledge, endpoint: Endpoint) {
  const noun = plainName(nounOfPath(endpoint.path))
  return knowledge.tables.find((table) => plainName(nounOf(table.name)) === noun)
}

/** What values for this endpoint's fields can be based on. References arrange what they need. */
export function contextFor(
  knowledge: Knowledge,
  endpoint: Endpoint,
  arrangement: Arrangement,
  actor: string | null,
  signup = false,
): ValueContext {
  const table = likelyTable(knowledge, endpoint) ?? (signup ? tableOfPeople(knowledge) : undefined)
  const update = endpoint.method === 'PUT' || endpoint.method === 'PATCH'
  return {
    signup,
    update,
    column: (name) => table?.columns.find((column) => plainName(column.name) === plainName(name)),
    unique: (name) =>
      knowledge.uniqueFields.has(`${endpointKey(endpoint)} ${plainName(name)}`) ||
      (table?.unique ?? []).some(
        (columns) => columns.length === 1 && plainName(columns[0] ?? '') === plainName(name),
      ) ||
      knowledge.tables.some(
        (other) =>
          plainName(nounOf(other.name)) === plainName(name) &&
          other.unique.some((columns) => columns.length === 1 && columns[0] !== other.primaryKey[0]),
      ),
    kept: (name) => referred(knowledge, name, table?.name ?? null)?.recipe.kind === 'actor',
    reference: (name) => referenceTo(knowledge, name, table?.name ?? null, arrangement, actor, update),
  }
}

/** Where accounts with passwords are stored. */
export function tableOfPeople(knowledge: Knowledge) {
  return knowledge.tables.find((table) => table.columns.some((column) => /passw|pwd/i.test(column.name)))
}

function referenceTo(
  knowledge: Knowledge,
  name: string,
  table: string | null,
  arrangement: Arrangement,
  actor: string | null,
  update: boolean,
): Expr | null {
  const learned = referred(knowledge, name, table)
  const identity = learned && identityOf(learned)
  if (!learned) return rowReferred(knowledge, name, table, update)
  if (!identity) return null
  const binding = learned.recipe.kind === 'actor' && actor ? actor : arrangement.need(learned.recipe.name)
  return { is: 'ref', from: binding, at: identity.at, path: identity.path }
}

/** Id of a row that migrations or seeds put where no endpoint adds any; an update takes another one where there is. */
function rowReferred(knowledge: Knowledge, name: string, table: string | null, update: boolean): Expr | null {
  const target = referenceTable(knowledge, name, table)
  const rows = target ? (knowledge.initial[target.table] ?? []) : []
  const row = (update ? rows[1] : undefined) ?? rows[0]
  const id = target && row?.[target.column]
  return id === null || id === undefined ? null : { is: 'literal', value: id }
}

/** Where a field of this name points to, by its foreign key, else by its name: `categoryId` → `categories.id`. */
export function referenceTable(
  knowledge: Knowledge,
  name: string,
  table: string | null,
): { table: string; column: string } | null {
  const foreign = knowledge
    .table(table)
    ?.foreignKeys.find((key) => key.columns.length === 1 && plainName(key.columns[0] ?? '') === plainName(name))
  if (foreign) return { table: foreign.table, column: foreign.references[0] ?? 'id' }
  const noun = nounReferred(name)
  const named = noun ? knowledge.tables.find((other) => plainName(nounOf(other.name)) === noun) : undefined
  const [column] = named?.primaryKey ?? []
  return named && column ? { table: named.name, column } : null
}

/** The recipe whose product a field of this name means: by foreign key first, then by its name. */
export function referred(knowledge: Knowledge, name: string, table: string | null): Learned | null {
  const foreign = knowledge
    .table(table)
    ?.foreignKeys.find((key) => key.columns.length === 1 && plainName(key.columns[0] ?? '') === plainName(name))
  if (foreign) return knowledge.makerOf(foreign.table) ?? null
  const noun = nounReferred(name)
  if (!noun) return null
  for (const learned of knowledge.learned.values()) {
    if (learned.action) continue
    if (plainName(learned.recipe.name) === noun || (learned.table && plainName(nounOf(learned.table)) === noun))
      return learned
  }
  return null
}

/** `productId`, `product_ids` → `product`; `null` for a name that refers to nothing. */
export function nounReferred(name: string): string | null {
  const match = /^(.+?)_?(?:[iI][dD]s?|[uU]{2}[iI][dD]s?)$/.exec(name)
  const stem = match?.[1]
  if (!stem || /^(u|gu|pa|va|gr|so|flu|ra|bra|ki|a|hyb|val|inval|pyram)$/i.test(stem)) return null
  return plainName(nounOf(stem))
}
