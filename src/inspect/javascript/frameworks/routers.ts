import type { Interpreter } from '../evaluate/interpreter.ts'
import { type Input, literal, type Obj, textOf, type Value } from '../evaluate/values.ts'
import type { FrameworkPlug } from './plug.ts'

/** A router, application or sub-application: what was put on it, in order. */
export interface Part {
  framework: FrameworkPlug
  app: boolean
  prefix: string
  layers: Layer[]
  params: { name: string; handlers: Value[] }[]
  /** Does what was put off until everything is there. */
  settle?: () => void
  file: string
  line: number
}

export interface Layer {
  /** `use` for middleware and mounted routers, otherwise the method in upper case or `ALL`. */
  verb: string
  paths: string[]
  handlers: Value[]
  /** Middleware for these very paths, not for what lies under them. */
  exact?: boolean
  /** What `this` is in the handlers. */
  self?: Value
  declared?: Declared
  /** A path that a request could have, where parameters are not just anything. */
  sample?: string
  file: string
  line: number
}

/** What a route's declaration says of its requests and answers beside the handlers. */
export interface Declared {
  schemas: { from: Input['from']; schema: Value }[]
  statuses: number[]
  /** Shapes of answers by status. */
  responses?: Record<string, Value>
  /** Takes files and fields of a form. */
  multipart?: boolean
}

export const METHODS = ['get', 'post', 'put', 'patch', 'delete', 'head', 'options'] as const

/** A path as a request has it: `/users/:id` → `/users/1`. */
export const samplePath = (path: string): string => path.replace(/:\w+(\([^)]*\))?\??/g, '1')

/** The part a value stands for. */
export function partOf(value: Value | undefined): Part | null {
  return value?.k === 'obj' && value.part ? (value.part as Part) : null
}

export function newPart(interp: Interpreter, framework: Part['framework'], app: boolean, line: number): Part {
  const file = interp.currentFile ?? interp.loading.at(-1) ?? ''
  return { framework, app, prefix: '', layers: [], params: [], file, line }
}

/** Makes an object whose named members are worked out by `get`; whatever else is set on it is kept. */
export function partObject(interp: Interpreter, part: Part, get: (name: string, self: Obj) => Value | undefined): Obj {
  const value: Obj = { k: 'obj', props: new Map(), open: false, depth: 1000, part }
  value.host = { get: (name) => get(name, value) }
  interp.parts.push(value)
  return value
}

/** The paths an argument names; `null` when it is no path at all. */
export function pathsOf(
  interp: Interpreter,
  value: Value | undefined,
  at: { file: string; line: number },
): string[] | null {
  if (!value) return null
  const text = textOf(value)
  if (text !== undefined) return [text]
  if (literal(value)) return null
  if (value.k === 'regex') return [regexPath(value.source)]
  if (value.k === 'arr' && value.items.length > 0 && value.items.every(pathLike))
    return value.items.flatMap((item) => pathsOf(interp, item, at) ?? [])
  if (value.k === 'union' && value.of.every(pathLike))
    return pathsOf(
      interp,
      value.of.find((one) => one.k === 'lit'),
      at,
    )
  if (value.k === 'text' || value.k === 'env') {
    // A prefix that only a variable decides is empty unless it has a default.
    const parts = value.k === 'text' ? value.parts : [value]
    if (!parts.every((part) => part.k === 'env' || literal(part))) {
      warn(interp, 'A path is put together from values that cannot be read', at)
      return null
    }
    return [parts.map((part) => textOf(part) ?? '').join('')]
  }
  return null
}

const pathLike = (value: Value): boolean => literal(value) !== undefined || value.k === 'regex' || value.k === 'text'

/** A path written as a regular expression, as near as a path pattern comes. */
function regexPath(source: string): string {
  return source
    .replace(/^\^/, '')
    .replace(/\$$/, '')
    .replace(/\\\//g, '/')
    .replace(/\(\?:?[^)]*\)[?*+]?/g, '')
    .replace(/\([^)]*\)/g, ':part')
    .replace(/\.\*|\[[^\]]*\][*+]?|\\[dw][*+]?/g, '*')
    .replace(/[\\?+]/g, '')
}

/** Notes something that could not be followed. */
function warn(interp: Interpreter, message: string, at: { file: string; line: number }): void {
  interp.warnings.push({ message, source: `${at.file}:${at.line}` })
}

/** Lists of handlers may be nested. */
export function flattenHandlers(values: Value[]): Value[] {
  return values.flatMap((value) => (value.k === 'arr' ? flattenHandlers(value.items) : [value]))
}
