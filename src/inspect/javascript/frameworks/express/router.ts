import type { Interpreter } from '../../evaluate/interpreter.ts'
import { listen } from '../../evaluate/libraries.ts'
import type { PackageModel } from '../../evaluate/packages.ts'
import { native, obj, textOf, UNDEFINED, UNKNOWN, type Value } from '../../evaluate/values.ts'
import { flattenHandlers, METHODS, newPart, type Part, partObject, pathsOf } from '../routers.ts'
import { expressPlug } from './index.ts'

const VERBS = new Set<string>([...METHODS, 'all', 'del'])

/** `express()`, `express.Router()`, `Router()`. */
export const express: PackageModel = (interp, call, path) => {
  const name = path.join('.')
  if (name === '') return application(interp, call.line)
  if (name === 'Router') return router(interp, call.line)
  return null
}

/** Packages that answer a router of the same kind. */
export const routerFactory: PackageModel = (interp, call, path) =>
  path.length === 0 || path[0] === 'Router' ? router(interp, call.line) : null

function application(interp: Interpreter, line: number): Value {
  return build(interp, newPart(interp, expressPlug, true, line))
}

function router(interp: Interpreter, line: number): Value {
  return build(interp, newPart(interp, expressPlug, false, line))
}

function here(interp: Interpreter, line: number) {
  return { file: interp.currentFile ?? interp.loading.at(-1) ?? '', line }
}

function add(interp: Interpreter, part: Part, verb: string, args: Value[], line: number, fixed?: string[]): void {
  const at = here(interp, line)
  const paths = fixed ?? pathsOf(interp, args[0], at)
  const handlers = flattenHandlers(fixed || paths === null ? args : args.slice(1))
  const method = verb === 'del' ? 'DELETE' : verb === 'use' ? 'use' : verb.toUpperCase()
  if (paths === null && method !== 'use') {
    interp.warnings.push({ message: `The path of a ${method} route cannot be read`, source: `${at.file}:${at.line}` })
    return
  }
  part.layers.push({ verb: method, paths: paths ?? ['/'], handlers, ...at })
}

function build(interp: Interpreter, part: Part): Value {
  const settings = new Map<string, Value>()
  return partObject(interp, part, (name, self) => {
    const method = (work: (args: Value[], line: number) => Value) =>
      native(name, (args, _self, line) => work(args, line))
    if (name === 'use')
      return method((args, line) => {
        add(interp, part, 'use', args, line)
        return self
      })
    if (VERBS.has(name))
      return method((args, line) => {
        if (name === 'get' && part.app && args.length === 1) return settings.get(textOf(args[0]) ?? '') ?? UNKNOWN
        add(interp, part, name, args, line)
        return self
      })
    switch (name) {
      case 'route':
        return method((args, line) => chain(interp, part, pathsOf(interp, args[0], here(interp, line)) ?? ['/']))
      case 'param':
        return method((args) => {
          const param = textOf(args[0])
          if (param) part.params.push({ name: param, handlers: args.slice(1) })
          return self
        })
      case 'listen':
        return method((args, line) => {
          listen(interp, args, line)
          const server = obj({}, interp.depth)
          server.open = true
          return server
        })
      case 'set':
        return method(([key, value]) => {
          settings.set(textOf(key) ?? '', value ?? UNDEFINED)
          return self
        })
      case 'locals': {
        const locals = obj({}, 0)
        locals.open = true
        self.props.set('locals', locals)
        return locals
      }
      case 'enable':
      case 'disable':
      case 'engine':
      case 'on':
        return method(() => self)
      default:
        return undefined
    }
  })
}

/** `route('/x').get(…).post(…)`. */
function chain(interp: Interpreter, part: Part, paths: string[]): Value {
  return partObject(interp, { ...part, app: false, layers: [] }, (name, self) =>
    VERBS.has(name)
      ? native(name, (args, _self, line) => {
          add(interp, part, name, args, line, paths)
          return self
        })
      : undefined,
  )
}
