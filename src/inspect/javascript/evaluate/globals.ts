import { dirname } from 'node:path/posix'
import type { Interpreter } from './interpreter.ts'
import {
  type Env,
  lit,
  type Native,
  native,
  obj,
  origin,
  type Scope,
  textOf,
  UNDEFINED,
  UNKNOWN,
  type Value,
} from './values.ts'

/** What a name means that nothing in the project declares. Paths are as if the project's root were `/`. */
export function globalValue(interp: Interpreter, name: string, scope: Scope): Value {
  switch (name) {
    case 'undefined':
      return UNDEFINED
    case 'NaN':
      return lit(Number.NaN)
    case 'Infinity':
      return lit(Number.POSITIVE_INFINITY)
    case '__dirname':
      return lit(dirname(`/${scope.file}`))
    case '__filename':
      return lit(`/${scope.file}`)
    case 'require':
      return requireFunction(interp, scope)
    case 'global':
    case 'globalThis':
      return globals(interp)
    case '#started':
      return lit(interp.main === scope.file)
    case '#meta':
      return obj({
        url: lit(`file:///${scope.file}`),
        dirname: lit(dirname(`/${scope.file}`)),
        filename: lit(`/${scope.file}`),
      })
    default: {
      const shared = interp.notes.get('global')
      const found = shared?.k === 'obj' ? shared.props.get(name) : undefined
      return found ?? interp.package(`#${name}`)
    }
  }
}

function globals(interp: Interpreter): Value {
  const known = interp.notes.get('global')
  if (known) return known
  const made = obj()
  interp.notes.set('global', made)
  return made
}

function requireFunction(interp: Interpreter, scope: Scope): Value {
  const load: Native = native('require', ([specifier]) => {
    const name = textOf(specifier)
    return name === undefined ? UNKNOWN : interp.load(scope.file, name)
  })
  const main = interp.main ? interp.modules.get(interp.main)?.holder : undefined
  load.props = new Map<string, Value>([
    ['main', main ?? obj()],
    ['resolve', native('resolve', ([specifier]) => specifier ?? UNKNOWN)],
  ])
  return load
}

/** The name of a value of the language's own, such as `Error`. */
export function globalName(value: Value): string | null {
  const from = origin(value)
  return from && from.path.length === 0 && from.module.startsWith('#') ? from.module.slice(1) : null
}

/** `process.env`: in the mode of tests, every other variable open. */
export function environment(interp: Interpreter): Value {
  const get = (name: string): Value => {
    interp.noteVariable(name)
    return name === 'NODE_ENV' ? lit(interp.world.mode) : ({ k: 'env', name, fallback: null } satisfies Env)
  }
  return { ...obj(), host: { get, set: () => undefined } }
}
