import type { TestConventions } from '../../../contracts/project.ts'
import type { Manifest } from './manifest.ts'
import { runnerGlob } from './runner-glob.ts'
import { asObject, parseJson, type SourceTree } from './sources.ts'
import { readStyle } from './style.ts'

const TEST_FILE =
  /\.(test|spec|tests)\.[cm]?[jt]sx?$|(^|\/)__tests__\/[^/]+\.[cm]?[jt]sx?$|[-_](test|spec)\.[cm]?[jt]sx?$/
const HELPER =
  /(^|\/)(__tests__|tests?|spec)\/.*(helper|util|setup|fixture|factor|support|mock|hooks)[\w/.-]*\.[cm]?[jt]sx?$/i
const CLIENTS = [
  'supertest',
  'supertest-as-promised',
  'chai-http',
  'superagent',
  'axios',
  'got',
  'undici',
  'node-fetch',
  'light-my-request',
]
const RUNNERS: [string, RegExp][] = [
  ['vitest', /\bvitest\b/],
  ['jest', /\bjest\b|react-scripts test|\bnx test\b/],
  ['mocha', /\bmocha\b/],
  ['ava', /\bava\b/],
  ['tap', /\btap\b/],
  ['node-test', /node\s+(\S+\s+)*--test|tsx\s+--test/],
]

