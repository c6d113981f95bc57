import type { Interpreter } from '../../evaluate/interpreter.ts'
import { type ClassValue, native, type Obj, obj, origin, textOf, UNDEFINED, type Value } from '../../evaluate/values.ts'
import { classDecorations } from './decorations.ts'

/** Everything that the modules of an application bring together. */
export interface Modules {
  controllers: { cls: ClassValue; prefix: string }[]
  /** Providers as declared: classes, or objects that say what provides a token. */
  providers: Value[]
  middleware: Middleware[]
}

export interface Middleware {
  handlers: Value[]
  routes: Value[]
  excluded: Value[]
}

/** Follows the imports of the root module. */
export function readModules(interp: Interpreter, root: Value): Modules {
  const modules: Modules = { controllers: [], providers: [], middleware: [] }
  const seen = new Set<Value>()
  const prefixes = new Map<Value, string>()
  const pending: ClassValue[] = []
  const visit = (given: Value, depth: number): void => {
    const value = resolved(interp, given)
    if (depth > 40 || seen.has(value)) return
    if (value.k === 'union') for (const one of value.of) visit(one, depth + 1)
    if (value.k === 'sym') routerModule(interp, value.args[0], origin(value)?.path ?? [], prefixes)
    if (value.k === 'obj') {
      const inner = value.props.get('module')
      if (inner) visit(inner, depth + 1)
      take(value, depth, inner)
    }
    if (value.k !== 'class') return
    seen.add(value)
    pending.push(value)
    for (const { name, module, args } of classDecorations(interp, value))
      if (name === 'Module' && module === '@nestjs/common' && args[0]?.k === 'obj') take(args[0], depth, value)
  }
  const owners = new Map<ClassValue, Value | undefined>()
  const take = (config: Obj, depth: number, owner: Value | undefined): void => {
    for (const one of items(config.props.get('imports'))) visit(one, depth + 1)
    modules.providers.push(...items(config.props.get('providers')).map((one) => resolved(interp, one)))
    for (const one of items(config.props.get('controllers')))
      if (one.k === 'class' && !owners.has(one)) owners.set(one, owner)
  }
  visit(root, 0)
  for (const [cls, owner] of owners) modules.controllers.push({ cls, prefix: (owner && prefixes.get(owner)) ?? '' })
  for (const cls of pending) configure(interp, cls, modules)
  return modules
}

function items(value: Value | undefined): Value[] {
  if (value?.k === 'union') return value.of.flatMap(items)
  return value?.k === 'arr' ? value.items.flatMap((one) => (one.k === 'arr' ? items(one) : [one])) : []
}

/** `forwardRef(() => Module)`. */
function resolved(interp: Interpreter, value: Value): Value {
  if (value.k !== 'sym' || !origin(value)?.path.includes('forwardRef')) return value
  const [later] = value.args
  return later?.k === 'fn' ? (interp.maybe(() => interp.call(later, [], UNDEFINED, 0)) ?? value) : value
}

/** `RouterModule.register([{ path, module, children }])`. */
function routerModule(interp: Interpreter, routes: Value | undefined, path: string[], into: Map<Value, string>): void {
  if (!path.includes('RouterModule')) return
  const walk = (list: Value | undefined, base: string): void => {
    for (const route of items(list)) {
      if (route.k === 'class') into.set(route, base)
      if (route.k !== 'obj') continue
      const own = `${base}/${textOf(route.props.get('path')) ?? ''}`
      const module = route.props.get('module')
      if (module) into.set(resolved(interp, module), own)
      walk(route.props.get('children'), own)
    }
  }
  walk(routes, '')
}

/** `configure(consumer)` of a module: which middleware stands before which routes. */
function configure(interp: Interpreter, cls: ClassValue, modules: Modules): void {
  const method = cls.methods.get('configure')
  if (!method) return
  const consumer: Obj = obj()
  const apply = native('apply', (handlers) => {
    const middleware: Middleware = { handlers, routes: [], excluded: [] }
    const proxy = obj()
    proxy.props.set(
      'exclude',
      native('exclude', (routes) => {
        middleware.excluded.push(...routes)
        return proxy
      }),
    )
    proxy.props.set(
      'forRoutes',
      native('forRoutes', (routes) => {
        middleware.routes.push(...routes)
        modules.middleware.push(middleware)
        return consumer
      }),
    )
    return proxy
  })
  consumer.props.set('apply', apply)
  interp.capture(() => interp.callFunction(method, [consumer], obj()))
}
