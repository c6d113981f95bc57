import { createHash } from 'node:crypto'
import type { Environment, RowChange, Snapshot } from '../contracts/environment.ts'
import type { Json } from '../contracts/json.ts'
import type { SandboxState } from '../contracts/sandbox.ts'
import type { SuiteFile } from '../contracts/suite.ts'
import { isCache, isServiceBackend } from './caches.ts'

/** Everything that a suite might leave behind, at one moment. */
export interface Footprint {
  stores: Record<string, { rows: Snapshot; tables: string[]; databases: string[] }>
  state: SandboxState
}

/** Something that is there afterwards and was not before, or the other way round. */
export interface Residue {
  kind: 'rows' | 'table' | 'database' | 'file' | 'temporary file' | 'port' | 'process'
  name: string
  detail: string
}

const SETTLE_MS = 3_000
const SHOWN = 160

/** Looks at stores over the verifier's own connection, and at the sandbox. */
export async function takeFootprint(environment: Environment): Promise<Footprint> {
  const stores: Footprint['stores'] = {}
  for (const store of environment.stores) {
    const tables = await store.tables()
    stores[store.name] = {
      rows: await store.snapshot(),
      tables: tables.map((table) => table.name).sort(),
      databases: (await store.databases()).sort(),
    }
  }
  return { stores, state: await environment.sandbox.state() }
}

/**
 * What differs from `before`, the suite's own files aside. A process that was told to end needs its moment: ports and processes are looked at again for up
 * to 3 s before they count.
 */
export async function findResidue(environment: Environment, before: Footprint, own: SuiteFile[]): Promise<Residue[]> {
  const after = await takeFootprint(environment)
  const deadline = Date.now() + SETTLE_MS
  let live = liveResidue(before.state, after.state)
  while (live.length > 0 && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 100))
    live = liveResidue(before.state, await environment.sandbox.state())
  }
  return [
    ...storeResidue(environment, before, after),
    ...live,
    ...(await fileResidue(environment, before.state, after.state, own)),
  ]
}

function storeResidue(environment: Environment, before: Footprint, after: Footprint): Residue[] {
  return environment.stores.flatMap((store) => {
    const was = before.stores[store.name]
    const is = after.stores[store.name]
    if (!was || !is) return []
    return [
      ...rowResidue(store.name, store.diff(was.rows, is.rows)),
      ...listResidue('table', store.name, was.tables, is.tables),
      ...listResidue('database', store.name, was.databases, is.databases),
    ]
  })
}

function rowResidue(store: string, changes: RowChange[]): Residue[] {
  const groups = new Map<string, [RowChange, ...RowChange[]]>()
  for (const change of changes) {
    const key = `${change.table} ${change.change}`
    const group = groups.get(key)
    if (group) group.push(change)
    else groups.set(key, [change])
  }
  return [...groups.values()].map((group) => {
    const [first] = group
    const sample = JSON.stringify(first.change === 'updated' ? first.after : first.row)
    return {
      kind: 'rows',
      name: `${store}.${first.table}`,
      detail: `${group.length} ${group.length === 1 ? 'row' : 'rows'} ${first.change}, e.g. ${sample.slice(0, SHOWN)}`,
    }
  })
}

function listResidue(kind: 'table' | 'database', store: string, was: string[], is: string[]): Residue[] {
  return [
    ...is.filter((name) => !was.includes(name)).map((name) => ({ kind, name: `${store}.${name}`, detail: 'created' })),
    ...was.filter((name) => !is.includes(name)).map((name) => ({ kind, name: `${store}.${name}`, detail: 'dropped' })),
  ]
}

function liveResidue(was: SandboxState, is: SandboxState): Residue[] {
  const ports = new Set(was.ports.map(({ port }) => port))
  const pids = new Set(was.processes.map(({ pid }) => pid))
  return [
    ...is.ports
      .filter(({ port }) => !ports.has(port))
      .map(({ port, pid }) => ({
        kind: 'port' as const,
        name: String(port),
        detail: `still open, pid ${pid ?? 'unknown'}`,
      })),
    ...is.processes
      .filter((process) => !pids.has(process.pid) && !isServiceBackend(process.argv))
      .map(({ pid, argv }) => ({
        kind: 'process' as const,
        name: String(pid),
        detail: argv.join(' ').slice(0, SHOWN),
      })),
  ]
}

async function fileResidue(
  environment: Environment,
  was: SandboxState,
  is: SandboxState,
  own: SuiteFile[],
): Promise<Residue[]> {
  const residue: Residue[] = []
  for (const path of new Set([...Object.keys(was.files), ...Object.keys(is.files)])) {
    const old = was.files[path]
    const now = is.files[path]
    if (
      isCache(path) ||
      (old?.size === now?.size && old?.mtimeMs === now?.mtimeMs && (old === null) === (now === null))
    )
      continue
    // The file behind a file store changes with every write; its rows are compared instead.
    if (path in was.files && (await isDatabaseFile(environment, path))) continue
    if (await isAsWritten(environment, path, own)) continue
    const detail = now === null ? 'removed' : now === undefined ? 'put back' : old ? 'changed' : 'created'
    residue.push({ kind: 'file', name: path, detail })
  }
  const scratch = environment.sandbox.scratch
  for (const path of is.temporary) {
    if (was.temporary.includes(path) || path.startsWith(scratch) || isCache(path)) continue
    residue.push({ kind: 'temporary file', name: path, detail: 'created' })
  }
  return residue
}

/** A file of the suite, with its content: we put it there ourselves. */
async function isAsWritten(environment: Environment, path: string, own: SuiteFile[]): Promise<boolean> {
  const file = own.find((one) => one.path === path)
  if (!file) return false
  const data = await environment.sandbox.readFile(path).catch(() => null)
  return data?.toString('utf8') === file.content
}

/** SQLite's own mark, or the journal beside such a file. */
async function isDatabaseFile(environment: Environment, path: string): Promise<boolean> {
  const main = path.replace(/-(wal|shm|journal)$/, '')
  const data = await environment.sandbox.readFile(main).catch(() => null)
  return data?.subarray(0, 15).toString('latin1') === 'SQLite format 3'
}

/** Row counts and a digest per table, for the report. */
export function describeRows(footprint: Footprint): Json {
  return Object.fromEntries(
    Object.entries(footprint.stores).map(([store, { rows }]) => [
      store,
      Object.fromEntries(
        Object.entries(rows).map(([table, list]) => {
          // Row order is the database's choice and says nothing.
          const sorted = list.map((row) => JSON.stringify(row)).sort()
          const digest = createHash('sha256').update(sorted.join('\n')).digest('hex').slice(0, 12)
          return [table, { rows: list.length, digest }]
        }),
      ),
    ]),
  )
}
