import { join, normalize } from 'node:path/posix'
import type { Interpreter } from '../../evaluate/interpreter.ts'
import { member } from '../../evaluate/members.ts'
import { lit, literal, type Obj, obj, textOf, truth, UNDEFINED, type Value } from '../../evaluate/values.ts'
import { type Context, load, nested } from './instance.ts'

const SCRIPT = /\.[cm]?[jt]sx?$/
const INDEX = /^index\.[cm]?[jt]s$/i
const HOOKS = /^[_.]?auto_?hooks\.[cm]?[jt]s$/i

interface Settings {
  root: string
  options: Obj
  /** Folder names become prefixes. */
  prefixes: boolean
  /** A folder named `_id` is a parameter. */
  params: boolean
  hooks: boolean
  cascade: boolean
  encapsulate: boolean
  depth: number
  index(name: string): boolean
  /** By the path under the root: neither loaded nor looked into; not loaded. */
  ignored(path: string): boolean
  filtered(path: string): boolean
}

/** `@fastify/autoload`: registers what a folder holds, subfolders under prefixes of their names. */
export function autoload(context: Context, options: Value): void {
  const { interp } = context
  const dir = textOf(member(interp, options, 'dir'))
  if (dir === undefined) {
    interp.warnings.push({ message: 'A folder of plugins cannot be read', source: `${context.part.file}:1` })
    return
  }
  const of = (name: string) => member(interp, options, name)
  const is = (name: string, usual: boolean): boolean => {
    const flag = of(name)
    return isNothing(flag) ? usual : (truth(flag) ?? usual)
  }
  const given = of('options')
  const depth = literal(of('maxDepth'))?.v
  const root = normalize(dir).replace(/^\/+|\/+$/g, '')
  loadFolder(context, root, [], '', {
    root,
    options: given.k === 'obj' ? given : obj(),
    prefixes: is('dirNameRoutePrefix', true),
    params: is('routeParams', false),
    hooks: is('autoHooks', false),
    cascade: is('cascadeHooks', false),
    encapsulate: is('encapsulate', true),
    depth: typeof depth === 'number' ? depth : Number.POSITIVE_INFINITY,
    index: (name) =>
      isNothing(of('indexPattern')) ? INDEX.test(name) : matches(interp, of('indexPattern'), name, false),
    ignored: (path) => matches(interp, of('ignorePattern'), path, false),
    filtered: (path) =>
      matches(interp, of('ignoreFilter'), path, true) ||
      (!isNothing(of('matchFilter')) && !matches(interp, of('matchFilter'), path, true)),
  })
}

const isNothing = (value: Value): boolean => value.k === 'lit' && value.v === undefined

/** Filters take text as it stands, patterns take it for a regular expression. */
function matches(interp: Interpreter, pattern: Value, path: string, plain: boolean): boolean {
  if (pattern.k === 'fn') return truth(interp.call(pattern, [lit(path)], UNDEFINED, 0)) !== false
  const text = textOf(pattern)
  if (text !== undefined && plain) return path.includes(text)
  const source = pattern.k === 'regex' ? pattern.source : text
  if (source === undefined) return false
  try {
    return new RegExp(source, pattern.k === 'regex' ? pattern.flags.replace('g', '') : '').test(path)
  } catch {
    return false
  }
}

function loadFolder(context: Context, dir: string, inherited: string[], prefix: string, settings: Settings, depth = 0) {
  const { world } = context.interp
  const under = (name: string) => join(dir, name).slice(settings.root.length + 1)
  const names = world.list(dir)
  const scripts = names.filter((name) => SCRIPT.test(name) && world.text(join(dir, name)) !== null)
  const own = settings.hooks ? scripts.filter((name) => HOOKS.test(name)).map((name) => join(dir, name)) : []
  const hooks = [...inherited, ...own]
  const plugins = scripts.filter((name) => !HOOKS.test(name))
  const index = plugins.filter((name) => settings.index(name)).slice(0, 1)
  // Beside an index only folders count.
  const chosen = index.length > 0 ? index : plugins.filter((name) => !settings.ignored(under(name)))
  // Hooks hold for what lies in the same folder, which is a context of its own then.
  const target = hooks.length > 0 ? nested(context, '') : context
  for (const file of hooks) loadFile(target, file, '', settings, true)
  for (const name of chosen)
    if (!settings.filtered(`/${under(name)}`)) loadFile(target, join(dir, name), prefix, settings)
  if (depth >= settings.depth) return
  for (const name of names) {
    if (world.text(join(dir, name)) !== null || world.list(join(dir, name)).length === 0) continue
    if (settings.ignored(under(name))) continue
    const next = settings.prefixes ? `${prefix}/${name}` : prefix
    loadFolder(context, join(dir, name), settings.cascade ? hooks : [], next, settings, depth + 1)
  }
}

function loadFile(context: Context, file: string, directory: string, settings: Settings, isHook = false): void {
  const { interp } = context
  const exports = interp.module(file) ?? UNDEFINED
  const plugin = exports.k === 'obj' ? (exports.props.get('default') ?? exports) : exports
  const beside = (name: string): Value => {
    const named = exports.k === 'obj' ? exports.props.get(name) : undefined
    return named ?? (plugin.k === 'fn' || plugin.k === 'class' ? member(interp, plugin, name) : UNDEFINED)
  }
  const wanted = beside('autoload')
  if (wanted.k === 'lit' && wanted.v === false) return
  if (plugin.k === 'fn' && (isHook || !settings.encapsulate)) plugin.props.set('#shared', lit(true))
  if (isHook) {
    load(context, plugin, settings.options)
    return
  }
  const config = beside('autoConfig')
  const configured = config.k === 'fn' ? interp.maybe(() => interp.call(config, [context.self], UNDEFINED, 0)) : config
  const options = obj()
  for (const one of [configured, settings.options])
    if (one?.k === 'obj') for (const [name, value] of one.props) options.props.set(name, value)
  const override = textOf(beside('prefixOverride'))
  const own = textOf(beside('autoPrefix')) ?? directory
  const base = (textOf(options.props.get('prefix')) ?? '').replace(/\/$/, '')
  const prefix = override ?? `${base}${own ? `/${own}`.replace(/\/+/g, '/') : ''}`
  if (prefix) options.props.set('prefix', lit(settings.params ? withParams(prefix) : prefix))
  load(context, plugin, options)
}

/** `/_id` and `user-__id` are parameters. */
function withParams(prefix: string): string {
  return prefix.includes('__') ? prefix.replace(/__/g, ':') : prefix.replace(/\/_/g, '/:')
}
