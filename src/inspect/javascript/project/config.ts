import { parse } from 'yaml'
import { type Env, literal, native, obj, textOf, UNDEFINED, UNKNOWN, type Value } from '../evaluate/values.ts'
import { asObject, parseJson, type SourceTree } from './sources.ts'

/** What the `config` package would answer under test. */
export interface Config {
  value: Value | null
  /** Variables that the mapping file names, with the key they decide. */
  variables: { name: string; key: string; source: string; fallback: string | undefined }[]
}

const FILE = /^config\/(default|test|custom-environment-variables)\.(ya?ml|json5?)$/

/** Reads `config/*.yml|json`: defaults, overlaid with those for test, and the variables that overrule them. */
export function readConfig(tree: SourceTree): Config {
  const layers = new Map<string, Record<string, unknown>>()
  const sources = new Map<string, string>()
  for (const [path, text] of tree.documents) {
    const match = FILE.exec(path)
    if (!match?.[1]) continue
    layers.set(match[1], asObject(path.endsWith('json') || path.endsWith('json5') ? parseJson(text) : parseYaml(text)))
    sources.set(match[1], path)
  }
  if (layers.size === 0) return { value: null, variables: [] }
  const defaults = overlay(layers.get('default') ?? {}, layers.get('test') ?? {})
  const mapping = layers.get('custom-environment-variables') ?? {}
  const variables: Config['variables'] = []
  const source = sources.get('custom-environment-variables') ?? 'config'
  const root = build(defaults, mapping, [], (name, key, fallback) => variables.push({ name, key, source, fallback }))
  const lines = (tree.documents.get(source) ?? '').split('\n')
  for (const one of variables) {
    const line = lines.findIndex((text) => new RegExp(`\\b${one.name}\\b`).test(text))
    one.source = `${source}:${line + 1 || 1}`
  }
  return { value: access(root), variables }
}

function parseYaml(text: string): unknown {
  try {
    return parse(text)
  } catch {
    return null
  }
}

function overlay(base: Record<string, unknown>, top: Record<string, unknown>): Record<string, unknown> {
  const result = { ...base }
  for (const [key, value] of Object.entries(top)) {
    const below = result[key]
    const nested = value && typeof value === 'object' && below && typeof below === 'object'
    result[key] = nested ? overlay(asObject(below), asObject(value)) : value
  }
  return result
}

function build(
  defaults: unknown,
  mapping: unknown,
  path: string[],
  note: (name: string, key: string, fallback: string | undefined) => void,
): Value {
  const variable = typeof mapping === 'string' ? mapping : asObject(mapping).__name
  if (typeof variable === 'string') {
    const fallback =
      defaults === undefined || defaults === null || typeof defaults === 'object' ? null : lower(defaults)
    note(variable, path.join('.'), fallback ? textOf(fallback) : undefined)
    return { k: 'env', name: variable, fallback } satisfies Env
  }
  const [below, above] = [asObject(defaults), asObject(mapping)]
  if (Object.keys(below).length === 0 && Object.keys(above).length === 0) return lower(defaults)
  const result = obj()
  for (const key of new Set([...Object.keys(below), ...Object.keys(above)]))
    result.props.set(key, build(below[key], above[key], [...path, key], note))
  return result
}

function lower(value: unknown): Value {
  if (Array.isArray(value)) return { k: 'arr', items: value.map(lower), open: false }
  if (value && typeof value === 'object')
    return obj(Object.fromEntries(Object.entries(value).map(([k, v]) => [k, lower(v)])))
  return { k: 'lit', v: value as string | number | boolean | null | undefined }
}

/** `config.get('a.b')`, `config.has('a.b')`, and the members themselves. */
function access(root: Value): Value {
  const find = (key: Value | undefined): Value => {
    let at: Value = root
    for (const name of (textOf(key) ?? '').split('.')) at = (at.k === 'obj' && at.props.get(name)) || UNDEFINED
    return at
  }
  const result = root.k === 'obj' ? { ...root, props: new Map(root.props) } : obj()
  result.props.set(
    'get',
    native('get', ([key]) => find(key)),
  )
  result.props.set(
    'has',
    native('has', ([key]) => {
      const found = find(key)
      // A variable that has no default may or may not be set.
      if (found.k === 'env') return literal(found) ? { k: 'lit', v: true } : UNKNOWN
      return { k: 'lit', v: !(found.k === 'lit' && found.v === undefined) }
    }),
  )
  return result
}
