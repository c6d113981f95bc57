import type { RowChange, Table } from '../contracts/environment.ts'
import type { CleanupRule } from '../contracts/observation.ts'

/**
 * How the rows that tests insert are found again, children before parents. `made` tells whether a value was fresh;
 * `enforced` whether the database acts on foreign keys by itself. A table nothing leads to gets a rule with nothing in `by`.
 */
export function cleanupRules(
  changes: { change: RowChange; recipe: string | null }[],
  tables: Table[],
  made: (value: string) => boolean,
  enforced: boolean,
): CleanupRule[] {
  const touched = tables.filter((table) =>
    changes.some(({ change }) => change.change === 'inserted' && change.table === table.name),
  )
  const names = new Set(touched.map((table) => table.name))
  const rules = touched.map((table): CleanupRule => {
    const rows = changes.flatMap(({ change, recipe }) =>
      change.change === 'inserted' && change.table === table.name ? [{ row: change.row, recipe }] : [],
    )
    const parents = table.foreignKeys.filter(
      (key) => names.has(key.table) && key.columns.length === 1 && key.table !== table.name,
    )
    const references = parents.flatMap((key) => {
      const [column] = key.columns
      const [target] = key.references
      return column && target ? [{ column, references: { table: key.table, column: target } }] : []
    })
    const fresh = table.columns
      .filter((column) => !/passw|pwd/i.test(column.name))
      .filter((column) => rows.every(({ row }) => isMade(row[column.name], made)))
      .map((column) => ({
        column: column.name,
        made: { recipe: rows.find(({ recipe }) => recipe)?.recipe ?? null, kind: 'unique' as const },
      }))
    const cascades = enforced && parents.some((key) => key.onDelete === 'cascade')
    return { table: table.name, by: [...fresh, ...references], cascades }
  })
  return childrenFirst(rules, touched)
}

function isMade(value: unknown, made: (value: string) => boolean): boolean {
  return (typeof value === 'string' || typeof value === 'number') && made(String(value))
}

function childrenFirst(rules: CleanupRule[], tables: Table[]): CleanupRule[] {
  const ordered: CleanupRule[] = []
  const left = [...rules]
  while (left.length > 0) {
    const index = left.findIndex(
      (rule) => !left.some((other) => other !== rule && pointsAt(tables, other.table, rule.table)),
    )
    ordered.push(...left.splice(Math.max(0, index), 1))
  }
  return ordered
}

function pointsAt(tables: Table[], from: string, to: string): boolean {
  return tables.find((table) => table.name === from)?.foreignKeys.some((key) => key.table === to) ?? false
}
