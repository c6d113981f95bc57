import { AgentError } from '../../contracts/errors.ts'
import type { Files } from '../../contracts/files.ts'
import type { LanguagePlug } from '../../contracts/plugs.ts'
import type { DataStore, ProjectMap } from '../../contracts/project.ts'
import { partOf } from './frameworks/routers.ts'
import { frameworksOf, plugs } from './frameworks/table.ts'
import { findAuth } from './project/auth.ts'
import { findBoot } from './project/boot.ts'
import { readConfig } from './project/config.ts'
import { withDocuments } from './project/contract.ts'
import { readConventions } from './project/conventions.ts'
import { findEntries } from './project/entry.ts'
import { findExternals } from './project/externals.ts'
import { type Manifest, readManifest } from './project/manifest.ts'
import { chooseMode } from './project/mode.ts'
import { findQueues } from './project/queues.ts'
import { isTest, readSources } from './project/sources.ts'
import { findStores } from './project/stores.ts'
import { findVariables } from './project/variables.ts'
import { createWorld } from './project/world.ts'
import { describeRoutes, evaluateProject } from './routes.ts'

/** JavaScript and TypeScript, whatever the framework. */
export const javascript: LanguagePlug = {
  name: 'javascript',
  detect: async (files) => (await files.read('package.json')) !== null,
  inspect,
}

const SUPPORT =
  /(^|\/)(migrations?|seeds?|seeders|scripts|tools|docs?|examples?|config|configs|\.github)\/|(^|\/)[\w.-]*\.?config\.[cm]?[jt]s$|(^|\/)(knexfile|gulpfile|Gruntfile)\.[cm]?[jt]s$|(^|\/)\.[^/]*$/

async function inspect(files: Files, within: string | null): Promise<ProjectMap> {
  const tree = await readSources(files)
  if (tree.sources.size === 0)
    throw new AgentError('usage', 'NOT_A_PROJECT', 'There is a package.json, but no source file beside it', {
      value: files.root,
      next: 'Name the folder that holds the source of the server.',
    })
  const manifest = await readManifest(files, tree)
  const config = readConfig(tree)
  const modules = [...tree.sources.keys()].filter((path) => !isTest(path))
  const isNamed = (path: string) => within === null || path.startsWith(`${within}/`)
  const inMode = (mode: string) => {
    const world = createWorld(tree, config.value, mode)
    const evaluated = evaluateProject(
      world,
      findEntries(tree, world, within).filter(({ file }) => isNamed(file)),
      modules.filter(isNamed),
    )
    // Handlers open connections too, so they are followed first.
    const endpoints = describeRoutes(evaluated)
    return { mode, world, evaluated, endpoints, stores: findStores(tree, manifest, evaluated) }
  }
  const chosen = withRealStores(chooseMode(tree, manifest.scripts), manifest, inMode)
  const { mode, world, evaluated, stores } = chosen
  const { endpoints, warnings } = withDocuments(tree, manifest.dependencies, chosen.endpoints)
  const variables = findVariables(tree, evaluated, config)
  const used = evaluated.interp.loaded.length > 0 ? evaluated.interp.loaded : modules
  const frameworks = frameworksOf(manifest.dependencies)
  const served = partOf(evaluated.app ?? undefined)?.framework.name
  const typescript = used.some((path) => /\.[cm]?tsx?$/.test(path))
  return {
    schema: 1,
    root: files.root,
    name: manifest.name,
    languages: [typescript ? 'typescript' : 'javascript'],
    frameworks: [...new Set([...frameworks.names, ...(served ? [served] : [])])],
    packageManager: manifest.packageManager,
    moduleSystem: manifest.moduleSystem,
    typescript,
    dependencies: manifest.dependencies,
    endpoints,
    auth: findAuth(tree, evaluated, endpoints),
    stores,
    externals: findExternals(tree, evaluated),
    queues: findQueues(tree, evaluated),
    variables,
    ...(mode === 'test' ? {} : { mode }),
    boot: findBoot(tree, world, manifest, evaluated),
    tests: readConventions(tree, manifest),
    sources: modules.filter((path) => !SUPPORT.test(path) && (isNamed(path) || evaluated.interp.modules.has(path))),
    warnings: [
      ...tree.warnings,
      ...evaluated.interp.warnings,
      ...warnings,
      ...unserved(endpoints.length, tree.documents, frameworks.unread),
    ],
  }
}

/**
 * Under test some projects put a database into memory, where nobody can look at it, or take a driver that is not theirs.
 * Where development leads to one that variables decide, that one is used.
 */
function withRealStores<T extends { stores: DataStore[] }>(
  mode: string,
  manifest: Manifest,
  inMode: (mode: string) => T,
): T {
  const usual = inMode(mode)
  const installed = SQLITE_DRIVERS.some((name) => name in manifest.dependencies)
  if (!usual.stores.some(({ engine, file }) => engine === 'sqlite' && (file === ':memory:' || !installed))) return usual
  const other = inMode('development')
  const decided = ({ address }: DataStore) => address.length > 0
  return other.stores.length > 0 && other.stores.every(decided) ? other : usual
}

const SQLITE_DRIVERS = ['sqlite3', 'better-sqlite3', 'sqlite', 'sql.js', 'libsql', '@libsql/client', '@vscode/sqlite3']

/** Without routes at the root, a package of the workspace may be the server. */
function unserved(routes: number, documents: Map<string, string>, unread: string[]): ProjectMap['warnings'] {
  const notes = unread.map((name) => ({
    message: `Routes of ${name} are not supported: none of them is listed from code`,
  }))
  if (routes > 0) return notes
  const names = plugs().flatMap(({ dependencies }) => dependencies)
  const servers = [...documents]
    .filter(
      ([path, text]) =>
        path !== 'package.json' &&
        path.endsWith('/package.json') &&
        names.some((name) => new RegExp(`"${name}"\\s*:`).test(text)),
    )
    .map(([path]) => ({
      message: 'No server was found at the root, but this package depends on one: inspect it instead',
      source: path,
    }))
  return [...notes, ...servers]
}
