import type { Files } from '../../../contracts/files.ts'

/** What inspection reads of a project: every text it may need, in memory, so that evaluation need not wait. */
export interface SourceTree {
  root: string
  /** Source files by path. */
  sources: Map<string, string>
  /** Manifests, configuration, schemas and the like by path. */
  documents: Map<string, string>
  warnings: { message: string; source?: string }[]
}

const MAX_BYTES = 400_000
const MAX_FILES = 6_000
const SOURCE = '**/*.{js,cjs,mjs,jsx,ts,cts,mts,tsx}'
const DOCUMENTS = [
  '**/*.{json,yml,yaml,prisma,sql,toml}',
  '**/{Dockerfile,Procfile,.sequelizerc,.mocharc,.prettierrc,.eslintrc,.editorconfig,.babelrc}',
  '**/.{prettierrc,eslintrc,mocharc}.{json,yml,yaml}',
  '**/{.env.example,.env.sample,.env.template,.example-env,.env-example,example.env,.env.test.example,.env.dist}',
]
const IGNORE = [
  '**/node_modules/**',
  '**/{dist,build,out,coverage,.next,.nuxt,vendor,bower_components,public,static,assets,www}/**/*.{js,css,map}',
  '**/*.min.js',
  '**/*.d.ts',
  '**/{client,frontend,web,webapp,ui}/{node_modules,build,dist,public,src}/**',
]

/** Reads the project; files that are too big to have been written by hand are named in a warning and left out. */
export async function readSources(files: Files): Promise<SourceTree> {
  const [sources, documents] = await Promise.all([
    files.glob(SOURCE, { ignore: IGNORE }),
    files.glob(DOCUMENTS, { ignore: IGNORE, dot: true }),
  ])
  const tree: SourceTree = { root: files.root, sources: new Map(), documents: new Map(), warnings: [] }
  if (sources.length > MAX_FILES)
    tree.warnings.push({ message: `Only the first ${MAX_FILES} of ${sources.length} source files were read` })
  await Promise.all([
    ...sources.slice(0, MAX_FILES).map((path) => take(files, path, tree.sources, tree)),
    ...documents.slice(0, MAX_FILES).map((path) => take(files, path, tree.documents, null)),
  ])
  tree.sources = new Map([...tree.sources].sort(([a], [b]) => (a < b ? -1 : 1)))
  return tree
}

async function take(files: Files, path: string, into: Map<string, string>, tree: SourceTree | null): Promise<void> {
  // A file of secrets, or one that leads out of the project, is not inspection's business.
  const text = await files.readText(path).catch(() => null)
  if (text === null) return
  if (text.length > MAX_BYTES && !/package(-lock)?\.json$/.test(path)) {
    tree?.warnings.push({ message: `Not read: ${text.length} characters`, source: path })
    return
  }
  into.set(path, text)
}

/** JSON with comments and trailing commas; `null` when it is none. */
export function parseJson(text: string | null | undefined): unknown {
  if (!text) return null
  try {
    return JSON.parse(text)
  } catch {
    const bare = text
      .replace(/("(?:\\.|[^"\\])*")|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, (_, quoted: string | undefined) => quoted ?? '')
      .replace(/,(\s*[}\]])/g, '$1')
    try {
      return JSON.parse(bare)
    } catch {
      return null
    }
  }
}

/** A member of parsed JSON that is an object. */
export function asObject(value: unknown): Record<string, unknown> {
  return value && typeof value === 'object' && !Array.isArray(value) ? (value as Record<string, unknown>) : {}
}

const TEST =
  /(^|\/)(__tests__|__mocks__|tests?|spec|specs|e2e|cypress|fixtures?)\/|\.(test|spec|e2e)\.[cm]?[jt]sx?$|_test\.[jt]s$/

/** Is it a file of the tests rather than of the application? */
export function isTest(path: string): boolean {
  return TEST.test(path)
}
