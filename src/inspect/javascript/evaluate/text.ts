import type { Interpreter } from './interpreter.ts'
import { type Lit, lit, literal, UNDEFINED, type Value } from './values.ts'

const METHODS = new Set(
  `at charAt concat endsWith includes indexOf lastIndexOf match padEnd padStart repeat replace replaceAll slice split
  startsWith substr substring toLowerCase toString toUpperCase trim trimEnd trimStart toFixed`.split(/\s+/),
)

/** A string's own method, really run: `null` when it is none of those, or something it is given is not known. */
export function callText(_interp: Interpreter, target: Lit, name: string, args: Value[]): Value | null {
  if (!METHODS.has(name)) return null
  const given: unknown[] = []
  for (const arg of args) {
    const known = literal(arg)
    if (arg.k === 'regex') {
      try {
        given.push(new RegExp(arg.source, arg.flags))
      } catch {
        return null
      }
    } else if (known) given.push(known.v)
    else return null
  }
  const method = (Object(target.v) as Record<string, unknown>)[name]
  if (typeof method !== 'function') return null
  try {
    return plain(method.apply(target.v, given))
  } catch {
    return null
  }
}

function plain(result: unknown): Value {
  if (Array.isArray(result)) return { k: 'arr', items: result.map(plain), open: false }
  if (typeof result === 'string' || typeof result === 'number' || typeof result === 'boolean') return lit(result)
  return result === null ? lit(null) : UNDEFINED
}
