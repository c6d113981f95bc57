import type { DataStore, Migration } from '../../../contracts/project.ts'
import { alternatives, origin, type Sym, textOf, truth, type Value } from '../evaluate/values.ts'
import type { Evaluated } from '../routes.ts'
import { lineOfMatch } from './evidence.ts'
import type { Manifest } from './manifest.ts'
import { isTest, type SourceTree } from './sources.ts'

const SCRIPTS = [
  'migrate',
  'db:migrate',
  'migrate:latest',
  'migration:run',
  'migrations:run',
  'migrate:up',
  'db:migration',
  'migrate:deploy',
  'typeorm:migrate',
  'db:setup',
  'db:init',
  'db:push',
  'setup-db',
]
const SEED_SCRIPTS = ['seed', 'db:seed', 'db:load', 'seed:run', 'seeds', 'seed:all', 'db:seed:all']
const bin = (name: string) => `node_modules/.bin/${name}`

/** How the schema gets into an empty database. */
export function findMigration(
  tree: SourceTree,
  manifest: Manifest,
  evaluated: Evaluated,
  driver: string,
  call: Sym | null,
): Migration | null {
  return (
    tool(tree, manifest, driver, call) ??
    script(tree, manifest, driver) ??
    synced(evaluated, driver, call) ??
    plainSql(tree)
  )
}

function tool(tree: SourceTree, manifest: Manifest, driver: string, call: Sym | null): Migration | null {
  if (driver === 'knex') {
    const knexfile = find(tree.sources, /(^|\/)knexfile\.[cm]?[jt]s$/)
    if (!knexfile) return null
    const where = dirname(knexfile)
    const dir =
      folder(tree, option(call, 'migrations'), where) ??
      existing(tree, [join(where, 'migrations'), 'migrations', 'src/migrations', 'db/migrations', 'src/db/migrations'])
    const named = scriptNamed(manifest, /knex(\.js)?\s.*migrate:latest/)
    if (knexfile.endsWith('ts') && named)
      return { kind: 'knex', command: ['npm', 'run', named], ...at(dir), source: scriptLine(tree, named) }
    const flag = where === '' ? [] : ['--knexfile', knexfile]
    return { kind: 'knex', command: [bin('knex'), 'migrate:latest', ...flag], ...at(dir), source: `${knexfile}:1` }
  }
  if (driver === 'prisma') {
    const schema = find(tree.documents, /\.prisma$/)
    if (!schema) return null
    const dir = join(dirname(schema), 'migrations')
    const has = [...tree.documents.keys()].some((path) => path.startsWith(`${dir}/`))
    const command = has ? [bin('prisma'), 'migrate', 'deploy'] : [bin('prisma'), 'db', 'push', '--skip-generate']
    return { kind: 'prisma', command: [...command, '--schema', schema], ...(has ? { dir } : {}), source: `${schema}:1` }
  }
  if (driver === 'sequelize' && 'sequelize-cli' in manifest.dependencies) {
    const dir = folderOf(tree.sources, /(^|\/)migrations\/[^/]+\.[cm]?[jt]s$/)
    const named = scriptNamed(manifest, /sequelize(-cli)?\s+db:migrate(?!:)/)
    if (named) return { kind: 'sequelize', command: ['npm', 'run', named], ...at(dir), source: scriptLine(tree, named) }
    return dir ? { kind: 'sequelize', command: [bin('sequelize-cli'), 'db:migrate'], dir, source: `${dir}:1` } : null
  }
  if (driver === 'typeorm') {
    const named = scriptNamed(manifest, /typeorm.*migration:run/)
    const dir = folderOf(tree.sources, /(^|\/)migrations?\/[^/]+\.[cm]?[jt]s$/)
    if (named) return { kind: 'typeorm', command: ['npm', 'run', named], ...at(dir), source: scriptLine(tree, named) }
    if (!dir || !call || !option(call, 'migrations')) return null
    const cli = /\.[cm]?ts$/.test(call.file) ? 'typeorm-ts-node-commonjs' : 'typeorm'
    return { kind: 'typeorm', command: [bin(cli), 'migration:run', '-d', call.file], dir, source: `${dir}:1` }
  }
  if (driver === 'drizzle' && 'drizzle-kit' in manifest.dependencies) {
    const config = find(tree.sources, /(^|\/)drizzle\.config\.[cm]?[jt]s$/)
    const dir = folderOf(tree.documents, /(^|\/)(drizzle|migrations)\/[^/]+\.sql$/)
    return config
      ? { kind: 'drizzle', command: [bin('drizzle-kit'), dir ? 'migrate' : 'push'], ...at(dir), source: `${config}:1` }
      : null
  }
  return null
}

function script(tree: SourceTree, manifest: Manifest, driver: string): Migration | null {
  if (driver === 'mongoose' || driver === 'mongodb') return null
  const name = SCRIPTS.find((one) => manifest.scripts[one]) ?? createsTables(tree, manifest)
  if (!name) return null
  const dir =
    folderOf(tree.documents, /(^|\/)(migrations?|sql|schema)\/[^/]+\.sql$/) ??
    folderOf(tree.sources, /(^|\/)migrations?\/[^/]+\.[cm]?[jt]s$/)
  return {
    kind: 'script',
    command: argvOf(manifest.scripts[name] ?? '', name),
    ...at(dir),
    source: scriptLine(tree, name),
  }
}

