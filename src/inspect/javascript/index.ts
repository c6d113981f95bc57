import { AgentError } from '../../contracts/errors.ts'
import type { Files } from '../../contracts/files.ts'
import type { LanguagePlug } from '../../contracts/plugs.ts'
import type { ProjectMap } from '../../contracts/project.ts'
import { FRAMEWORKS } from './frameworks/table.ts'
import { findAuth } from './project/auth.ts'
import { findBoot } from './project/boot.ts'
import { readConfig } from './project/config.ts'
import { readConventions } from './project/conventions.ts'
import { findEntries } from './project/entry.ts'
import { findExternals } from './project/externals.ts'
import { readManifest } from './project/manifest.ts'
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

async function inspect(files: Files): Promise<ProjectMap> {
  const tree = await readSources(files)
  if (tree.sources.size === 0)
    throw new AgentError('usage', 'NOT_A_PROJECT', 'There is a package.json, but no source file beside it', {
      value: files.root,
      next: 'Name the folder that holds the source of the server.',
    })
  const manifest = await readManifest(files, tree)
  const config = readConfig(tree)
  const world = createWorld(tree, config.value)
  const modules = [...tree.sources.keys()].filter((path) => !isTest(path))
  const evaluated = evaluateProject(world, findEntries(tree, world), modules)
  const endpoints = describeRoutes(evaluated)
  const variables = findVariables(tree, evaluated, config)
  const used = evaluated.interp.loaded.length > 0 ? evaluated.interp.loaded : modules
  const typescript = used.some((path) => /\.[cm]?tsx?$/.test(path))
  return {
    schema: 1,
    root: files.root,
    name: manifest.name,
    languages: [typescript ? 'typescript' : 'javascript'],
    frameworks: [
      ...new Set(
        Object.entries(FRAMEWORKS).flatMap(([name, framework]) => (name in manifest.dependencies ? [framework] : [])),
      ),
    ],
    packageManager: manifest.packageManager,
    moduleSystem: manifest.moduleSystem,
    typescript,
    dependencies: manifest.dependencies,
    endpoints,
    auth: findAuth(tree, evaluated, endpoints),
    stores: findStores(tree, manifest, evaluated),
    externals: findExternals(tree, evaluated),
    queues: findQueues(tree, evaluated),
    variables,
    boot: findBoot(tree, world, manifest, evaluated),
    tests: readConventions(tree, manifest),
    sources: modules.filter((path) => !SUPPORT.test(path)),
    warnings: [...tree.warnings, ...evaluated.interp.warnings, ...unserved(evaluated.routes.length, tree.documents)],
  }
}

/** Without routes at the root, a package of the workspace may be the server. */
function unserved(routes: number, documents: Map<string, string>): ProjectMap['warnings'] {
  if (routes > 0) return []
  return [...documents]
    .filter(
      ([path, text]) =>
        path !== 'package.json' && path.endsWith('/package.json') && /"(express|koa|fastify)"\s*:/.test(text),
    )
    .map(([path]) => ({
      message: 'No server was found at the root, but this package depends on one: inspect it instead',
      source: path,
    }))
}
