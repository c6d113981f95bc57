import type { Files } from '../../../contracts/files.ts'
import type { ProjectMap } from '../../../contracts/project.ts'
import { installedVersion, workspaceDevDependencies } from '../../../workspace/installed-version.ts'
import { asObject, parseJson, type SourceTree } from './sources.ts'

/** What `package.json` says, and what is really installed. */
export interface Manifest {
  name: string
  raw: Record<string, unknown>
  scripts: Record<string, string>
  dependencies: ProjectMap['dependencies']
  packageManager: ProjectMap['packageManager']
  moduleSystem: 'cjs' | 'esm'
  typescript: boolean
}

const LOCKS: [string, ProjectMap['packageManager']][] = [
  ['pnpm-lock.yaml', 'pnpm'],
  ['bun.lockb', 'bun'],
  ['bun.lock', 'bun'],
  ['package-lock.json', 'npm'],
  ['yarn.lock', 'yarn'],
]

/** Reads the project's manifest; installed versions come from `node_modules`, here or above, never from a lock file. */
export async function readManifest(files: Files, tree: SourceTree): Promise<Manifest> {
  const raw = asObject(parseJson(tree.documents.get('package.json')))
  const scripts: Record<string, string> = {}
  for (const [name, script] of Object.entries(asObject(raw.scripts)))
    if (typeof script === 'string') scripts[name] = script
  const dependencies: Manifest['dependencies'] = {}
  const around = Object.entries(await workspaceDevDependencies(files.root)).filter(([name]) => FOR_TESTS.test(name))
  const groups = [
    [Object.fromEntries(around), true],
    [asObject(raw.devDependencies), true],
    [asObject(raw.optionalDependencies), false],
    [asObject(raw.dependencies), false],
  ] as const
  for (const [group, dev] of groups)
    for (const [name, range] of Object.entries(group))
      dependencies[name] = { range: String(range), installed: null, dev }
  await Promise.all(
    Object.entries(dependencies).map(async ([name, entry]) => {
      if (isPackageName(name)) entry.installed = await installedVersion(files.root, name)
    }),
  )
  return {
    name: typeof raw.name === 'string' ? raw.name : (files.root.split('/').at(-1) ?? 'project'),
    raw,
    scripts,
    dependencies,
    packageManager: await packageManagerOf(files, raw),
    moduleSystem: moduleSystemOf(raw, tree),
    typescript: 'typescript' in dependencies || [...tree.sources.keys()].some((path) => /\.[cm]?tsx?$/.test(path)),
  }
}

/** What a workspace often declares once for all its packages. */
const FOR_TESTS = /^(@types\/)?(jest|supertest)$|^(ts|babel|esbuild)-jest$|^@(swc|jest)\/|^@babel\/preset-/

/** What is no name is no path either. */
const isPackageName = (name: string) => /^(@[\w.~-]+\/)?[\w~-][\w.~-]*$/.test(name)

async function packageManagerOf(files: Files, raw: Record<string, unknown>): Promise<ProjectMap['packageManager']> {
  const named = /^(npm|yarn|pnpm|bun)@/.exec(String(raw.packageManager ?? ''))?.[1]
  if (named) return named
  for (const [lock, manager] of LOCKS) if ((await files.read(lock)) !== null) return manager
  return 'npm'
}

/** TypeScript compiled to CommonJS counts as what its own sources are run as. */
function moduleSystemOf(raw: Record<string, unknown>, tree: SourceTree): 'cjs' | 'esm' {
  if (raw.type === 'module') return 'esm'
  const options = asObject(asObject(parseJson(tree.documents.get('tsconfig.json'))).compilerOptions)
  const compiled = String(options.module ?? '').toLowerCase()
  if (compiled.startsWith('commonjs') || compiled.startsWith('node')) return 'cjs'
  const modules = [...tree.sources.keys()]
  return modules.length > 0 && modules.every((path) => path.endsWith('.mjs')) ? 'esm' : 'cjs'
}
