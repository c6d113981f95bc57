import { alternatives, type Env, type Value } from '../evaluate/values.ts'
import type { Evaluated } from '../routes.ts'

/** Environment variables that flow into a value, with their defaults. */
export function variablesIn(value: Value | undefined, depth = 5): Env[] {
  if (!value || depth === 0) return []
  switch (value.k) {
    case 'env':
      return [value, ...variablesIn(value.fallback ?? undefined, depth - 1)]
    case 'text':
      return value.parts.flatMap((part) => variablesIn(part, depth - 1))
    case 'union':
      return alternatives(value).flatMap((one) => variablesIn(one, depth - 1))
    case 'obj':
      return value.host ? [] : [...value.props.values()].flatMap((one) => variablesIn(one, depth - 1))
    case 'arr':
      return value.items.flatMap((one) => variablesIn(one, depth - 1))
    case 'sym':
      return [...value.args, ...(value.base ? [value.base] : [])].flatMap((one) => variablesIn(one, depth - 1))
    default:
      return []
  }
}

/** The modules whose exports hold a value, and the name they hold it under; direct exports first. */
export function exportsOf(
  evaluated: Evaluated,
  wanted: (value: Value) => boolean,
): { file: string; export: string; value: Value }[] {
  const found: { file: string; export: string; value: Value; rank: number }[] = []
  for (const file of evaluated.interp.loaded) {
    const record = evaluated.interp.modules.get(file)
    const exports = record?.holder.props.get('exports')
    if (!record || !exports) continue
    const own = record.program.esm
    const hit = (value: Value) => alternatives(value).find(wanted)
    const direct = hit(exports)
    if (direct) found.push({ file, export: own ? 'default' : 'module.exports', value: direct, rank: 0 })
    else if (exports.k === 'obj' && !exports.part)
      for (const [name, value] of exports.props) {
        const match = hit(value)
        if (match) found.push({ file, export: name, value: match, rank: name === 'default' ? 1 : 2 })
      }
  }
  return found.sort((a, b) => a.rank - b.rank)
}

/** The 1-based line of the first match in a text. */
export function lineOfMatch(text: string, pattern: RegExp): number {
  const at = text.search(pattern)
  return at < 0 ? 1 : text.slice(0, at).split('\n').length
}
