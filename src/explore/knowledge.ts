import type { RowChange, Snapshot, Table } from '../contracts/environment.ts'
import type { Json, JsonPath } from '../contracts/json.ts'
import type { Binding, Case, Exploration, Recipe, RequestTemplate } from '../contracts/observation.ts'
import { type Endpoint, endpointKey, type ProjectMap } from '../contracts/project.ts'
import type { Made, Sighting } from './execute.ts'
import type { Amendments } from './fields.ts'
import { Findings } from './findings.ts'
import { lastKey, leavesOf, valueAt } from './leaves.ts'
import { isAction } from './paths.ts'
import { plainName } from './words.ts'

/** A recipe and where its thing is stored. */
export interface Learned {
  recipe: Recipe
  endpoint: Endpoint
  /** A verb on a thing, rather than a thing. */
  action: boolean
  table: string | null
  /** What finds the row of one that was made. */
  key: { column: string; at: 'request' | 'response'; path: JsonPath } | null
  /** Columns that hold the row of an actor it needs, by the need's local name. */
  owners: { column: string; need: string; actor: string }[]
}

/** An endpoint that answered with success, and how. */
export interface Reached {
  endpoint: Endpoint
  arrange: Binding[]
  act: RequestTemplate
  sighting: Sighting
  /** Body fields as they should be, after what the answers taught. */
  amendments: Amendments
}

/** Everything one exploration found out so far. */
export class Knowledge {
  readonly map: ProjectMap
  readonly tables: Table[]
  readonly recipes = new Map<string, Recipe>()
  readonly learned = new Map<string, Learned>()
  readonly reached = new Map<string, Reached>()
  readonly unreached: Exploration['unreached'] = []
  /** Requests of a signed-in account that did not succeed, though for another reason than who asks. */
  readonly guarded: Pick<Reached, 'endpoint' | 'arrange' | 'act'>[] = []
  readonly invented: Exploration['invented'] = []
  /** Why there is no account to ask as; `null` where there is one. */
  noSignUp: string | null = null
  readonly findings = new Findings()
  /** By case id: what the environment lacks that the application needed for it. */
  readonly unmet = new Map<string, string>()
  /** Plain field names, per table or endpoint key, whose values must differ: `users.email`. */
  readonly uniqueFields = new Set<string>()
  /** Row changes of recipes and of kept cases: what tests will leave behind. */
  readonly changes: { change: RowChange; recipe: string | null }[] = []

  /** Rows there before anything was done: from migrations and seeds. */
  readonly initial: Snapshot

  constructor(map: ProjectMap, tables: Table[], initial: Snapshot = {}) {
    this.map = map
    this.tables = tables
    this.initial = initial
  }

  table(name: string | null): Table | undefined {
    return this.tables.find((table) => table.name === name)
  }

  /** Actor recipes, the plainest first. */
  actors(): Recipe[] {
    return [...this.recipes.values()].filter((recipe) => recipe.kind === 'actor')
  }

  /** Whether this endpoint is a verb on a thing. */
  isAction(key: string): boolean {
    return this.map.endpoints.some(
      (endpoint) => endpointKey(endpoint) === key && isAction(endpoint, this.map.endpoints),
    )
  }

  /** Tables whose rows are accounts. */
  accountTables(): string[] {
    return this.actors().flatMap((actor) => this.learned.get(actor.name)?.table ?? [])
  }

  /** Finds the stored row of a thing that was made, by its key. */
  rowOf(recipeName: string, made: Made | undefined, rows: Snapshot): Record<string, Json> | undefined {
    const learned = this.learned.get(recipeName)
    if (!learned?.key || !learned.table || !made) return undefined
    const { column, at, path } = learned.key
    const value = valueAt(made[at], path)
    if (value === undefined) return undefined
    return rows[learned.table]?.find((row) => String(row[column]) === String(value))
  }

  /** Recipe that makes rows of this table, actions aside. */
  makerOf(table: string): Learned | undefined {
    const makers = [...this.learned.values()].filter((learned) => learned.table === table && !learned.action)
    const [id] = this.table(table)?.primaryKey ?? []
    return makers.find((maker) => maker.key?.column === id) ?? makers[0]
  }
}

export function emptyCase(endpoint: Endpoint, arrange: Binding[], act: RequestTemplate): Case {
  return {
    id: `${endpointKey(endpoint)} attempt`,
    endpoint: endpointKey(endpoint),
    kind: 'success',
    title: '',
    arrange,
    act,
    follow: [],
  }
}

/** Where the main row of a creation landed, and how to find it again. */
export function storedAs(
  sighting: Sighting,
  tables: Table[],
  noun: string,
): { table: string; key: Learned['key'] } | null {
  const inserted = sighting.changes.filter((change) => change.change === 'inserted')
  const response = leavesOf(sighting.act.response.json)
  const request = leavesOf(sighting.act.body)
  const candidates = inserted.flatMap((change) => {
    const table = tables.find((candidate) => candidate.name === change.table)
    if (!table) return []
    const key = keyOf(change.row, table, request, response)
    const named = plainName(table.name).startsWith(plainName(noun).slice(0, Math.max(3, plainName(noun).length - 2)))
    return [{ table: table.name, key, score: (named ? 4 : 0) + (key ? 2 : 0) + (key?.at === 'response' ? 1 : 0) }]
  })
  candidates.sort((a, b) => b.score - a.score)
  return candidates[0] ?? null
}

function keyOf(
  row: Record<string, Json>,
  table: Table,
  request: ReturnType<typeof leavesOf>,
  response: ReturnType<typeof leavesOf>,
): Learned['key'] {
  const columns = [
    ...(table.primaryKey.length === 1 ? table.primaryKey : []),
    ...table.unique.filter((set) => set.length === 1).flat(),
  ]
  for (const column of columns) {
    const value = row[column]
    if (value === null || value === undefined) continue
    for (const [at, leaves] of [
      ['response', response],
      ['request', request],
    ] as const) {
      const matches = leaves.filter((leaf) => String(leaf.value) === String(value) && leaf.value !== null)
      const named = matches.filter((leaf) => plainName(lastKey(leaf.path)).endsWith(plainName(column)))
      const [best] = [...named, ...(String(value).length >= 8 ? matches : [])].sort(
        (a, b) => a.path.length - b.path.length,
      )
      if (best) return { column, at, path: best.path }
    }
  }
  return null
}
