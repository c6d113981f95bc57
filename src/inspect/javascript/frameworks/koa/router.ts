import type { Interpreter } from '../../evaluate/interpreter.ts'
import { listen } from '../../evaluate/libraries.ts'
import { member } from '../../evaluate/members.ts'
import type { PackageModel } from '../../evaluate/packages.ts'
import { native, type Obj, obj, textOf, UNDEFINED, type Value } from '../../evaluate/values.ts'
import { flattenHandlers, METHODS, newPart, type Part, partObject, partOf, pathsOf } from '../routers.ts'
import { koaPlug } from './index.ts'

const VERBS = new Set<string>([...METHODS, 'all', 'del'])

/** `new Koa()`. */
export const koa: PackageModel = (interp, call, path) =>
  path.length === 0 ? application(interp, newPart(interp, koaPlug, true, call.line)) : null

/** `new Router({ prefix })` of koa-router and its successors. */
export const koaRouter: PackageModel = (interp, call, path) => {
  if (path.length > 0 && !/^(Swagger)?Router$/.test(path[0] ?? '')) return null
  const part = newPart(interp, koaPlug, false, call.line)
  const [options] = call.args
  if (options?.k === 'obj') part.prefix = textOf(member(interp, options, 'prefix')) ?? ''
  return router(interp, part)
}

/** `mount('/path', app)`: an application or middleware under a path. */
export const koaMount: PackageModel = (interp, call) => {
  const [first, second] = call.args
  const part = newPart(interp, koaPlug, false, call.line)
  const at = { file: part.file, line: call.line }
  const paths = second ? (pathsOf(interp, first, at) ?? ['/']) : ['/']
  part.layers.push({ verb: 'use', paths, handlers: second ? [second] : first ? [first] : [], ...at })
  return partObject(interp, part, () => undefined)
}

/** `compose([a, b])`: one after the other, as a list is. */
export const koaCompose: PackageModel = (_, call) =>
  call.args[0]?.k === 'arr' ? call.args[0] : { k: 'arr', items: call.args, open: false }

function here(interp: Interpreter, line: number) {
  return { file: interp.currentFile ?? interp.loading.at(-1) ?? '', line }
}

function application(interp: Interpreter, part: Part): Obj {
  return partObject(interp, part, (name, self) => {
    const method = (work: (args: Value[], line: number) => Value) =>
      native(name, (args, _self, line) => work(args, line))
    switch (name) {
      case 'use':
        return method((args, line) => {
          part.layers.push({ verb: 'use', paths: ['/'], handlers: flattenHandlers(args), ...here(interp, line) })
          return self
        })
      case 'listen':
        return method((args, line) => {
          listen(interp, args, line)
          const server = obj({}, interp.depth)
          server.open = true
          return server
        })
      case 'callback':
        return method(() => self)
      case 'context': {
        const context = obj({}, 0)
        self.props.set('context', context)
        return context
      }
      case 'on':
        return method(() => self)
      default:
        return undefined
    }
  })
}

function addRoute(interp: Interpreter, part: Part, verb: string, args: Value[], line: number): void {
  const at = here(interp, line)
  // A route may carry a name before its path.
  const named = textOf(args[0]) !== undefined && args.length > 2 && pathsOf(interp, args[1], at) !== null
  const given = named ? args.slice(1) : args
  const paths = pathsOf(interp, given[0], at)
  if (!paths) {
    interp.warnings.push({ message: `The path of a ${verb} route cannot be read`, source: `${at.file}:${at.line}` })
    return
  }
  const method = verb === 'del' ? 'DELETE' : verb.toUpperCase()
  part.layers.push({ verb: method, paths, handlers: flattenHandlers(given.slice(1)), ...at })
}

function router(interp: Interpreter, part: Part): Obj {
  return partObject(interp, part, (name, self) => {
    const method = (work: (args: Value[], line: number) => Value) =>
      native(name, (args, _self, line) => work(args, line))
    if (VERBS.has(name))
      return method((args, line) => {
        addRoute(interp, part, name, args, line)
        return self
      })
    switch (name) {
      case 'use':
        return method((args, line) => {
          const at = here(interp, line)
          const paths = partOf(args[0]) ? null : pathsOf(interp, args[0], at)
          part.layers.push({
            verb: 'use',
            paths: paths ?? ['/'],
            handlers: flattenHandlers(paths ? args.slice(1) : args),
            ...at,
          })
          return self
        })
      case 'routes':
      case 'middleware':
        return method(() => self)
      case 'prefix':
        return method(([prefix]) => {
          part.prefix = (textOf(prefix) ?? '') + part.prefix
          return self
        })
      case 'param':
        return method((args) => {
          const param = textOf(args[0])
          if (param) part.params.push({ name: param, handlers: args.slice(1) })
          return self
        })
      case 'register':
        return method(([path, methods, ...rest], line) => {
          const verbs = methods?.k === 'arr' ? methods.items.map(textOf) : []
          for (const verb of verbs)
            if (verb) addRoute(interp, part, verb.toLowerCase(), path ? [path, ...rest] : rest, line)
          return self
        })
      case 'allowedMethods':
      case 'redirect':
        return method(() => UNDEFINED)
      default:
        return undefined
    }
  })
}
