import type { Json } from '../contracts/json.ts'
import type { Recipe, RequestTemplate } from '../contracts/observation.ts'
import { endpointKey } from '../contracts/project.ts'
import { exprLeaves, referencesOf } from './expressions.ts'
import { type Knowledge, type Learned, type Reached, storedAs } from './knowledge.ts'
import { lastKey, valueAt } from './leaves.ts'
import { isAction, isParam, lastLiteral, nounOfPath, segmentsOf } from './paths.ts'
import { camelCase, nounOf, plainName, splitWords } from './words.ts'

/** Turns a creation that worked into a recipe, named after what it makes. */
export function recipeFrom(knowledge: Knowledge, reached: Reached): Recipe {
  const needs: Record<string, string> = {}
  const used = new Set(bindingsOf(reached.act))
  for (const binding of reached.arrange) if (used.has(binding.name)) needs[binding.name] = binding.recipe
  return {
    name: recipeName(knowledge, reached),
    kind: 'resource',
    needs,
    steps: [reached.act],
    credential: null,
    example: reached.sighting.act.response.json ?? null,
  }
}

/** Bindings that a request refers to. */
export function bindingsOf(template: RequestTemplate): string[] {
  const { credential } = template
  return [
    ...(credential.is === 'none' || credential.as === null ? [] : [credential.as]),
    ...[
      ...Object.values(template.params),
      ...Object.values(template.query),
      ...Object.values(template.headers),
    ].flatMap(referencesOf),
    ...referencesOf(template.body),
  ]
}

function recipeName(knowledge: Knowledge, reached: Reached): string {
  const { path } = reached.endpoint
  const literals = segmentsOf(path).filter((segment) => !isParam(segment))
  const action = isAction(reached.endpoint, knowledge.map.endpoints)
  const name = action ? camelCase(splitWords(lastLiteral(path))) : nounOfPath(path)
  if (!knowledge.recipes.has(name)) return name
  const parent = camelCase([nounOf(literals.at(-2) ?? ''), ...splitWords(name)])
  if (!knowledge.recipes.has(parent)) return parent
  for (let index = 2; ; index += 1) if (!knowledge.recipes.has(`${parent}${index}`)) return `${parent}${index}`
}

/** Adds a recipe with what its row tells: table, key and owner columns. */
export function registerRecipe(knowledge: Knowledge, recipe: Recipe, reached: Reached): Learned {
  const stored = storedAs(reached.sighting, knowledge.tables, recipe.name)
  const learned: Learned = {
    recipe,
    endpoint: reached.endpoint,
    action: isAction(reached.endpoint, knowledge.map.endpoints),
    table: stored?.table ?? null,
    key: recipe.steps.length > 1 ? keyOfLastStep(stored?.key ?? null, recipe) : (stored?.key ?? null),
    owners: [],
  }
  knowledge.recipes.set(recipe.name, recipe)
  knowledge.learned.set(recipe.name, learned)
  for (const change of reached.sighting.changes) knowledge.changes.push({ change, recipe: recipe.name })
  learned.owners = ownersOf(knowledge, learned, reached)
  return learned
}

/** The key was found in the sign-up; a binding shows the log-in alone. */
function keyOfLastStep(key: Learned['key'], recipe: Recipe): Learned['key'] {
  if (!key) return null
  const name = plainName(key.at === 'request' ? lastKey(key.path) : key.column)
  const main = recipe.steps.at(-1)
  const match = exprLeaves(main?.body ?? null).find((leaf) => plainName(lastKey(leaf.path)) === name)
  if (key.at === 'request' && match) return { column: key.column, at: 'request', path: match.path }
  const inExample = key.at === 'response' ? valueAt(recipe.example as Json, key.path) : undefined
  return inExample === undefined ? null : key
}

function ownersOf(knowledge: Knowledge, learned: Learned, reached: Reached): Learned['owners'] {
  const table = knowledge.table(learned.table)
  const { rows, changes } = reached.sighting
  const own = changes.find((change) => change.change === 'inserted' && change.table === learned.table)
  if (!table || !rows || own?.change !== 'inserted') return []
  return Object.entries(learned.recipe.needs).flatMap(([need, actor]) => {
    const person = knowledge.learned.get(actor)
    if (person?.recipe.kind !== 'actor') return []
    const row = knowledge.rowOf(actor, reached.sighting.made.get(need), rows.after)
    const people = knowledge.table(person.table)
    if (!row || !people) return []
    const id = people.primaryKey[0] ?? person.key?.column ?? 'id'
    return table.columns
      .filter((column) => {
        const value = own.row[column.name]
        const declared = table.foreignKeys.some((key) => key.table === people.name && key.columns.includes(column.name))
        const named = /user|author|owner|creator|created_?by|seller|account|customer|member/i.test(column.name)
        return (declared || named) && value !== null && value !== undefined && String(value) === String(row[id])
      })
      .map((column) => ({ column: column.name, need, actor }))
  })
}

/** Notes fields whose literal landed in a column that allows each value once. True when there is such a field. */
export function settleUniques(knowledge: Knowledge, reached: Reached): boolean {
  let found = false
  for (const change of reached.sighting.changes) {
    if (change.change !== 'inserted') continue
    const single = (knowledge.table(change.table)?.unique ?? []).filter((columns) => columns.length === 1).flat()
    for (const { path, expr } of exprLeaves(reached.act.body)) {
      if (expr.is !== 'literal' || typeof expr.value !== 'string' || expr.value === '') continue
      const key = `${endpointKey(reached.endpoint)} ${plainName(nounOf(lastKey(path)))}`
      const value = expr.value.toLowerCase()
      if (
        !single.some((column) => String(change.row[column]).toLowerCase() === value) ||
        knowledge.uniqueFields.has(key)
      )
        continue
      knowledge.uniqueFields.add(key)
      knowledge.uniqueFields.add(`${endpointKey(reached.endpoint)} ${plainName(lastKey(path))}`)
      found = true
    }
  }
  return found
}
