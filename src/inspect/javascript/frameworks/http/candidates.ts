import type { Interpreter } from '../../evaluate/interpreter.ts'

/** A path that the code may know: as a route spells it, as a request could have it, and where it is written. */
export interface Candidate {
  path: string
  sample: string
  places: Place[]
}

/** `derived`: only a part of the path is written there. */
interface Place {
  file: string
  line: number
  text: string
  derived: boolean
}

/** Where a path is written for one method: on a line that names the method, if there is one. */
export function placeOf({ places }: Candidate, method: string): { file: string; line: number } {
  const whole = places.filter(({ derived }) => !derived)
  const some = whole.length > 0 ? whole : places
  const named = some.find(({ text }) => new RegExp(`\\b${method}\\b`, 'i').test(text))
  return named ?? some[0] ?? { file: '', line: 1 }
}

const PATH = /(['"`])(\/[\w\-./:{}$*]*)\1/g
const PATTERN = /\/(\^?\\\/(?:\\.|\[(?:\\.|[^\]\\])*\]|[^/\\\n[])+)\/[gimsuy]*/g
const WORD = /(?:===?|case|:|\.(?:set|get|on|add|route|use|includes)\()\s*(['"`])([a-z][\w-]{1,30})\1/g
const PREFIX = /startsWith\(\s*(['"`])(\/[\w\-/]+)\1/g
const MOST = 160
const UUID = '3f2504e0-4f89-41d3-9a0c-0305e82c3301'

/** Paths that the loaded modules mention, in the order they are mentioned. */
export function candidatesIn(interp: Interpreter): Candidate[] {
  const found = new Map<string, Candidate>()
  const add = (path: string, place: Omit<Place, 'derived'>, derived = false): void => {
    const clean = path.replace(/\/{2,}/g, '/').replace(/(.)\/$/, '$1')
    // A spelling that names its parameters stands for those that do not.
    const key = clean.replace(/:\w+/g, ':')
    const known = found.get(key)
    if (!known && found.size >= MOST) return
    const made = known ?? { path: clean, sample: clean.replace(/:\w+/g, '1'), places: [] }
    if (/:id\b/.test(made.path) && !/:id\b/.test(clean)) made.path = clean
    made.places.push({ ...place, derived })
    found.set(key, made)
  }
  const texts = interp.loaded.map((file) => ({ file, text: interp.world.text(file) ?? '' }))
  const prefixes = new Set(texts.flatMap(({ text }) => [...text.matchAll(PREFIX)].map((match) => match[2] ?? '')))
  const each = (pattern: RegExp, work: (found: string, place: Omit<Place, 'derived'>) => void) => {
    for (const { file, text } of texts)
      for (const match of text.matchAll(pattern)) {
        const line = text.slice(0, match.index).split('\n').length
        work(match[2] ?? match[1] ?? '', { file, line, text: text.split('\n')[line - 1] ?? '' })
      }
  }
  each(PATTERN, (source, place) => add(fromPattern(source), place))
  each(PATH, (text, place) => {
    const path = text.replace(/\$\{[^}]*\}|\{(\w+)\}/g, (_, name?: string) => `:${name ?? 'id'}`)
    add(path, place)
    if (!/\/:\w+$/.test(path)) add(`${path}/:id`, place, true)
    for (const prefix of prefixes) if (!path.startsWith(prefix)) add(`${prefix}/${path}`, place, true)
  })
  each(WORD, (word, place) => {
    add(`/${word}`, place, true)
    add(`/${word}/:id`, place, true)
    for (const base of ['/api', ...prefixes]) {
      add(`${base}/${word}`, place, true)
      add(`${base}/${word}/:id`, place, true)
    }
  })
  return [...found.values()]
}

/** The same candidate with something else where its parameters are. */
export function withUuid(candidate: Candidate): Candidate | null {
  return candidate.path.includes(':') ? { ...candidate, sample: candidate.path.replace(/:\w+/g, UUID) } : null
}

/** A regular expression for paths, as near as a path pattern comes. */
function fromPattern(source: string): string {
  let names = 0
  const name = () => `:${names++ === 0 ? 'id' : `id${names}`}`
  return source
    .replace(/^\^/, '')
    .replace(/\$$/, '')
    .replace(/\\\//g, '/')
    .replace(/\(\?<(\w+)>(?:\\.|\[[^\]]*\]|[^()\\])*\)/g, (_, given: string) => `:${given}`)
    .replace(/\((?:\?:)?(?:\\.|\[[^\]]*\]|[^()\\])*\)[?*+]?(?:\{[^}]*\})?/g, name)
    .replace(/(?:\[[^\]]*\]|\\[dwS]|\.)(?:[*+]\??|\{[^}]*\})/g, name)
    .replace(/\/\?$/, '')
    .replace(/[\\?+*]/g, '')
}