/** A script whose file makes tables and drops none. */
function createsTables(tree: SourceTree, manifest: Manifest): string | undefined {
  return Object.keys(manifest.scripts).find((name) => {
    const file = /^(?:node|tsx|ts-node)\b.*?(?:\.\/)?([\w./-]+\.[cm]?[jt]s)\s*$/.exec(manifest.scripts[name] ?? '')?.[1]
    const text = tree.sources.get(file ?? '') ?? ''
    return /CREATE TABLE/i.test(text) && !/DROP TABLE|\.listen\(/i.test(text)
  })
}

/** A plain `node file.js` is run as it is, anything else through the package manager. */
function argvOf(script: string, name: string): string[] {
  return /^node [\w./-]+\.[cm]?js$/.test(script) ? script.split(' ') : ['npm', 'run', name]
}

/** `sequelize.sync()` and `synchronize: true`: the application makes its tables when it starts. */
function synced(evaluated: Evaluated, driver: string, call: Sym | null): Migration | null {
  const sync = evaluated.interp.calls.find(({ base }) => {
    const from = base && origin(base)
    return from && /^sequelize/.test(from.module) && from.path.at(-1) === 'sync'
  })
  if (driver === 'sequelize' && sync) return { kind: 'sync', command: null, source: `${sync.file}:${sync.line}` }
  const flag = option(call, 'synchronize')
  if (driver === 'typeorm' && flag && truth(flag))
    return { kind: 'sync', command: null, source: `${call?.file}:${call?.line}` }
  // Tables made by statements of the application's own, as small SQLite projects do.
  const made = evaluated.interp.calls.find(
    ({ args, file }) => !isTest(file) && args.some((arg) => /CREATE TABLE/i.test(textOf(arg) ?? '')),
  )
  return made ? { kind: 'sync', command: null, source: `${made.file}:${made.line}` } : null
}

function plainSql(tree: SourceTree): Migration | null {
  const dir = folderOf(tree.documents, /(^|\/)(migrations?|db|sql|schema|database|init)\/[^/]+\.sql$/)
  if (dir !== null) return { kind: 'sql', command: null, dir, source: `${dir}:1` }
  const file = find(tree.documents, /^[^/]+\.sql$/)
  return file ? { kind: 'sql', command: null, dir: '.', source: `${file}:1` } : null
}

/** What fills a fresh database, where the project has something of the kind. */
export function findSeeds(tree: SourceTree, manifest: Manifest, driver: string, call: Sym | null): DataStore['seeds'] {
  const files = [...tree.sources.keys()].filter(
    (path) => /(^|\/)(seeds?|seeders)\/[^/]+\.[cm]?[jt]s$|(^|\/)seeds?\.[cm]?[jt]s$/.test(path) && !isTest(path),
  )
  const dir = folder(tree, option(call, 'seeds'), '')
  const own = dir ? files.filter((path) => path.startsWith(`${dir}/`)) : files
  if (driver === 'knex' && own.length > 0) return { command: [bin('knex'), 'seed:run'], files: own }
  const name = SEED_SCRIPTS.find((one) => manifest.scripts[one])
  if (name) return { command: argvOf(manifest.scripts[name] ?? '', name), files: own }
  if (driver === 'prisma' && own.length > 0) return { command: [bin('prisma'), 'db', 'seed'], files: own }
  return own.length > 0 ? { command: null, files: own } : null
}

function option(call: Sym | null, name: string): Value | undefined {
  for (const arg of call?.args ?? [])
    for (const one of alternatives(arg)) {
      const found = one.k === 'obj' ? one.props.get(name) : undefined
      if (found) return found
    }
  return undefined
}

function folder(tree: SourceTree, settings: Value | undefined, base: string): string | null {
  const text = settings?.k === 'obj' ? textOf(settings.props.get('directory')) : undefined
  if (text === undefined) return null
  const clean = text.replace(/^(\.?\/)+/, '')
  return existing(tree, [join(base, clean), clean])
}

const existing = (tree: SourceTree, dirs: string[]) =>
  dirs.find((dir) => [...tree.sources.keys(), ...tree.documents.keys()].some((path) => path.startsWith(`${dir}/`))) ??
  null
const dirname = (path: string) => path.split('/').slice(0, -1).join('/')
const join = (dir: string, name: string) => (dir === '' ? name : `${dir}/${name}`)
const at = (dir: string | null) => (dir ? { dir } : {})
const find = (files: Map<string, string>, pattern: RegExp) =>
  [...files.keys()].find((path) => pattern.test(path) && !isTest(path))
const scriptNamed = (manifest: Manifest, pattern: RegExp) =>
  Object.keys(manifest.scripts).find((name) => pattern.test(manifest.scripts[name] ?? ''))

function folderOf(files: Map<string, string>, pattern: RegExp): string | null {
  const found = find(files, pattern)
  return found ? dirname(found) : null
}

function scriptLine(tree: SourceTree, name: string): string {
  return `package.json:${lineOfMatch(tree.documents.get('package.json') ?? '', new RegExp(`"${name}"\\s*:`))}`
}
