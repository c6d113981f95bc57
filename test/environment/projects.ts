import { join } from 'node:path'
import type { DataStore, ProjectMap } from '../../src/contracts/project.ts'
import { startEnvironment } from '../../src/environment/index.ts'
import { projectMap as emptyMap } from '../support/project-map.ts'

const FIXTURES = join(import.meta.dirname, '../fixtures')

/** The guestbook over PostgreSQL; `parts` replaces what a test is about. */
export function projectMap(parts: Partial<ProjectMap> = {}): ProjectMap {
  return emptyMap({ root: join(FIXTURES, 'guestbook-pg'), name: 'guestbook', ...parts })
}

export function dataStore(parts: Partial<DataStore> = {}): DataStore {
  return {
    name: 'main',
    engine: 'postgres',
    driver: 'pg',
    source: 'server.js:6',
    address: [{ name: 'DATABASE_URL', part: 'url' }],
    migrations: { kind: 'sql', command: null, dir: 'migrations', source: 'migrations/001_entries.sql:1' },
    seeds: null,
    handle: null,
    ...parts,
  }
}

const SERVER = { source: 'server.js:1', build: null, app: null, before: [], command: ['node', 'server.js'] }

/** An HTTP guest book over PostgreSQL. */
export const guestbook = projectMap({
  stores: [dataStore()],
  variables: [
    { name: 'GUESTBOOK_SECRET', source: 'server.js:4', required: true, secret: true, purpose: 'secret' },
    { name: 'DATABASE_URL', source: 'server.js:7', required: true, secret: true, purpose: 'database' },
  ],
  boot: { ...SERVER, portVariable: 'PORT', defaultPort: 8080 },
})

/** The same over a SQLite file whose name the mode decides, on a port that nothing decides. */
export const fileGuestbook = projectMap({
  root: join(FIXTURES, 'guestbook-sqlite'),
  stores: [
    dataStore({
      engine: 'sqlite',
      driver: 'node-sqlite3-wasm',
      address: [],
      file: 'data/test.sqlite3',
      migrations: { kind: 'script', command: ['node', 'migrate.js'], source: 'migrate.js:1' },
    }),
  ],
  boot: { ...SERVER, portVariable: null, defaultPort: null },
})

export function start(map: ProjectMap, variables?: Record<string, string>) {
  return startEnvironment(map, { signal: new AbortController().signal, progress: () => undefined, variables })
}

export const get = (url: string) => ({ method: 'GET', url, headers: {}, body: null })

export const post = (url: string, body: object = {}) => ({
  method: 'POST',
  url,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
})
