import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import type { Environment, Row, RowChange, Snapshot, Store } from '../../src/contracts/environment.ts'
import type { Running, Sandbox } from '../../src/contracts/sandbox.ts'
import type { Place, Told } from './told.ts'

/** Id of the row that an interrupted run leaves; the next run removes it. */
export const INTERRUPTED = 100

export const rowsAtStart = ({ rows }: Told): Snapshot => structuredClone({ things: [{ id: 1 }], ...rows })

/** An environment that does what a test tells it: nothing is started, nothing touches the machine. */
export function environmentOf(root: string, place: Place, told: Told): Environment {
  const sandbox = sandboxOf(root, place, told)
  return {
    id: `told-${place.environment}`,
    sandbox,
    services: [],
    variables: { PATH: '' },
    invented: [],
    replaced: [],
    unavailable: [],
    stores: [storeOf(place)],
    async run() {
      place.active = true
      const usual = { exitCode: 0, signal: null, timedOut: false, stdout: '', stderr: '', durationMs: 5 }
      return { ...usual, ...told.command?.(place) }
    },
    async startApp() {
      place.active = true
      const request = () => Promise.reject(new Error('not here'))
      return { port: 3000, request, output: () => '', exit: null, stop: async () => {} }
    },
    async reset() {
      place.rows = rowsAtStart(told)
    },
    clone: () => Promise.reject(new Error('not here')),
    stop: async () => {},
  }
}

function sandboxOf(root: string, place: Place, told: Told): Sandbox {
  const relative = (path: string) => path.replace(`${root}/`, '')
  return {
    id: `told-${place.environment}`,
    enforcement: { network: told.network ?? 'kernel', files: 'overlay', processes: 'namespace', how: 'as told' },
    root,
    scratch: '/scratch',
    run: () => Promise.reject(new Error('not here')),
    spawn: async () => spawned(place, told.interrupted ?? 'ends'),
    relay: () => Promise.reject(new Error('not here')),
    readFile: async (path) =>
      Buffer.from(place.written.get(relative(path)) ?? readFileSync(join(root, relative(path)), 'utf8')),
    writeFile: async (path, data) => void place.written.set(relative(path), String(data)),
    removeFile: async (path) => void place.written.delete(relative(path)),
    state: async () => ({ processes: [], ports: [], files: {}, temporary: [], ...told.state?.(place) }),
    attempts: async () => (place.active ? (told.attempts?.(place) ?? []) : []),
    async clearAttempts() {
      place.active = false
    },
    stop: async () => {},
  }
}

/** The plain command, about to be interrupted: a row of its own shows that tests are under way. */
function spawned(place: Place, how: NonNullable<Told['interrupted']>): Running {
  let end = () => {}
  const exited = new Promise<{ exitCode: number | null; signal: string | null }>((resolve) => {
    end = () => resolve({ exitCode: null, signal: 'SIGINT' })
  })
  if (how === 'is through before') end()
  else place.rows.things?.push({ id: INTERRUPTED })
  return {
    pid: 2,
    stdout: new PassThrough(),
    stderr: new PassThrough(),
    exited,
    async kill(signal) {
      if (how === 'ends' || signal === 'SIGKILL') end()
    },
  }
}

/** Rows in memory, told apart by `id`. A run by the plain command removes what an interrupted one left. */
function storeOf(place: Place): Store {
  return {
    name: 'memory',
    engine: 'memory',
    tables: async () =>
      Object.keys(place.rows).map((name) => ({
        name,
        columns: [],
        primaryKey: ['id'],
        foreignKeys: [],
        unique: [],
        checks: [],
      })),
    snapshot: async () => structuredClone(place.rows),
    diff: (before, after) =>
      Object.keys({ ...before, ...after }).flatMap((table) => changesOf(table, before[table], after[table])),
    databases: async () => [],
    query: async () => [],
    reset: async () => {},
  }
}

function changesOf(table: string, before: Row[] = [], after: Row[] = []): RowChange[] {
  const has = (rows: Row[], { id }: Row) => rows.some((row) => row.id === id)
  return [
    ...after.filter((row) => !has(before, row)).map((row) => ({ table, change: 'inserted' as const, row })),
    ...before.filter((row) => !has(after, row)).map((row) => ({ table, change: 'deleted' as const, row })),
  ]
}
