import type { Interpreter } from '../../evaluate/interpreter.ts'
import { listen } from '../../evaluate/libraries.ts'
import { member, setMember } from '../../evaluate/members.ts'
import type { PackageModel } from '../../evaluate/packages.ts'
import {
  alternatives,
  lit,
  native,
  type Obj,
  obj,
  textOf,
  truth,
  UNDEFINED,
  UNKNOWN,
  type Value,
} from '../../evaluate/values.ts'
import type { Entry } from '../../project/entry.ts'
import { METHODS, newPart, type Part, partObject } from '../routers.ts'
import { fastifyPlug } from './index.ts'
import { known, registerKnown } from './plugins.ts'
import { addRoute, HOOKS } from './route.ts'

/** What all instances of one application share. */
export interface Shared {
  /** Members that the project put on requests and replies. */
  request: Map<string, Value>
  reply: Map<string, Value>
  /** Packages were registered: what they put on the instance is not known. */
  foreign: boolean
  /** Schemas by their `$id`. */
  schemas: Map<string, Value>
}

/** One encapsulated context: its routes and hooks, and what it inherits. */
export interface Context {
  interp: Interpreter
  part: Part
  self: Obj
  parent: Context | null
  shared: Shared
  prefix: string
  onRoute: Value[]
  /** How many of its layers, the first ones, are hooks. */
  hooks: number
  /** Registered, but not loaded yet. */
  pending: (() => void)[]
}

const contexts = new WeakMap<Part, Context>()

/** The context that an application or a part of it stands for. */
export function contextOf(value: Value | undefined): Context | null {
  return value?.k === 'obj' && value.part ? (contexts.get(value.part as Part) ?? null) : null
}

/** `fastify()`. */
export const fastify: PackageModel = (interp, call, path) => {
  if (path.length > 0 && path[0] !== 'fastify' && path[0] !== 'default') return null
  const shared: Shared = { request: new Map(), reply: new Map(), foreign: false, schemas: new Map() }
  return instance(interp, newPart(interp, fastifyPlug, true, call.line), null, '', shared).self
}

/** `fp(plugin)`: what it does, it does to the instance it is registered on. */
export const shared: PackageModel = (_, call) => {
  const [plugin] = call.args
  const meta = call.args[1]
  if (plugin?.k !== 'fn' && plugin?.k !== 'sym') return null
  plugin.props.set('#shared', lit(true))
  if (meta) plugin.props.set('#meta', meta)
  return plugin
}

/** `fastify start app.js` serves the plugin that a module exports. */
export function serveExported(interp: Interpreter, entry: Entry): void {
  if (!entry.command.some((word) => /(^|\/)fastify$/.test(word))) return
  const exports = interp.modules.get(entry.file)?.holder.props.get('exports') ?? UNDEFINED
  const made = interp.call(member(interp, interp.package('fastify'), 'fastify'), [], UNDEFINED, 1)
  const context = contextOf(made)
  if (context) load(context, exports, obj())
}

function instance(interp: Interpreter, part: Part, parent: Context | null, prefix: string, shared: Shared): Context {
  const self = partObject(interp, part, (name) => read(context, name))
  const context: Context = { interp, part, self, parent, shared, prefix, onRoute: [], hooks: 0, pending: [] }
  contexts.set(part, context)
  part.settle = () => settle(context)
  return context
}

/** Loads what was registered and is waiting, as the framework does before anybody needs it. */
function settle(context: Context): void {
  while (context.pending.length > 0) for (const work of context.pending.splice(0)) work()
}

function read(context: Context, name: string): Value | undefined {
  const { interp, shared } = context
  const own = method(context, name)
  if (own) return own
  for (let at = context.parent; at; at = at.parent) {
    const inherited = at.self.props.get(name)
    if (inherited) return inherited
  }
  // What a plugin is to bring is there once it has loaded.
  const before = context.self.props.size
  for (let at: Context | null = context; at; at = at.parent) settle(at)
  const late = context.self.props.get(name)
  if (late && context.self.props.size !== before) return late
  // Something that a package brings, or that is not there.
  const brought =
    known(context, name) ?? (shared.foreign ? member(interp, interp.package('fastify:instance'), name) : undefined)
  return brought
}

