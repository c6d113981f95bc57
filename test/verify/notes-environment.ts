import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Environment, Row, RowChange, RunningApp, Store } from '../../src/contracts/environment.ts'
import type { ProjectMap } from '../../src/contracts/project.ts'
import type { Sandbox } from '../../src/contracts/sandbox.ts'
import type { Suite, SuiteFile } from '../../src/contracts/suite.ts'
import { openSandbox } from '../../src/workspace/sandbox/open-sandbox.ts'
import { projectMap } from '../support/project-map.ts'

const REPOSITORY = resolve(import.meta.dirname, '../..')
const FIXTURE = join(REPOSITORY, 'test/fixtures/notes')
const DEPENDENCIES = join(REPOSITORY, 'node_modules')

/** The notes application (a Node server over a JSON file) with its hand-written Jest suite, in a directory of its own. */
export interface NotesProject {
  map: ProjectMap
  suite: Suite
  openEnvironment(options?: { tree?: string }): Promise<Environment>
  remove(): void
}

/** `edit` changes files before anything is committed: path → new content from the old. */
export function createNotesProject(edit: Record<string, (content: string) => string> = {}): NotesProject {
  const root = mkdtempSync(join(tmpdir(), 'notes-'))
  cpSync(FIXTURE, root, { recursive: true })
  for (const [path, change] of Object.entries(edit)) {
    writeFileSync(join(root, path), change(readFileSync(join(root, path), 'utf8')))
  }
  symlinkSync(DEPENDENCIES, join(root, 'node_modules'))
  execFileSync('git', ['init', '-q'], { cwd: root })
  execFileSync('git', ['add', '-A'], { cwd: root })
  const folder = 'tests/integration'
  const files = readdirSync(join(FIXTURE, folder)).map((name): SuiteFile => {
    const path = `${folder}/${name}`
    return { path, kind: name.includes('.test.') ? 'test' : 'helper', content: readFileSync(join(root, path), 'utf8') }
  })
  return {
    map: notesMap(root),
    suite: {
      runner: 'jest',
      files,
      command: `node node_modules/jest/bin/jest.js ${folder}`,
      argv: ['node', 'node_modules/jest/bin/jest.js', folder],
      cwd: '.',
      env: {},
      tests: 5,
      review: [],
      missing: [],
    },
    openEnvironment: (options) => openNotesEnvironment(root, options?.tree),
    remove: () => rmSync(root, { recursive: true, force: true }),
  }
}

function notesMap(root: string): ProjectMap {
  const { tests } = projectMap()
  return projectMap({
    root,
    name: 'notes',
    endpoints: [
      ['POST', '/notes', 22],
      ['GET', '/notes/{id}', 31],
      ['DELETE', '/notes/{id}', 32],
    ].map(([method, path, line]) => ({
      method: String(method),
      path: String(path),
      auth: 'none',
      source: `src/app.js:${line}`,
      resource: 'notes',
      params: [],
      query: [],
      headers: [],
      body: null,
      statuses: [],
      roles: [],
    })),
    stores: [
      {
        name: 'notes',
        engine: 'jsonfile',
        driver: 'node:fs',
        source: 'src/app.js:5',
        address: [{ name: 'STORE_URL', part: 'url' }],
        migrations: null,
        seeds: null,
        handle: null,
      },
    ],
    boot: {
      command: ['node', 'src/server.js'],
      source: 'package.json:1',
      build: null,
      portVariable: 'PORT',
      defaultPort: 3000,
      app: null,
      before: [],
    },
    tests: { ...tests, runnerVersion: '29.7.0', dir: 'tests/integration' },
    sources: ['src/app.js', 'src/server.js'],
  })
}

async function openNotesEnvironment(root: string, tree?: string): Promise<Environment> {
  const sandbox = await openSandbox({ root, readOnly: [DEPENDENCIES], ...(tree && { tree }) })
  const path = `${sandbox.scratch}/notes.json`
  // A row of somebody else, which no test may touch.
  const reset = () => sandbox.writeFile(path, JSON.stringify({ next: 2, notes: [{ id: 1, title: 'a stranger’s' }] }))
  await reset()
  const variables = {
    PATH: process.env.PATH ?? '',
    HOME: `${sandbox.scratch}/home`,
    TZ: 'UTC',
    npm_config_update_notifier: 'false',
    STORE_URL: `jsonfile://localhost${path}`,
  }
  const unused = () => {
    throw new Error('no gate asks for this here')
  }
  return {
    id: sandbox.id,
    sandbox,
    services: [],
    variables,
    invented: [],
    replaced: [],
    unavailable: [],
    stores: [jsonStore(sandbox, path)],
    run: (command) => sandbox.run({ ...command, env: command.env ?? variables }),
    startApp: () => startNotes(sandbox, variables),
    reset,
    clone: unused,
    stop: () => sandbox.stop(),
  }
}

async function startNotes(sandbox: Sandbox, variables: Record<string, string>): Promise<RunningApp> {
  const port = 3000
  const running = await sandbox.spawn({ argv: ['node', 'src/server.js'], env: { ...variables, PORT: String(port) } })
  while (!(await sandbox.state()).ports.some((open) => open.port === port));
  return {
    port,
    request: () => Promise.reject(new Error('no gate asks for this here')),
    output: () => '',
    exit: null,
    stop: () => running.kill('SIGKILL'),
  }
}

/** Top-level lists of a JSON file are its tables; `id` is their key. */
function jsonStore(sandbox: Sandbox, path: string): Store {
  const tables = async (): Promise<Record<string, Row[]>> => {
    // The application writes without a lock; an unfinished file is read again.
    for (;;) {
      try {
        const data: Record<string, unknown> = JSON.parse((await sandbox.readFile(path)).toString('utf8'))
        return Object.fromEntries(
          Object.entries(data).flatMap(([name, rows]) => (Array.isArray(rows) ? [[name, rows]] : [])),
        )
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error
      }
    }
  }
  return {
    name: 'notes',
    engine: 'jsonfile',
    tables: async () =>
      Object.keys(await tables()).map((name) => ({
        name,
        columns: [],
        primaryKey: ['id'],
        foreignKeys: [],
        unique: [],
        checks: [],
      })),
    snapshot: tables,
    diff(before, after) {
      return Object.keys({ ...before, ...after }).flatMap((table): RowChange[] => {
        const was = new Map((before[table] ?? []).map((row) => [row.id, row]))
        const is = new Map((after[table] ?? []).map((row) => [row.id, row]))
        return [
          ...[...is].flatMap(([id, row]): RowChange[] => {
            const old = was.get(id)
            if (!old) return [{ table, change: 'inserted', row }]
            return JSON.stringify(old) === JSON.stringify(row)
              ? []
              : [{ table, change: 'updated', before: old, after: row }]
          }),
          ...[...was].flatMap(([id, row]): RowChange[] => (is.has(id) ? [] : [{ table, change: 'deleted', row }])),
        ]
      })
    },
    databases: async () => [],
    query: async () => [],
    reset: async () => {},
  }
}

/** Replaces text that must be there. */
export function replacing(search: string, replacement: string): (content: string) => string {
  return (content) => {
    if (!content.includes(search)) throw new Error(`not in the file: ${search}`)
    return content.replace(search, () => replacement)
  }
}
