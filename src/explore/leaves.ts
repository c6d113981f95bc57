import type { Json, JsonPath } from '../contracts/json.ts'

export type Leaf = { path: JsonPath; value: null | boolean | number | string }

/** Every scalar of a document with its path, in document order. */
export function leavesOf(value: Json | undefined, path: JsonPath = []): Leaf[] {
  if (value === undefined) return []
  if (Array.isArray(value)) return value.flatMap((item, index) => leavesOf(item, [...path, index]))
  if (value !== null && typeof value === 'object')
    return Object.entries(value).flatMap(([key, item]) => leavesOf(item, [...path, key]))
  return [{ path, value }]
}

/** The value at a path; `undefined` where the document does not reach. */
export function valueAt(value: Json | undefined, path: JsonPath): Json | undefined {
  let current: Json | undefined = value
  for (const key of path) {
    if (current === null || typeof current !== 'object') return undefined
    current = Array.isArray(current) ? current[Number(key)] : current[String(key)]
  }
  return current
}

/** Last object key of a path: `['items', 0]` → `items`. */
export function lastKey(path: JsonPath): string {
  for (let index = path.length - 1; index >= 0; index -= 1) {
    const key = path[index]
    if (typeof key === 'string') return key
  }
  return ''
}

export function samePath(a: JsonPath, b: JsonPath): boolean {
  return a.length === b.length && a.every((key, index) => String(key) === String(b[index]))
}

export function isObject(value: Json | undefined): value is Record<string, Json> {
  return value !== null && value !== undefined && typeof value === 'object' && !Array.isArray(value)
}
