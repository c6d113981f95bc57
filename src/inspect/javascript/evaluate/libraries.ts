import { basename, dirname, extname, join as joinPath, normalize, relative, resolve } from 'node:path/posix'
import { readClass } from '../schemas/class-validator.ts'
import { drizzleZod } from '../schemas/drizzle.ts'
import { callArray } from './arrays.ts'
import { dig, fromJson, type Interpreter } from './interpreter.ts'
import { assignInto, member } from './members.ts'
import type { PackageModel } from './packages.ts'
import { passport } from './passport.ts'
import { parsedUrl, requestUrl } from './urls.ts'
import { lit, native, obj, type Sym, textOf, truth, UNDEFINED, UNKNOWN, type Value } from './values.ts'

const PATHS: Record<string, (...parts: string[]) => string> = {
  join: joinPath,
  resolve: (...parts) => resolve('/', ...parts),
  dirname: (path) => dirname(path ?? ''),
  basename: (path, suffix) => basename(path ?? '', suffix),
  extname: (path) => extname(path ?? ''),
  normalize: (path) => normalize(path ?? ''),
  relative: (from, to) => relative(from ?? '', to ?? ''),
}

const paths: PackageModel = (_, call, path) => {
  const work = PATHS[path.at(-1) ?? '']
  const parts = call.args.map(textOf)
  if (path.at(-1) === 'parse' && parts[0] !== undefined)
    return obj({
      name: lit(basename(parts[0], extname(parts[0]))),
      ext: lit(extname(parts[0])),
      base: lit(basename(parts[0])),
    })
  return work && parts.every((part) => part !== undefined) ? lit(work(...parts)) : null
}

const inProject = (path: string) => normalize(path).replace(/^\/+/, '')

/** A name in a folder, with what it is. */
function dirent(interp: Interpreter, dir: string, name: string): Value {
  const isFile = interp.world.text(joinPath(dir, name)) !== null
  const answer = (is: boolean) => native('is', () => lit(is))
  const parent = lit(`/${dir}`)
  return obj({
    name: lit(name),
    path: parent,
    parentPath: parent,
    isFile: answer(isFile),
    isDirectory: answer(!isFile),
  })
}

const files: PackageModel = (interp, call, path) => {
  const target = textOf(call.args[0])
  if (target === undefined) return null
  const name = path.at(-1) ?? ''
  const names = () => interp.world.list(inProject(target))
  if (/^readdir(Sync)?$/.test(name)) {
    const typed = call.args.some(
      (arg) => arg.k === 'obj' && truth(arg.props.get('withFileTypes') ?? UNDEFINED) === true,
    )
    const items = names().map((entry) => (typed ? dirent(interp, inProject(target), entry) : lit(entry)))
    const callback = call.args.find((arg) => arg.k === 'fn')
    const list: Value = { k: 'arr', items, open: false }
    if (callback) interp.call(callback, [lit(null), list], UNDEFINED, call.line)
    return list
  }
  if (name === 'existsSync') return lit(interp.world.text(inProject(target)) !== null || names().length > 0)
  if (/^readFile(Sync)?$/.test(name)) {
    const text = interp.world.text(inProject(target))
    return text === null ? null : lit(text)
  }
  if (/^l?stat(Sync)?$/.test(name)) {
    const isFile = interp.world.text(inProject(target)) !== null
    return obj({ isFile: native('isFile', () => lit(isFile)), isDirectory: native('isDirectory', () => lit(!isFile)) })
  }
  return null
}

/** Notes that a server starts to listen. */
export function listen(interp: Interpreter, args: Value[], line: number): void {
  const file = interp.currentFile ?? interp.loading.at(-1) ?? ''
  const unsure = interp.recovering > 0 || interp.depth > 0
  interp.effects.push({ kind: 'listen', file, line, args, unsure, loading: [...interp.loading] })
  interp.outside(args)
}