function method(context: Context, name: string): Value | undefined {
  const { interp, self, shared } = context
  const does = (work: (args: Value[], line: number) => Value | undefined): Value =>
    native(name, (args, _self, line) => work(args, line) ?? self)
  if (name === 'all' || name === 'del' || (METHODS as readonly string[]).includes(name))
    return does((args, line) => {
      const [path, options, handler] = args.length > 2 ? args : [args[0], undefined, args[1]]
      addRoute(context, [name === 'del' ? 'DELETE' : name.toUpperCase()], path, options, handler, line)
    })
  switch (name) {
    case 'route':
      return does(([options], line) => {
        if (options?.k !== 'obj') return
        const methods = member(interp, options, 'method')
        const verbs = (methods.k === 'arr' ? methods.items : alternatives(methods)).map(textOf)
        const url = options.props.get('url') ?? options.props.get('path')
        const named = verbs.filter((verb) => verb !== undefined).map((verb) => verb.toUpperCase())
        addRoute(context, named, url, options, options.props.get('handler'), line)
      })
    case 'register':
      return does(([plugin, options]) => {
        context.pending.push(() => load(context, plugin ?? UNDEFINED, options ?? obj()))
      })
    case 'addHook':
      return does(([hook, handler], line) => {
        const kind = textOf(hook) ?? ''
        if (kind === 'onRoute' && handler) context.onRoute.push(handler)
        if (HOOKS.includes(kind) && handler) addHook(context, handler, line)
      })
    case 'decorate':
      return does(([key, value]) => {
        setMember(interp, self, textOf(key) ?? '', getterOf(interp, self, value))
        return self
      })
    case 'decorateRequest':
    case 'decorateReply':
      return does(([key, value]) => {
        const placeholder = !value || truth(value) === false
        const target = name === 'decorateRequest' ? shared.request : shared.reply
        if (!placeholder) target.set(textOf(key) ?? '', value)
      })
    case 'addSchema':
      return does(([schema]) => {
        const id = schema && textOf(schema.k === 'obj' ? schema.props.get('$id') : optionOf(schema, '$id'))
        if (id && schema) shared.schemas.set(id, schema)
      })
    case 'listen':
      return does((args, line) => {
        settle(context)
        listen(interp, args, line)
      })
    case 'ready':
    case 'after':
      return does((args) => {
        settle(context)
        interp.outside(args)
      })
    case 'prefix':
      return lit(context.prefix)
    case 'server': {
      const server = obj({}, 0)
      server.open = true
      return server
    }
    case 'hasDecorator':
    case 'hasRequestDecorator':
    case 'hasReplyDecorator':
    case 'inject':
      return does(() => UNKNOWN)
    case 'withTypeProvider':
    case 'setErrorHandler':
    case 'setNotFoundHandler':
    case 'setValidatorCompiler':
    case 'setSerializerCompiler':
    case 'addContentTypeParser':
    case 'use':
    case 'close':
      return does(() => self)
    default:
      return undefined
  }
}

/** The last argument of a call that is an object, and what it says. */
function optionOf(value: Value, name: string): Value | undefined {
  const last = value.k === 'sym' ? value.args.at(-1) : undefined
  return last?.k === 'obj' ? last.props.get(name) : undefined
}

/** `decorate('x', { getter() {} })` gives the member that the getter answers. */
function getterOf(interp: Interpreter, self: Obj, value: Value | undefined): Value {
  const getter = value?.k === 'obj' ? value.props.get('getter') : undefined
  if (getter?.k !== 'fn') return value ?? UNDEFINED
  return interp.maybe(() => interp.callFunction(getter, [], self)) ?? UNKNOWN
}

/** Hooks hold for every route of a context, also for those that were declared before. */
export function addHook(context: Context, handler: Value, line: number): void {
  const { part, interp } = context
  const file = interp.currentFile ?? interp.loading.at(-1) ?? ''
  part.layers.splice(context.hooks++, 0, {
    verb: 'use',
    paths: ['/'],
    handlers: [handler],
    self: context.self,
    file,
    line,
  })
}

/** A plugin loads: in a context of its own, or in this one where it is shared. */
export function load(context: Context, given: Value, options: Value): void {
  const { interp } = context
  const plugin = unwrap(given)
  const chosen =
    options.k === 'fn' ? (interp.maybe(() => interp.call(options, [context.self], UNDEFINED, 0)) ?? obj()) : options
  if (plugin.k === 'sym') {
    context.shared.foreign = true
    registerKnown(context, plugin, chosen)
    return
  }
  if (plugin.k !== 'fn' && plugin.k !== 'native') return
  const isShared = plugin.k === 'fn' && plugin.props.has('#shared')
  const child = isShared ? context : nested(context, textOf(member(interp, chosen, 'prefix')) ?? '')
  interp.capture(() => interp.call(plugin, [child.self, chosen, native('done', () => UNDEFINED)], child.self, 0))
  if (child !== context) settle(child)
}

/** A context inside another one. */
export function nested(context: Context, prefix: string): Context {
  const { interp, part } = context
  const file = interp.currentFile ?? part.file
  const child = instance(
    interp,
    { ...newPart(interp, fastifyPlug, false, 0), file },
    context,
    `${context.prefix}${prefix}`.replace(/\/{2,}/g, '/'),
    context.shared,
  )
  part.layers.push({ verb: 'use', paths: [prefix || '/'], handlers: [child.self], file, line: 0 })
  return child
}

/** The plugin of a module that was imported whole. */
function unwrap(given: Value): Value {
  if (given.k === 'union') return given.of.map(unwrap).find((one) => one.k === 'fn' || one.k === 'sym') ?? given
  if (given.k !== 'obj' || given.part) return given
  return given.props.get('default') ?? given
}
