import type { World } from '../evaluate/interpreter.ts'
import { asObject, isTest, parseJson, type SourceTree } from './sources.ts'

/** How a project is started: the source module of its process, and where that is written. */
export interface Entry {
  file: string
  command: string[]
  build: string[] | null
  source: string
}

const BEFORE = /^(-r|--require|--import|--loader|--experimental-loader|-C|--conditions|--env-file)$/
const CONVENTIONAL = ['server', 'app', 'index', 'main', 'start', 'bin/www', 'bin/server']

/** Candidates for the module that starts the server, best first. */
export function findEntries(tree: SourceTree, world: World, within: string | null = null): Entry[] {
  const manifest = asObject(parseJson(tree.documents.get('package.json')))
  const scripts = asObject(manifest.scripts)
  const entries: Entry[] = []
  const add = (target: string, command: string[] | null, source: string, build: string[] | null = null): void => {
    const file = sourceOf(tree, world, target)
    if (file && !entries.some((entry) => entry.file === file))
      entries.push({ file, command: command ?? commandFor(file), build, source })
  }
  for (const name of ['start', 'start:prod', 'serve', 'server', 'start:dev', 'dev', 'develop']) {
    const script = scripts[name]
    if (typeof script !== 'string') continue
    for (const argv of commandsOf(script, scripts)) {
      // A module that is only loaded before (`-r tsconfig-paths/register`) is not what is started.
      const words = argv.slice(1).filter((word, at) => !word.startsWith('-') && !BEFORE.test(argv[at] ?? ''))
      const target = words.find((word) => sourceOf(tree, world, word))
      if (target) add(target, argv, `package.json:${lineOf(tree, `"${name}"`)}`, buildFor(tree, world, target, scripts))
    }
  }
  for (const path of ['Procfile', 'Dockerfile']) {
    const text = tree.documents.get(path) ?? ''
    for (const [index, line] of text.split('\n').entries()) {
      const match = /^(?:web:|CMD|ENTRYPOINT)\s*(.*)$/.exec(line.trim())
      const words = match?.[1]
        ?.replace(/[[\]",]/g, ' ')
        .split(/\s+/)
        .filter(Boolean)
      const target =
        words && /node$/.test(words[0] ?? '') ? words.slice(1).find((word) => !word.startsWith('-')) : undefined
      if (words && target) add(target, words, `${path}:${index + 1}`, buildFor(tree, world, target, scripts))
    }
  }
  if (typeof manifest.main === 'string') add(manifest.main, null, `package.json:${lineOf(tree, '"main"')}`)
  const base = within === null ? '' : `${within}/`
  for (const dir of ['', 'src/', 'server/', 'app/', 'lib/', 'api/', 'backend/'].map((one) => base + one))
    for (const name of CONVENTIONAL) add(`${dir}${name}`, null, `${dir}${name}`)
  for (const file of listeners(tree)) add(file, null, file)
  return entries
}

/** Modules that start to listen, tests aside. */
function listeners(tree: SourceTree): string[] {
  const found = [...tree.sources].filter(
    ([path, text]) => !isTest(path) && /\.listen\(|startServer|\bserve\(/.test(text),
  )
  const named = (path: string) => (/(^|\/)(start|server|index|main|app|www)\.[cm]?[jt]s$/.test(path) ? 0 : 1)
  const starts = [...tree.sources.keys()].filter(
    (path) => !isTest(path) && /(^|\/)(start|server|www)\.[cm]?[jt]s$/.test(path),
  )
  const all = [...new Set([...starts, ...found.map(([path]) => path)])]
  return all.sort((a, b) => named(a) - named(b) || a.split('/').length - b.split('/').length)
}

function lineOf(tree: SourceTree, text: string): number {
  const lines = (tree.documents.get('package.json') ?? '').split('\n')
  return Math.max(1, lines.findIndex((line) => line.includes(text)) + 1)
}

/** The source file behind what is started: `dist/server.js` is compiled from `src/server.ts`. */
function sourceOf(tree: SourceTree, world: World, target: string): string | null {
  const clean = target.replace(/^\.\//, '')
  const options = [clean]
  const compiled = /^(?:\.\/)?(dist|build|lib|out|output|\.build)\/(.*)$/.exec(clean)
  if (compiled?.[2]) {
    const rest = compiled[2].replace(/^src\//, '')
    options.push(`src/${rest}`, rest, `src/${rest.replace(/^[^/]+\//, '')}`)
    if (/^main\.js$/.test(rest)) options.push('src/main')
  }
  for (const option of options) {
    const bare = option.replace(/\.[cm]?js$/, '')
    for (const path of [option, bare]) {
      const found = world.resolve('package.json', `./${path}`)
      if ('file' in found && tree.sources.has(found.file)) return found.file
    }
  }
  return null
}

const WRAPPERS = new Set([
  'cross-env',
  'dotenv',
  'env',
  'npx',
  'exec',
  'pm2-runtime',
  'pm2',
  'forever',
  'nodemon',
  'node-dev',
  'supervisor',
])
const RUNNERS = new Set([
  'ts-node',
  'ts-node-dev',
  'tsx',
  'babel-node',
  'tsnd',
  'esno',
  'bun',
  'swc-node',
  'ts-node-esm',
  'fastify',
])

/** The commands of a script, watchers and variable settings stripped, other scripts followed. */
function commandsOf(script: string, scripts: Record<string, unknown>, depth = 0): string[][] {
  if (depth > 3) return []
  return script.split(/&&|;|\|\|/).flatMap((step) => {
    // What is printed may go through a formatter.
    const [part = ''] = step.split('|')
    const words =
      part
        .trim()
        .match(/"[^"]*"|'[^']*'|\S+/g)
        ?.map((word) => word.replace(/^["']|["']$/g, '')) ?? []
    const called = /^(?:npm|yarn|pnpm)\s+(?:run\s+)?(?:-s\s+)?([\w:-]+)/.exec(part.trim())?.[1]
    if (called && typeof scripts[called] === 'string') return commandsOf(scripts[called], scripts, depth + 1)
    while (
      words[0] &&
      (WRAPPERS.has(words[0]) || /^\w+=/.test(words[0]) || (words[0] === 'start' && words.length > 1))
    ) {
      const [wrapper] = words.splice(0, 1)
      if (!wrapper || /^\w+=/.test(wrapper)) continue
      const exec = words.findIndex((word) => word === '--exec' || word === '-x')
      if (exec >= 0)
        return commandsOf(words[exec + 1] ?? '', scripts, depth + 1).concat([
          ['node', ...words.filter((_, i) => i !== exec && i !== exec + 1)],
        ])
      while (wrapper !== 'npx' && words[0]?.startsWith('-'))
        words.splice(0, /^(-w|--watch|-e|--ext|-i|--ignore|-f)$/.test(words[0]) ? 2 : 1)
    }
    if (words.length === 0) return []
    if (words[0] === 'node') return [['node', ...words.slice(1).filter((word) => !/^--(watch|inspect)/.test(word))]]
    if (RUNNERS.has(words[0] ?? '')) {
      if (/^(ts-node-dev|tsnd)$/.test(words[0] ?? ''))
        return [['node_modules/.bin/ts-node', '--transpile-only', ...withoutWatcher(words.slice(1))]]
      const rest = words.slice(1).filter((word) => !/^--(respawn|watch|inspect|clear)|^watch$/.test(word))
      return [
        [`node_modules/.bin/${words[0]}`, ...rest.filter((word) => word !== '--transpile-only' || words[0] !== 'tsx')],
      ]
    }
    return /\.[cm]?[jt]s$/.test(words[0] ?? '') ? [['node', ...words]] : []
  })
}

/** The arguments of ts-node-dev that ts-node knows too. */
function withoutWatcher(words: string[]): string[] {
  const kept: string[] = []
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? ''
    if (/^(-r|--require|-P|--project|-O|--compiler-options)$/.test(word)) kept.push(word, words[++at] ?? '')
    else if (/^--(ignore-watch|watch|ignore|interval|debounce|exec-map)$/.test(word)) at++
    else if (/^(--files|--(require|project)=.*)$/.test(word) || !word.startsWith('-')) kept.push(word)
  }
  return kept
}

function commandFor(file: string): string[] {
  return /\.[cm]?tsx?$/.test(file) ? ['node_modules/.bin/tsx', file] : ['node', file]
}

/** The build that a start from compiled files needs. */
function buildFor(tree: SourceTree, world: World, target: string, scripts: Record<string, unknown>): string[] | null {
  const clean = target.replace(/^\.\//, '')
  const direct = world.resolve('package.json', `./${clean}`)
  if (('file' in direct && tree.sources.has(direct.file)) || typeof scripts.build !== 'string') return null
  return ['npm', 'run', 'build']
}