/** What the tests of the repository look like, and where new ones belong. */
export function readConventions(tree: SourceTree, manifest: Manifest): TestConventions {
  const runner = runnerOf(tree, manifest)
  const files = [...tree.sources.keys()].filter((path) => TEST_FILE.test(path) && !/(^|\/)(e2e|cypress)\//.test(path))
  const configFile = configOf(tree, runner)
  const client = CLIENTS.find(
    (name) => name in manifest.dependencies && (name !== 'axios' || usedByTests(tree, files, name)),
  )
  const suffix = suffixOf(files, manifest)
  return {
    runner,
    runnerVersion: installed(manifest, runner),
    httpClient: client ?? null,
    httpClientVersion: client ? (manifest.dependencies[client]?.installed ?? null) : null,
    files,
    dir: dirOf(tree, manifest, files, { runner, configFile, suffix }),
    suffix,
    caseWord: caseWordOf(tree, files),
    style: readStyle(tree, manifest),
    helpers: [...tree.sources.keys()].filter((path) => HELPER.test(path) && !TEST_FILE.test(path)),
    configFile,
  }
}

function installed(manifest: Manifest, runner: string): string | null {
  return manifest.dependencies[runner]?.installed ?? null
}

function runnerOf(tree: SourceTree, manifest: Manifest): string {
  const script = manifest.scripts.test ?? ''
  const scripted = RUNNERS.find(([, pattern]) => pattern.test(script))
  if (scripted) return scripted[0]
  const depended = RUNNERS.find(([name]) => name in manifest.dependencies)
  if (depended) return depended[0]
  if ([...tree.sources.keys()].some((path) => /(^|\/)vitest\.config\./.test(path))) return 'vitest'
  const all = Object.values(manifest.scripts).join('\n')
  return RUNNERS.find(([, pattern]) => pattern.test(all))?.[0] ?? 'jest'
}

function configOf(tree: SourceTree, runner: string): string | null {
  const names: Record<string, RegExp> = {
    jest: /^jest\.config\.([cm]?[jt]s|json)$/,
    vitest: /^(vitest|vite)\.config\.[cm]?[jt]s$/,
    mocha: /^\.mocharc(\.(json|ya?ml|[cm]?js))?$/,
  }
  const pattern = names[runner]
  if (!pattern) return null
  const found = [...tree.sources.keys(), ...tree.documents.keys()].find((path) => pattern.test(path))
  if (found) return found
  return asObject(parseJson(tree.documents.get('package.json')))[runner] ? 'package.json' : null
}

function usedByTests(tree: SourceTree, files: string[], name: string): boolean {
  return files.some((path) => new RegExp(`['"]${name}['"]`).test(tree.sources.get(path) ?? ''))
}

/** The ending most test files have; without any, that of the sources. */
function suffixOf(files: string[], manifest: Manifest): string {
  const counts = new Map<string, number>()
  for (const path of files) {
    const suffix = /(\.(?:test|spec|tests)\.[cm]?[jt]sx?|[-_](?:test|spec)\.[cm]?[jt]sx?)$/.exec(path)?.[1]
    if (suffix) counts.set(suffix, (counts.get(suffix) ?? 0) + 1)
  }
  const [most] = [...counts].sort((a, b) => b[1] - a[1])
  return most?.[0] ?? (manifest.typescript && 'typescript' in manifest.dependencies ? '.test.ts' : '.test.js')
}

/** Where integration tests are or would be, among the folders that the runner's configuration looks into. */
function dirOf(
  tree: SourceTree,
  manifest: Manifest,
  files: string[],
  { runner, configFile, suffix }: Pick<TestConventions, 'runner' | 'configFile' | 'suffix'>,
): string {
  const own = files
    .map((path) => path.split('/').slice(0, -1).join('/'))
    .find((dir) => /integration|functional/i.test(dir))
    ?.replace(/((^|\/)\w*(integration|functional)\w*)\/.*$/i, '$1')
  const top = topFolder(files)
  const candidates = [
    ...(own === undefined ? [] : [own]),
    ...(top ? [`${top}/integration`] : []),
    'tests/integration',
    'test/integration',
    'src/tests/integration',
    'src/test/integration',
    'src/__tests__/integration',
    '__tests__/integration',
    'src/integration',
  ]
  const accepts = acceptance(tree, manifest, runner, configFile)
  const accepted = candidates.filter((dir) => dir === own || accepts(`${dir}/sample${suffix}`))
  // In `__tests__` Jest takes every file for a test, helpers too.
  const roomy = accepted.find((dir) => !accepts(`${dir}/support/sample${suffix.replace(/^.*(?=\.)/, '')}`))
  const dir = roomy ?? accepted[0] ?? candidates[0] ?? 'tests/integration'
  // `npx jest <dir>` runs whatever has that in its path: where others' tests do, ours get a folder of their own.
  const earlier = generatedFiles(tree)
  const alone = (at: string) => files.every((path) => earlier.has(path) || !path.includes(at))
  const isHome = (at: string) => [...earlier].some((path) => path.startsWith(`${at}/`) && TEST_FILE.test(path))
  const rooms = [...OWN_ROOMS.map((name) => `${dir}/${name}`), dir].filter((at) => accepts(`${at}/sample${suffix}`))
  return rooms.find(isHome) ?? (alone(dir) ? dir : (rooms.find(alone) ?? dir))
}

/** Folders for our tests beside others'. */
const OWN_ROOMS = ['api', 'http', 'endpoints']

/** What an earlier run has written into the project, as its manifest tells. */
function generatedFiles(tree: SourceTree): Set<string> {
  const { files } = asObject(parseJson(tree.documents.get('.integration-tests/manifest.json')))
  return new Set(Array.isArray(files) ? files.map((file) => String(asObject(file).path)) : [])
}

const JEST_USUAL = /(^|\/)__tests__\/|(^|[./])(spec|test)\.[cm]?[jt]sx?$/

/** The folder of tests that is there: `tests`, `test`, `src/tests`, `__tests__`. */
function topFolder(files: string[]): string | null {
  const counts = new Map<string, number>()
  for (const path of files) {
    const found = /^((?:[^/]+\/)*?(?:__tests__|tests?|spec))\//.exec(path)?.[1]
    if (found) counts.set(found, (counts.get(found) ?? 0) + 1)
  }
  return [...counts].sort((a, b) => b[1] - a[1] || a[0].length - b[0].length)[0]?.[0] ?? null
}

/** Would the runner pick up a file at this path? Without a word in its configuration: as Jest does, others anything. */
function acceptance(
  tree: SourceTree,
  manifest: Manifest,
  runner: string,
  configFile: string | null,
): (path: string) => boolean {
  const text =
    configFile && configFile !== 'package.json'
      ? (tree.sources.get(configFile) ?? tree.documents.get(configFile) ?? '')
      : ''
  const jest = configFile === 'package.json' ? asObject(manifest.raw.jest) : asObject(parseJson(text))
  const strings = (name: string): string[] => {
    const own = jest[name]
    if (own !== undefined) return (Array.isArray(own) ? own : [own]).map(String)
    const block =
      new RegExp(`\\b${name}\\s*:\\s*(\\[[^\\]]*(?:\\[[^\\]]*\\][^\\]]*)*\\]\\s*,?\\s*\\n|['"][^'"]+['"])`).exec(
        text,
      )?.[1] ?? ''
    return [...block.matchAll(/'((?:\\.|[^'\\])+)'|"((?:\\.|[^"\\])+)"/g)].map((match) =>
      (match[1] ?? match[2] ?? '').replace(/\\\\/g, '\\'),
    )
  }
  const roots = strings('roots').map((root) => root.replace(/^<rootDir>\/?/, '').replace(/\/$/, ''))
  const globs = [...strings('testMatch'), ...(/defineConfig|vitest/.test(text) ? strings('include') : [])]
  const regexes = strings('testRegex')
  const ignored = strings('testPathIgnorePatterns')
  return (path) => {
    if (roots.length > 0 && !roots.some((root) => root === '' || root === '.' || path.startsWith(`${root}/`)))
      return false
    if (ignored.some((pattern) => regex(pattern.replace('<rootDir>', ''))?.test(`/${path}`))) return false
    const positive = globs.filter((glob) => !glob.startsWith('!'))
    if (globs.some((glob) => glob.startsWith('!') && runnerGlob(glob.slice(1)).test(path))) return false
    if (positive.length > 0) return positive.some((glob) => runnerGlob(glob).test(path))
    if (regexes.length === 0) return runner !== 'jest' || JEST_USUAL.test(path)
    return regexes.some((pattern) => regex(pattern)?.test(`/${path}`) ?? true)
  }
}

function regex(pattern: string): RegExp | null {
  try {
    return new RegExp(pattern)
  } catch {
    return null
  }
}

function caseWordOf(tree: SourceTree, files: string[]): 'test' | 'it' {
  let [it, test] = [0, 0]
  for (const path of files) {
    const text = tree.sources.get(path) ?? ''
    it += text.match(/^\s*it(\.\w+)?\(/gm)?.length ?? 0
    test += text.match(/^\s*test(\.\w+)?\(/gm)?.length ?? 0
  }
  return it > test ? 'it' : 'test'
}
