import type { Interpreter } from '../../evaluate/interpreter.ts'
import { listen } from '../../evaluate/libraries.ts'
import type { PackageModel } from '../../evaluate/packages.ts'
import { native, type Obj, obj, origin, textOf, UNDEFINED, UNKNOWN, type Value } from '../../evaluate/values.ts'
import { flattenHandlers, newPart, type Part, partObject } from '../routers.ts'
import { createContainer } from './container.ts'
import { nestPlug } from './index.ts'
import { readModules } from './modules.ts'
import { layersOf, optionsOf } from './routes.ts'

/** What an application was told before it listens. */
export interface NestApp {
  interp: Interpreter
  prefix: string
  /** Routes that keep clear of the prefix. */
  excluded: Value[]
  /** What stands before a version in a path; `null`: versions are not in paths. */
  versionPrefix: string | null
  defaultVersion: Value | undefined
  guards: Value[]
  pipes: Value[]
}

/** `NestFactory.create(AppModule)`. */
export const nestFactory: PackageModel = (interp, call, path) => {
  if (path[0] !== 'NestFactory' || path.at(-1) !== 'create') return null
  const [root] = call.args
  const part = newPart(interp, nestPlug, true, call.line)
  const app: NestApp = {
    interp,
    prefix: '',
    excluded: [],
    versionPrefix: null,
    defaultVersion: undefined,
    guards: [],
    pipes: [],
  }
  let settled = false
  part.settle = () => {
    if (settled) return
    settled = true
    if (root) settle(app, part, root)
  }
  return build(app, part)
}

function settle(app: NestApp, part: Part, root: Value): void {
  const { interp } = app
  const modules = readModules(interp, root)
  const container = createContainer(interp, modules.providers)
  app.guards.push(...container.all('APP_GUARD'))
  app.pipes.push(...container.all('APP_PIPE'))
  // Strategies make themselves known when they are made.
  for (const provider of modules.providers)
    if (provider.k === 'class' && provider.base?.k === 'obj') container.resolve(provider)
  part.layers.push(...layersOf(app, modules, container))
}

function build(app: NestApp, part: Part): Obj {
  const { interp } = app
  return partObject(interp, part, (name, self) => {
    const does = (work: (args: Value[], line: number) => void): Value =>
      native(name, (args, _self, line) => {
        work(args, line)
        return self
      })
    switch (name) {
      case 'setGlobalPrefix':
        return does(([prefix, options]) => {
          app.prefix = textOf(prefix) ?? ''
          const exclude = optionsOf(options)?.props.get('exclude')
          if (exclude?.k === 'arr') app.excluded.push(...exclude.items)
        })
      case 'enableVersioning':
        return does(([options]) => {
          const given = optionsOf(options)
          const type = given?.props.get('type')
          const kind = type && (origin(type)?.path.at(-1) ?? textOf(type))
          if (kind && kind !== 'URI' && kind !== '0') return
          const prefix = given?.props.get('prefix')
          app.versionPrefix = prefix?.k === 'lit' && prefix.v === false ? '' : (textOf(prefix) ?? 'v')
          app.defaultVersion = given?.props.get('defaultVersion')
        })
      case 'useGlobalGuards':
        return does((args) => app.guards.push(...args))
      case 'useGlobalPipes':
        return does((args) => app.pipes.push(...args))
      case 'use':
        return does((args, line) => {
          const path = textOf(args[0])
          const handlers = flattenHandlers(path === undefined ? args : args.slice(1))
          part.layers.push({ verb: 'use', paths: [path ?? '/'], handlers, file: interp.currentFile ?? part.file, line })
        })
      case 'listen':
        return does((args, line) => listen(interp, args, line))
      case 'get':
      case 'select':
      case 'resolve':
        return native(name, ([token]) => (optionsOf(token) ? UNKNOWN : configured(interp, token)))
      case 'getHttpServer':
      case 'getHttpAdapter':
        return native(name, () => ({ ...obj(), open: true }))
      case 'close':
        return native(name, () => UNDEFINED)
      default:
        return /^(enable|use|set|connect|start|init|flush)/.test(name) ? does(() => undefined) : undefined
    }
  })
}

/** `app.get(ConfigService)` outside of any module. */
function configured(interp: Interpreter, token: Value | undefined): Value {
  return token ? createContainer(interp, []).resolve(token) : UNKNOWN
}
