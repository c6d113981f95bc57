import type { Table } from '../../../../contracts/environment.ts'
import type { CleanupRule, Exploration, Expr } from '../../../../contracts/observation.ts'
import { walkExpr } from '../json.ts'
import { camel, plain, takeName } from '../names.ts'

/** One way in which a row shows that it is ours. */
export type Sign =
  | { is: 'mark'; column: string }
  /** A unique value that cannot carry the mark. */
  | { is: 'made'; column: string }
  | { is: 'parent'; column: string; variable: string }

/** Where own rows are, children first, with a variable for each set of parent rows. */
export interface CleanupPlan {
  /** Sub-selects of own rows, parents first. */
  sets: { variable: string; table: string; column: string; signs: Sign[] }[]
  removals: { table: string; signs: Sign[] }[]
  /** Columns in which an interrupted run's marks are found. */
  roots: { table: string; column: string }[]
  usesMade: boolean
}

export function planCleanup(exploration: Exploration, tables: Table[]): CleanupPlan {
  const rules = new Map(exploration.cleanup.map((rule) => [rule.table, rule]))
  const numbered = markless(exploration)
  const sets: CleanupPlan['sets'] = []
  const taken = new Set<string>(['mark', 'found', 'rows', 'query'])
  const variables = new Map<string, string | null>()

  function isMarkless(table: string, column: string): boolean {
    const type = tables.find(({ name }) => name === table)?.columns.find(({ name }) => name === column)?.type ?? 'text'
    return numbered.has(plain(column)) || /int|serial|uuid|numeric|decimal|real|double/i.test(type)
  }

  const isNullable = (table: string, column: string) =>
    tables.find(({ name }) => name === table)?.columns.find(({ name }) => name === column)?.nullable ?? true

  /** Where every row has a parent, or one value that is always made, the others tell nothing more. */
  function needed(table: string, signs: Sign[]): Sign[] {
    const parents = signs.filter(({ is, column }) => is === 'parent' && !isNullable(table, column))
    if (parents.length > 0) return signs.filter(({ is }) => is === 'parent')
    const sole = signs.find(({ is, column }) => is === 'mark' && !isNullable(table, column))
    return sole ? signs.filter((sign) => sign === sole || sign.is === 'parent') : signs
  }

  function signsOf(rule: CleanupRule): Sign[] {
    return needed(rule.table, allSigns(rule))
  }

  function allSigns(rule: CleanupRule): Sign[] {
    return rule.by.flatMap((by): Sign[] => {
      if ('made' in by) return [{ is: isMarkless(rule.table, by.column) ? 'made' : 'mark', column: by.column }]
      const variable = by.references.table === rule.table ? null : setOf(by.references.table, by.references.column)
      return variable ? [{ is: 'parent', column: by.column, variable }] : []
    })
  }

  /** The variable that holds a parent's own rows; `null` while it is being worked out, which a circle of references would ask. */
  function setOf(table: string, column: string): string | null {
    const key = `${table}.${column}`
    const known = variables.get(key)
    if (known !== undefined) return known
    const rule = rules.get(table)
    if (!rule) return null
    variables.set(key, null)
    const signs = signsOf(rule)
    if (signs.length === 0) return null
    const variable = takeName([camel(table), camel(`${table}_${column}`)], taken)
    variables.set(key, variable)
    sets.push({ variable, table, column, signs })
    return variable
  }

  const removals = exploration.cleanup.flatMap((rule) => {
    const signs = signsOf(rule)
    return signs.length > 0 ? [{ table: rule.table, signs }] : []
  })
  const used = new Set<string>()
  const note = (signs: Sign[]) => {
    for (const sign of signs) if (sign.is === 'parent') used.add(sign.variable)
  }
  for (const { signs } of removals) note(signs)
  for (const set of sets.toReversed()) if (used.has(set.variable)) note(set.signs)
  const roots = exploration.cleanup.flatMap((rule) => {
    const sign = signsOf(rule).find(({ is }) => is === 'mark')
    return sign ? [{ table: rule.table, column: sign.column }] : []
  })
  const kept = sets.filter(({ variable }) => used.has(variable))
  const usesMade = [...removals, ...kept].some(({ signs }) => signs.some(({ is }) => is === 'made'))
  return { sets: kept, removals, roots, usesMade }
}

/** Field names, in plain letters, whose unique values are numbers or uuids. */
function markless({ recipes, observations }: Exploration): Set<string> {
  const names = new Set<string>()
  const note = (body: Expr | null) =>
    walkExpr(body, (expr, path) => {
      if (expr.is === 'unique' && /^(uuid|integer|phone)$/.test(expr.kind)) names.add(plain(String(path.at(-1) ?? '')))
    })
  for (const { steps } of recipes) for (const { body } of steps) note(body)
  for (const { case: subject } of observations) note(subject.act.body)
  return names
}
