import { STATUS_CODES } from 'node:http'
import { frameworkPackages, frameworkValue } from '../frameworks/table.ts'
import { validate } from '../schemas/validate.ts'
import { environment } from './globals.ts'
import type { Interpreter } from './interpreter.ts'
import { isAbsent } from './interpreter.ts'
import { language } from './language.ts'
import { libraries } from './libraries.ts'
import { lit, mentions, obj, origin, type Sym, UNDEFINED, type Value } from './values.ts'

/**
 * What calling something of a package means where it matters here. `path` names what was called (`['Router']`), calls in
 * between as `()`. `null`: nothing special, the call is kept as it stands.
 */
export type PackageModel = (interp: Interpreter, call: Sym, path: string[]) => Value | null

let models: Record<string, PackageModel> | null = null

/** The meaning of a call into a package; `null` for none that is known. */
export function callPackage(interp: Interpreter, call: Sym): Value | null {
  const from = call.base && origin(call.base)
  if (!from) return null
  models ??= { ...language, ...libraries, ...frameworkPackages() }
  const modelled = models[from.module]?.(interp, call, from.path)
  if (modelled) return modelled
  return validate(interp, call, from) ?? refuseAbsent(interp, call, from.path)
}

/** Verifying a credential that is not there fails, whatever the library. */
function refuseAbsent(interp: Interpreter, call: Sym, path: string[]): Value | null {
  if (!interp.observer?.anonymous) return null
  const [credential] = call.args
  const missing = credential?.k === 'lit' && !credential.v
  if (!missing && !call.args.some((arg) => mentions(arg, isAbsent, 1))) return null
  const name = path.at(-1) ?? ''
  if (/^decode/i.test(name)) return lit(null)
  if (!/^verify|^validate.*token|^authenticate$|introspect/i.test(name)) return null
  const failure = obj({ name: lit('JsonWebTokenError'), message: lit('') })
  const callback = call.args.find((arg) => arg.k === 'fn')
  if (!callback) return interp.raise(failure)
  interp.call(callback, [failure, UNDEFINED], UNDEFINED, call.line)
  return UNDEFINED
}

const CODES = new Map(
  Object.entries(STATUS_CODES).map(([code, text]) => [
    (text ?? '').toUpperCase().replace(/['’]/g, '').replace(/\W+/g, '_'),
    Number(code),
  ]),
)

/** Every status by its name in capitals: `NOT_FOUND` → 404. */
export const statusNames = (): Record<string, number> => Object.fromEntries(CODES)

/** A member of a package that stands for something known. */
export function readPackage(interp: Interpreter, target: Sym, name: string): Value | null {
  const from = origin(target)
  if (!from) return null
  if (from.module === '#process' && from.path.length === 0 && name === 'env') return environment(interp)
  if (/^(process)$/.test(from.module) && name === 'env') return environment(interp)
  if (/^http-status(-codes)?$|^@\w+\/http-status|http-status-codes$/.test(from.module)) {
    const code = CODES.get(name) ?? CODES.get(name.replace(/_?ERROR$/, ''))
    return code ? lit(code) : null
  }
  return from.path.length === 0 ? frameworkValue(interp, from.module, name) : null
}

/** The status that goes with a name such as `NotFound` or `unauthorized`. */
export function statusNamed(name: string): number | undefined {
  const key = name.replace(/([a-z])([A-Z])/g, '$1_$2').toUpperCase()
  const short: Record<string, number> = {
    BAD_DATA: 422,
    BAD_IMPLEMENTATION: 500,
    UNAUTHENTICATED: 401,
    UNPROCESSABLE: 422,
  }
  return (
    CODES.get(key) ?? CODES.get(key.replace(/_?(HTTP)?_?(ERROR|EXCEPTION)$/, '')) ?? short[key.replace(/_?ERROR$/, '')]
  )
}
