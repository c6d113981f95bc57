import type { Row, RowChange, Snapshot } from '../../contracts/environment.ts'

/**
 * What happened between two snapshots. `primaryKeys` names the key columns per table; rows of a table without one are
 * compared whole, so that an update shows as a deletion and an insertion.
 */
export function diffSnapshots(
  before: Snapshot,
  after: Snapshot,
  primaryKeys: ReadonlyMap<string, string[]>,
): RowChange[] {
  const tables = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort()
  return tables.flatMap((table) =>
    diffTable(table, before[table] ?? [], after[table] ?? [], primaryKeys.get(table) ?? []),
  )
}

function diffTable(table: string, before: Row[], after: Row[], key: string[]): RowChange[] {
  const identify = (row: Row) =>
    key.length > 0 ? JSON.stringify(key.map((column) => row[column] ?? null)) : canonical(row)
  // Equal rows without a key can occur more than once: each identity holds a list.
  const remaining = new Map<string, Row[]>()
  for (const row of before) {
    const id = identify(row)
    remaining.set(id, [...(remaining.get(id) ?? []), row])
  }
  const changes: RowChange[] = []
  for (const row of after) {
    const old = remaining.get(identify(row))?.shift()
    if (!old) changes.push({ table, change: 'inserted', row })
    else if (canonical(old) !== canonical(row)) changes.push({ table, change: 'updated', before: old, after: row })
  }
  for (const row of [...remaining.values()].flat()) changes.push({ table, change: 'deleted', row })
  return changes
}

function canonical(row: Row): string {
  return JSON.stringify(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1)))
}
