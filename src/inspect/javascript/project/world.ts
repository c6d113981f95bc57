import { dirname, join, normalize } from 'node:path/posix'
import type { World } from '../evaluate/interpreter.ts'
import type { Value } from '../evaluate/values.ts'
import { parseSource } from '../syntax/nodes.ts'
import { lowerProgram } from '../syntax/statements.ts'
import type { Program } from '../syntax/tree.ts'
import { asObject, parseJson, type SourceTree } from './sources.ts'

const EXTENSIONS = ['', '.ts', '.js', '.tsx', '.jsx', '.mjs', '.cjs', '.mts', '.cts', '.json']
const INDEXES = ['/index.ts', '/index.js', '/index.tsx', '/index.mjs', '/index.cjs', '/index.json']

/** Resolves and parses a project's modules for the evaluator; each file is parsed once. */
export function createWorld(tree: SourceTree, config: Value | null, mode: string): World {
  const programs = new Map<string, Program | null>()
  const aliases = readAliases(tree)
  const has = (path: string) => tree.sources.has(path) || tree.documents.has(path)

  const find = (base: string): string | null => {
    const path = normalize(base).replace(/^\/+|\/+$/g, '')
    const at = path === '.' ? '' : path
    for (const extension of EXTENSIONS) if (at && has(at + extension)) return at + extension
    // TypeScript names the file that will be emitted.
    const emitted = /^(.*)\.([cm]?)js(x?)$/.exec(at)
    if (emitted)
      for (const kind of [`.${emitted[2]}ts`, '.tsx']) if (has(`${emitted[1]}${kind}`)) return `${emitted[1]}${kind}`
    const main = asObject(parseJson(tree.documents.get(join(at, 'package.json')))).main
    if (typeof main === 'string' && join(at, main) !== at) {
      const found = find(join(at, main))
      if (found) return found
    }
    for (const index of INDEXES) if (has(`${at}${index}`.replace(/^\//, ''))) return `${at}${index}`.replace(/^\//, '')
    return null
  }

  return {
    config,
    mode,
    program(file) {
      const known = programs.get(file)
      if (known !== undefined) return known
      const text = tree.sources.get(file)
      const program = text === undefined ? null : parse(tree, file, text)
      programs.set(file, program)
      return program
    },
    resolve(from, specifier) {
      const candidates = specifier.startsWith('.')
        ? [join(dirname(from), specifier)]
        : specifier.startsWith('/')
          ? [specifier]
          : aliases(specifier)
      for (const candidate of candidates) {
        const found = find(candidate)
        if (!found) continue
        if (found.endsWith('.json')) return { json: parseJson(tree.documents.get(found)) }
        return { file: found }
      }
      return { module: specifier.startsWith('.') ? `?${specifier}` : specifier.replace(/^node:/, '') }
    },
    list(dir) {
      const prefix = dir === '' || dir === '.' ? '' : `${dir.replace(/\/$/, '')}/`
      const names = new Set<string>()
      for (const path of [...tree.sources.keys(), ...tree.documents.keys()])
        if (path.startsWith(prefix)) names.add(path.slice(prefix.length).split('/')[0] ?? '')
      return [...names].sort()
    },
    text: (file) => tree.sources.get(file) ?? tree.documents.get(file) ?? null,
  }
}

function parse(tree: SourceTree, file: string, text: string): Program | null {
  try {
    const { root, broken } = parseSource(file, text)
    if (broken !== null)
      tree.warnings.push({ message: 'Not all of this file could be parsed', source: `${file}:${broken}` })
    return lowerProgram(root)
  } catch (error) {
    tree.warnings.push({
      message: `Could not be parsed: ${error instanceof Error ? error.message : error}`,
      source: file,
    })
    return null
  }
}

/** Bare specifiers that mean files of the project: compiler paths, `#imports`, workspace packages, module aliases. */
function readAliases(tree: SourceTree): (specifier: string) => string[] {
  const rules: { pattern: RegExp; targets: string[] }[] = []
  const bases: string[] = []
  const rule = (from: string, targets: string[]): void => {
    const pattern = from.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replace('*', '(.*)')
    rules.push({ pattern: new RegExp(`^${pattern}$`), targets })
  }
  for (const [path, text] of tree.documents) {
    const dir = dirname(path) === '.' ? '' : dirname(path)
    if (/(^|\/)[tj]sconfig[\w.-]*\.json$/.test(path)) {
      const options = asObject(asObject(parseJson(text)).compilerOptions)
      const base = join(dir, typeof options.baseUrl === 'string' ? options.baseUrl : '.')
      if (typeof options.baseUrl === 'string') bases.push(base)
      for (const [from, to] of Object.entries(asObject(options.paths)))
        if (Array.isArray(to))
          rule(
            from,
            to.map((target) => join(base, String(target))),
          )
    } else if (/(^|\/)package\.json$/.test(path)) {
      const manifest = asObject(parseJson(text))
      for (const [from, to] of Object.entries({
        ...asObject(manifest.imports),
        ...asObject(manifest._moduleAliases),
      })) {
        const target = typeof to === 'string' ? to : asObject(to).default
        if (typeof target !== 'string') continue
        rule(from, [join(dir, target)])
        if (!from.includes('*')) rule(`${from}/*`, [join(dir, target, '*')])
      }
      if (dir && typeof manifest.name === 'string') {
        const entry = typeof manifest.main === 'string' ? manifest.main : '.'
        rule(manifest.name, [
          join(dir, entry.replace(/^(\.\/)?dist\//, 'src/')),
          join(dir, entry),
          join(dir, 'src/index'),
        ])
        rule(`${manifest.name}/*`, [join(dir, '*'), join(dir, 'src/*')])
      }
    }
  }
  return (specifier) => {
    const found = rules.flatMap(({ pattern, targets }) => {
      const match = pattern.exec(specifier)
      return match ? targets.map((target) => target.replace('*', match[1] ?? '')) : []
    })
    return [...found, ...bases.map((base) => join(base, specifier))]
  }
}
