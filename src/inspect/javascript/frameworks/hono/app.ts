import type { Interpreter } from '../../evaluate/interpreter.ts'
import { listen } from '../../evaluate/libraries.ts'
import { member } from '../../evaluate/members.ts'
import type { PackageModel } from '../../evaluate/packages.ts'
import { alternatives, native, type Obj, obj, textOf, UNDEFINED, UNKNOWN, type Value } from '../../evaluate/values.ts'
import { flattenHandlers, METHODS, newPart, type Part, partObject, pathsOf } from '../routers.ts'
import { honoPlug } from './index.ts'
import { declaredBy } from './openapi.ts'

/** Where a route was described, when it is put on an application elsewhere. */
const described = new WeakMap<Value, { file: string; line: number }>()

/** `new Hono()`. */
export const hono: PackageModel = (interp, call, path) => {
  if (call.op !== 'new' || path.at(-1) !== 'Hono') return null
  return build(interp, newPart(interp, honoPlug, true, call.line), '')
}

/** `new OpenAPIHono()`. */
export const openApiHono: PackageModel = (interp, call, path) => {
  if (call.op !== 'new' || path.at(-1) !== 'OpenAPIHono') return null
  return build(interp, newPart(interp, honoPlug, true, call.line), '')
}

/** `createRoute({ method, path, request })` hands the description back. */
export const createRoute: PackageModel = (interp, call) => {
  const [route] = call.args
  if (route?.k !== 'obj') return null
  described.set(route, { file: interp.currentFile ?? call.file, line: call.line })
  return route
}

/** `createFactory()`, `createMiddleware(fn)`. */
export const factory: PackageModel = (interp, call, path) => {
  const name = path.at(-1)
  if (name === 'createMiddleware') return call.args[0] ?? null
  if (name !== 'createFactory') return null
  const [options] = call.args
  const start = options?.k === 'obj' ? options.props.get('initApp') : undefined
  return obj({
    createApp: native('createApp', (_args, _self, line) => {
      const app = build(interp, newPart(interp, honoPlug, true, line), '')
      if (start) interp.call(start, [app], UNDEFINED, line)
      return app
    }),
    createMiddleware: native('createMiddleware', ([handler]) => handler ?? UNKNOWN),
    createHandlers: native('createHandlers', (args) => ({ k: 'arr', items: args, open: false })),
  })
}

/** `serve(app)`, `serve({ fetch: app.fetch, port })`. */
export const serve: PackageModel = (interp, call, path) => {
  if (path.at(-1) !== 'serve') return null
  const [options] = call.args
  const port = options?.k === 'obj' && !options.part ? options : obj()
  listen(interp, [port, ...call.args.slice(1)], call.line)
  return { ...obj({}, interp.depth), open: true }
}

function here(interp: Interpreter, line: number) {
  return { file: interp.currentFile ?? interp.loading.at(-1) ?? '', line }
}

/** `/:id{[0-9]+}` as others write it. */
const spelled = (path: string): string => path.replace(/:(\w+)\{([^{}]*(?:\{[^{}]*\}[^{}]*)*)\}/g, ':$1($2)')

const under = (base: string, path: string): string =>
  (path === '*' ? `${base}/*` : `${base}/${path}`).replace(/\/{2,}/g, '/')

/** An application, or a view of one under a base path: what is put on it is put on the same routes. */
function build(interp: Interpreter, part: Part, base: string): Obj {
  let last = '/'
  const put = (self: Obj, verbs: string[], args: Value[], line: number): Obj => {
    const at = here(interp, line)
    const paths = pathsOf(interp, args[0], at)
    if (paths) last = paths[0] ?? last
    for (const verb of verbs)
      part.layers.push({
        verb,
        paths: (paths ?? [last]).map((path) => spelled(under(base, path))),
        handlers: flattenHandlers(paths ? args.slice(1) : args),
        ...at,
      })
    return self
  }
  return partObject(interp, part, (name, self) => {
    const method = (work: (args: Value[], line: number) => Value) =>
      native(name, (args, _self, line) => work(args, line))
    if (name === 'all' || (METHODS as readonly string[]).includes(name))
      return method((args, line) => put(self, [name.toUpperCase()], args, line))
    switch (name) {
      case 'on':
        return method(([verbs, ...rest], line) => {
          const named = (verbs?.k === 'arr' ? verbs.items : alternatives(verbs ?? UNDEFINED)).map(textOf)
          return put(
            self,
            named.filter((verb) => verb !== undefined).map((verb) => verb.toUpperCase()),
            rest,
            line,
          )
        })
      case 'use':
        return method((args, line) => {
          const at = here(interp, line)
          const paths = pathsOf(interp, args[0], at) ?? []
          part.layers.push({
            verb: 'use',
            paths: (paths.length > 0 ? paths : ['*']).map((path) => under(base, path)),
            handlers: flattenHandlers(paths.length > 0 ? args.slice(1) : args),
            exact: true,
            ...at,
          })
          return self
        })
      case 'route':
        return method(([path, app], line) => {
          const paths = pathsOf(interp, path, here(interp, line)) ?? ['/']
          const mounted = paths.map((one) => spelled(under(base, one)))
          if (app) part.layers.push({ verb: 'use', paths: mounted, handlers: [app], ...here(interp, line) })
          return self
        })
      case 'basePath':
        return method(([path]) => build(interp, part, under(base, textOf(path) ?? '')))
      case 'openapi':
        return method(([route, ...handlers], line) => {
          if (route?.k === 'obj') openapi(interp, part, base, route, handlers, line)
          return self
        })
      case 'doc':
      case 'doc31':
        return method((args, line) => put(self, ['GET'], args.slice(0, 1), line))
      case 'fetch':
      case 'request':
        return method(() => UNKNOWN)
      case 'openAPIRegistry':
        return { ...obj(), open: true }
      case 'notFound':
      case 'onError':
      case 'mount':
        return method(() => self)
      default:
        return undefined
    }
  })
}

function openapi(interp: Interpreter, part: Part, base: string, route: Obj, handlers: Value[], line: number): void {
  const at = described.get(route) ?? here(interp, line)
  const path = textOf(route.props.get('path')) ?? '/'
  const middleware = route.props.get('middleware')
  part.layers.push({
    verb: (textOf(member(interp, route, 'method')) ?? 'get').toUpperCase(),
    paths: [under(base, path.replace(/\{(\w+)\}/g, ':$1'))],
    handlers: flattenHandlers([...(middleware ? [middleware] : []), ...handlers.slice(0, 1)]),
    declared: declaredBy(route),
    ...at,
  })
}
