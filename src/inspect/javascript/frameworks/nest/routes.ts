import type { Interpreter } from '../../evaluate/interpreter.ts'
import { member } from '../../evaluate/members.ts'
import { statusNamed } from '../../evaluate/packages.ts'
import {
  type ClassValue,
  type Func,
  literal,
  native,
  type Obj,
  origin,
  textOf,
  UNDEFINED,
  type Value,
} from '../../evaluate/values.ts'
import type { Layer } from '../routers.ts'
import type { NestApp } from './app.ts'
import type { Container } from './container.ts'
import { classDecorations, type Decoration, decoratedMethods, lineage } from './decorations.ts'
import { askGuard, contextOf } from './guards.ts'
import type { Middleware, Modules } from './modules.ts'

const VERBS: Record<string, string> = {
  Get: 'GET',
  Post: 'POST',
  Put: 'PUT',
  Patch: 'PATCH',
  Delete: 'DELETE',
  Head: 'HEAD',
  All: 'ALL',
  Sse: 'GET',
}

/** What a handler is called with beside its request: kept by the function it is. */
export interface Handling {
  cls: ClassValue
  container: Container
  pipes: Value[]
  /** Status of an answer that names none. */
  success: number
}

export const handlings = new WeakMap<object, Handling>()

/** One layer for every route of the controllers, in their order. */
export function layersOf(app: NestApp, modules: Modules, container: Container): Layer[] {
  return modules.controllers.flatMap(({ cls, prefix }) => controllerLayers(app, modules, container, cls, prefix))
}

function controllerLayers(
  app: NestApp,
  modules: Modules,
  container: Container,
  cls: ClassValue,
  prefix: string,
): Layer[] {
  const { interp } = app
  const decorations = lineage(cls).classes.flatMap((one) => classDecorations(interp, one))
  const own = classDecorations(interp, cls)
  const controller = own.find(({ name }) => name === 'Controller')
  if (!controller) return []
  const [given] = controller.args
  const options = given?.k === 'obj' ? given : undefined
  const bases = pathsIn(options ? options.props.get('path') : given)
  const instance = container.resolve(cls)
  return decoratedMethods(interp, cls).flatMap(({ fn, owner, decorations: mine }) => {
    const all = [...mine, ...decorations]
    return mine.flatMap((verb) => {
      const method = VERBS[verb.name]
      if (!method || verb.module !== '@nestjs/common') return []
      const versions = versionsOf(app, mine, own, options?.props.get('version'))
      const inner = bases.flatMap((base) => pathsIn(verb.args[0]).map((path) => `${prefix}/${base}/${path}`))
      const paths = inner.flatMap((path) => versions.map((version) => full(app, method, version, path)))
      const asked = { method, paths: inner.map((path) => clean(`/${path}`)) }
      handlings.set(fn.fn, { cls, container, pipes: pipesOf(app, all), success: successOf(method, mine) })
      const before = [
        ...modules.middleware.flatMap((one) => standing(interp, one, asked, cls, container)),
        ...guardsOf(app, container, decorations, mine).map((guard) => asking(interp, guard, fn, cls)),
      ]
      return [
        {
          verb: method,
          paths,
          handlers: [...before, fn],
          self: instance,
          declared: { schemas: [], statuses: documented(mine), ...uploads(all) },
          file: owner.file,
          line: verb.line,
        },
      ]
    })
  })
}

const clean = (path: string): string => path.replace(/\/{2,}/g, '/').replace(/(.)\/$/, '$1')

function pathsIn(value: Value | undefined): string[] {
  if (value?.k === 'arr') return value.items.map((one) => textOf(one) ?? '')
  return [textOf(value) ?? '']
}

function full(app: NestApp, method: string, version: string, path: string): string {
  const bare = clean(`/${path}`)
  const prefix = app.excluded.some((one) => means(one, method, bare)) ? '' : app.prefix
  return clean(`/${prefix}/${version}/${path}`)
}

/** Does a route of a list, which may name its method, mean this one? Prefixes and versions are no part of it. */
function means(route: Value, method: string, path: string): boolean {
  const named = route.k === 'obj' ? route.props.get('method') : undefined
  const verb = named && origin(named)?.path.at(-1)
  if (verb && verb !== 'ALL' && verb !== method) return false
  return covers(textOf(route.k === 'obj' ? route.props.get('path') : route), path)
}