const urls: PackageModel = (interp, call, path) => {
  if (path.at(-1) === 'URL') return parsedUrl(interp, call, path)
  const target = textOf(call.args[0])
  if (path.at(-1) === 'pathToFileURL' && target) return obj({ href: lit(`file://${target}`), pathname: lit(target) })
  if (path.at(-1) === 'fileURLToPath' && target) return lit(target.replace(/^file:\/\//, ''))
  return path.at(-1) === 'parse' && target?.startsWith('/') ? requestUrl(interp, target) : null
}

/** `events`: what is emitted reaches who listens. */
const emitters: PackageModel = (interp, call, path) => {
  if (call.op !== 'new' || (path.length > 0 && path.at(-1) !== 'EventEmitter')) return null
  const listeners = new Map<string, Value[]>()
  const emitter = obj({}, interp.depth)
  emitter.open = true
  const on = native('on', ([event, work]) => {
    const name = textOf(event)
    if (name !== undefined && work) listeners.set(name, [...(listeners.get(name) ?? []), work])
    return emitter
  })
  const emit = native('emit', ([event, ...args], self, line) => {
    const name = textOf(event)
    const all = name === undefined ? [] : (listeners.get(name) ?? [])
    for (const work of all) interp.call(work, args, self, line)
    return name === undefined ? UNKNOWN : lit(all.length > 0)
  })
  for (const name of ['on', 'once', 'addListener']) emitter.props.set(name, on)
  emitter.props.set('emit', emit)
  return emitter
}

const keysOf = (value: Value | undefined): string[] =>
  value?.k === 'arr' ? value.items.map(textOf).filter((key) => key !== undefined) : (textOf(value)?.split('.') ?? [])

function pick(interp: Interpreter, from: Value, keys: string[]): Value {
  const result = obj({}, interp.depth)
  for (const key of keys) result.props.set(key, from.k === 'lit' ? UNDEFINED : member(interp, from, key))
  return result
}

const lodash: PackageModel = (interp, call, path) => {
  const [first = UNDEFINED, ...rest] = call.args
  const name = path.at(-1) ?? ''
  switch (name) {
    case 'get':
    case 'result': {
      const found = dig(interp, first, keysOf(rest[0]))
      return found.k === 'lit' && found.v === undefined ? (rest[1] ?? found) : found
    }
    case 'has': {
      const known = truth(dig(interp, first, keysOf(rest[0])))
      return known === undefined ? UNKNOWN : lit(known)
    }
    case 'pick':
      return pick(interp, first, rest.flatMap(keysOf))
    case 'omit':
    case 'cloneDeep':
    case 'clone':
      return first
    case 'assign':
    case 'extend':
    case 'merge':
    case 'defaults':
    case 'defaultsDeep':
      return assignInto(interp, first, rest)
    case 'forEach':
    case 'each':
    case 'map':
    case 'filter':
    case 'find':
    case 'includes':
    case 'some':
    case 'every':
    case 'flatten':
      if (first.k === 'obj' && !first.host && rest[0]) {
        for (const [key, value] of first.props) interp.call(rest[0], [value, lit(key)], UNDEFINED, call.line)
        return UNKNOWN
      }
      return first.k === 'arr'
        ? callArray(interp, first, name === 'each' ? 'forEach' : name === 'flatten' ? 'flat' : name, rest, call.line)
        : null
    case 'defaultTo':
      return truth(first) === false ? (rest[0] ?? UNDEFINED) : first
    case 'isEmpty':
    case 'isNil':
    case 'isUndefined':
      return first.k === 'input' ? { k: 'unknown', trueWithout: [first] } : null
    default:
      return /^is[A-Z]/.test(name) && first.k === 'input' ? { k: 'unknown', falseWithout: [first] } : null
  }
}

/** `validator.isEmail(x)` and its like. */
const checks: PackageModel = (interp, call, path) => {
  const [first] = call.args
  if (first?.k !== 'input') return null
  if (/isEmail$/.test([...path].join('/'))) interp.observer?.hint(first, 'email')
  return path.at(-1)?.startsWith('is') || path.length === 0 ? { k: 'unknown', falseWithout: [first] } : null
}

/** Wrappers that hand a handler back. */
const same: PackageModel = (_, call) => call.args.find((arg) => arg.k === 'fn') ?? null

const utilities: PackageModel = (_, call, path) =>
  path.at(-1) === 'promisify' || path.at(-1) === 'callbackify' ? (call.args[0] ?? null) : null

/** `env.get('PORT').default('3000').asPortNumber()` of env-var. */
const envVar: PackageModel = (interp, call, path) => {
  if (!/^as[A-Z]/.test(path.at(-1) ?? '')) return null
  let name: string | undefined
  let fallback: Value | null = null
  let required = false
  for (let at: Sym | null = call; at; at = at.base) {
    if (at.op !== 'call') continue
    const method = at.base?.op === 'mem' ? at.base.name : ''
    if (method === 'get') name = textOf(at.args[0])
    if (method === 'default') fallback = at.args[0] ?? null
    if (method === 'required') required = true
  }
  return name === undefined ? null : variable(interp, name, fallback, required)
}

function variable(interp: Interpreter, name: string, fallback: Value | null, required: boolean): Value {
  interp.noteVariable(name, { ...(fallback ? { fallback } : {}), required: required && !fallback })
  return name === 'NODE_ENV' ? lit(interp.world.mode) : { k: 'env', name, fallback }
}

/** `cleanEnv(process.env, { PORT: port({ default: 3000 }) })` of envalid. */
const envalid: PackageModel = (interp, call, path) => {
  const shape = call.args[1]
  if (!/^(cleanEnv|customCleanEnv)$/.test(path.at(-1) ?? '') || shape?.k !== 'obj') return null
  const result = obj({}, interp.depth)
  result.open = true
  for (const [name, rule] of shape.props) {
    const options = rule.k === 'sym' ? rule.args.find((arg) => arg.k === 'obj') : undefined
    const given = ['testDefault', 'devDefault', 'default'].map((key) => options && member(interp, options, key))
    const fallback = given.find((one) => one?.k === 'lit' && one.v !== undefined) ?? null
    result.props.set(name, variable(interp, name, fallback, true))
  }
  return result
}

/** `buildJsonSchemas({ user: z.object(…) })` of fastify-zod: models to refer to by name. */
const zodModels: PackageModel = (interp, call, path) => {
  const [models] = call.args
  if (path.at(-1) !== 'buildJsonSchemas' || !models) return null
  const ref = native('$ref', ([name]) => member(interp, models, textOf(name) ?? ''))
  return obj({ $ref: ref, schemas: { k: 'arr', items: [], open: false } })
}

/** `plainToInstance(Cat, body)`: made into an instance to be held against its decorators. */
const classes: PackageModel = (interp, call, path) => {
  const [cls, value] = call.args
  if (!/^plainTo(Class|Instance)$/.test(path.at(-1) ?? '') || cls?.k !== 'class' || !value) return null
  const read = readClass(interp, cls)
  if (read?.checked) interp.observer?.validated(value, fromJson(read.schema), undefined)
  return value
}

/** Packages that projects build their routes, configuration and checks with. */
export const libraries: Record<string, PackageModel> = {
  path: paths,
  'path/posix': paths,
  fs: files,
  'fs/promises': files,
  'fs-extra': files,
  url: urls,
  events: emitters,
  'http-shutdown': (_, call) => call.args[0] ?? null,
  stoppable: (_, call) => call.args[0] ?? null,
  util: utilities,
  bluebird: utilities,
  lodash,
  'lodash/get': lodash,
  underscore: lodash,
  'lodash-es': lodash,
  validator: checks,
  'validator/lib/isEmail': (interp, call) => checks(interp, call, ['isEmail']),
  'express-async-handler': same,
  'express-async-wrap': same,
  'express-async-wrapper': same,
  'async-middleware': same,
  'express-wrap-async': same,
  passport,
  'koa-passport': passport,
  'drizzle-zod': drizzleZod,
  'zod-to-json-schema': (_, call) => call.args[0] ?? null,
  'fastify-zod': zodModels,
  'class-transformer': classes,
  'env-var': envVar,
  envalid,
}
