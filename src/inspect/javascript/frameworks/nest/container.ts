import type { Interpreter } from '../../evaluate/interpreter.ts'
import { member, setMember } from '../../evaluate/members.ts'
import {
  type ClassValue,
  literal,
  native,
  type Obj,
  obj,
  origin,
  textOf,
  UNDEFINED,
  UNKNOWN,
  type Value,
} from '../../evaluate/values.ts'
import { lineage, metadata, typedDecorations, typeOf } from './decorations.ts'

/** Makes what controllers and guards are injected with. */
export interface Container {
  /** The one instance behind a class or another token. */
  resolve(token: Value): Value
  /** What is provided under a token of the framework's own, such as `APP_GUARD`. */
  all(token: string): Value[]
}

/** A container over the providers of all modules: which of them sees which makes no difference to routes. */
export function createContainer(interp: Interpreter, providers: Value[]): Container {
  const made = new Map<Value | string, Value>()
  const open = new Set<Value | string>()
  const keyOf = (token: Value): Value | string => textOf(token) ?? nameOf(token) ?? token
  const provided = new Map<Value | string, Obj>()
  for (const one of providers) {
    const token = one.k === 'obj' ? one.props.get('provide') : undefined
    if (one.k === 'obj' && token) provided.set(keyOf(token), one)
  }

  const instance = (cls: ClassValue): Value => {
    const self: Obj = { ...obj({}, interp.depth), cls }
    const { classes } = lineage(cls)
    const constructed = classes.find(({ methods }) => methods.has('constructor'))
    const params = constructed?.cls.members.find(({ key }) => key === 'constructor')?.params?.() ?? []
    const args = params.map((param) => {
      const owner = constructed ?? cls
      const named = typedDecorations(interp, owner, param).find(({ name }) => name === 'Inject')
      return resolve(named?.args[0] ?? typeOf(interp, owner, param))
    })
    interp.capture(() => interp.construct(cls, args, self))
    for (const owner of classes)
      for (const field of owner.cls.members) {
        if (field.kind !== 'field' || !field.typed || field.typed.decorators.length === 0) continue
        const named = typedDecorations(interp, owner, field.typed).find(({ name }) => name === 'Inject')
        if (named && typeof field.key === 'string')
          setMember(interp, self, field.key, resolve(named.args[0] ?? typeOf(interp, owner, field.typed)))
      }
    return self
  }

  const provide = (provider: Obj): Value => {
    const of = (name: string) => provider.props.get(name)
    const value = of('useValue')
    const cls = of('useClass')
    const existing = of('useExisting')
    const factory = of('useFactory')
    if (value) return value
    if (cls) return resolve(cls)
    if (existing) return resolve(existing)
    if (factory?.k !== 'fn') return UNKNOWN
    const inject = of('inject')
    const args = inject?.k === 'arr' ? inject.items.map(resolve) : []
    return interp.maybe(() => interp.call(factory, args, UNDEFINED, 0)) ?? UNKNOWN
  }

  const resolve = (given: Value): Value => {
    const token = later(interp, given)
    const key = keyOf(token)
    const known = made.get(key)
    if (known) return known
    if (open.has(key)) return UNKNOWN
    open.add(key)
    const own = provided.get(key)
    const result =
      own && own.props.get('useClass') !== token
        ? provide(own)
        : token.k === 'class'
          ? instance(token)
          : token.k === 'sym'
            ? ofPackage(interp, token)
            : UNKNOWN
    open.delete(key)
    made.set(key, result)
    return result
  }

  return {
    resolve,
    all: (token) =>
      providers.flatMap((one) => (one.k === 'obj' && nameOf(one.props.get('provide')) === token ? [provide(one)] : [])),
  }
}

function later(interp: Interpreter, token: Value): Value {
  if (token.k !== 'sym' || !origin(token)?.path.includes('forwardRef')) return token
  const [work] = token.args
  return (work?.k === 'fn' && interp.maybe(() => interp.call(work, [], UNDEFINED, 0))) || token
}

/** `APP_GUARD` and other names that a package exports. */
function nameOf(token: Value | undefined): string | undefined {
  const from = token && origin(token)
  return from && from.path.length === 1 && /^[A-Z_]+$/.test(from.path[0] ?? '') ? from.path[0] : undefined
}

/** Something of a package: what the framework's own services do is known, others are made like anything else. */
function ofPackage(interp: Interpreter, token: Value & { k: 'sym' }): Value {
  const name = origin(token)?.path.at(-1)
  if (name === 'Reflector') return reflector(interp)
  if (name === 'ConfigService') return configuration(interp)
  return interp.call(token, [], UNDEFINED, 0, true)
}

/** Reads what decorators left on handlers and classes. */
function reflector(interp: Interpreter): Value {
  const targets = (value: Value | undefined) => (value?.k === 'arr' ? value.items : value ? [value] : [])
  const find = (key: Value | undefined, given: Value | undefined): Value[] =>
    targets(given).flatMap((target) => {
      const found = key && metadata(interp, target, key)
      return found ? [found] : []
    })
  const first = native('get', ([key, target]) => find(key, target)[0] ?? UNDEFINED)
  const merged = native('getAllAndMerge', ([key, target]) => ({
    k: 'arr',
    items: find(key, target).flatMap((one) => (one.k === 'arr' ? one.items : [one])),
    open: false,
  }))
  return obj({ get: first, getAllAndOverride: first, getAllAndMerge: merged, getAll: merged })
}

/** `ConfigService`: a key in capitals is a variable. */
function configuration(interp: Interpreter): Value {
  const get = native('get', ([key, fallback]) => {
    const name = textOf(key) ?? ''
    if (!/^[A-Z][A-Z0-9_]*$/.test(name)) return fallback && literal(fallback) ? fallback : UNKNOWN
    const environment = member(interp, interp.package('#process'), 'env')
    const variable = member(interp, environment, name)
    if (variable.k !== 'env' || !fallback || fallback.k === 'obj') return variable
    interp.noteVariable(name, { fallback })
    return { ...variable, fallback }
  })
  return { ...obj({ get, getOrThrow: get }), open: true }
}