/** Does a pattern of Nest's cover a path? `*`, `(.*)` and `*rest` stand for anything. */
function covers(pattern: string | undefined, path: string): boolean {
  if (pattern === undefined) return false
  const source = clean(`/${pattern}`)
    .replace(/[.+?^$|\\]/g, '\\$&')
    .replace(/\{?\*\w*\}?|\(\\\.\*\)|\(\.\*\)/g, '.*')
    .replace(/:\w+/g, '[^/]+')
    .replace(/\/\.\*/g, '(/.*)?')
  try {
    return new RegExp(`^${source}/?$`).test(path)
  } catch {
    return false
  }
}

/** Versions as they stand in a path; elsewhere they change none. */
function versionsOf(app: NestApp, method: Decoration[], controller: Decoration[], option: Value | undefined): string[] {
  if (app.versionPrefix === null) return ['']
  const named = [method, controller].map((list) => list.find(({ name }) => name === 'Version')?.args[0])
  const value = named[0] ?? option ?? named[1] ?? app.defaultVersion
  const list = value?.k === 'arr' ? value.items : value ? [value] : []
  const versions = list.map((one) => (textOf(one) === undefined ? '' : `${app.versionPrefix}${textOf(one)}`))
  return versions.length > 0 ? versions : ['']
}

function successOf(method: string, decorations: Decoration[]): number {
  const given = decorations.find(({ name }) => name === 'HttpCode')?.args[0]
  const code = given && literal(given)?.v
  if (typeof code === 'number') return code
  if (decorations.some(({ name }) => name === 'Redirect')) return 302
  return method === 'POST' ? 201 : 200
}

/** Pipes that every parameter passes: of the application, the class, the method. */
function pipesOf(app: NestApp, decorations: Decoration[]): Value[] {
  return [...app.pipes, ...decorations.filter(({ name }) => name === 'UsePipes').flatMap(({ args }) => args)]
}

/** Guards in the order they are asked: of the application, the class, the method. */
function guardsOf(app: NestApp, container: Container, cls: Decoration[], method: Decoration[]): Value[] {
  const used = [...cls, ...method].filter(({ name }) => name === 'UseGuards').flatMap(({ args }) => args)
  return [...app.guards, ...used].map((guard) => (guard.k === 'class' ? container.resolve(guard) : guard))
}

/** A guard as something that hands the request on. */
function asking(interp: Interpreter, guard: Value, handler: Func, cls: ClassValue): Value {
  return native('guard', ([request = UNDEFINED, response = UNDEFINED, next = UNDEFINED]) => {
    askGuard(interp, guard, contextOf(request, response, next, handler, cls))
    return interp.call(next, [], UNDEFINED, 0)
  })
}

/** Middleware that a module puts before these paths, or before the whole controller. */
function standing(
  interp: Interpreter,
  one: Middleware,
  { method, paths }: { method: string; paths: string[] },
  cls: ClassValue,
  container: Container,
): Value[] {
  const hit = (route: Value, path: string) => route === cls || means(route, method, path)
  const stands = paths.some(
    (path) => one.routes.some((route) => hit(route, path)) && !one.excluded.some((route) => hit(route, path)),
  )
  if (!stands) return []
  return one.handlers.map((handler) => {
    if (handler.k !== 'class') return handler
    const instance = container.resolve(handler)
    const use = member(interp, instance, 'use')
    return use.k === 'fn' ? { ...use, self: instance } : use
  })
}

/** Answers that decorators for OpenAPI name: `@ApiNotFoundResponse()`, `@ApiResponse({ status: 409 })`. */
function documented(decorations: Decoration[]): number[] {
  return decorations.flatMap(({ name, args }) => {
    const status = name === 'ApiResponse' ? Number(textOf(optionsOf(args[0])?.props.get('status'))) : Number.NaN
    const named = /^Api(\w+)Response$/.exec(name)?.[1]
    const code = status || (named ? statusNamed(named) : undefined)
    return code && code >= 300 && code < 500 ? [code] : []
  })
}

/** Interceptors that take files. */
function uploads(decorations: Decoration[]): { multipart?: boolean } {
  const used = decorations.filter(({ name }) => name === 'UseInterceptors').flatMap(({ args }) => args)
  const takes = used.some((one) =>
    /File(s|Fields)?Interceptor$/.test(origin(one)?.path.findLast((part) => part !== '()') ?? ''),
  )
  return takes ? { multipart: true } : {}
}

/** Options of a call that are an object. */
export const optionsOf = (value: Value | undefined): Obj | undefined => (value?.k === 'obj' ? value : undefined)
