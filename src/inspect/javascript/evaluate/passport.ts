import type { Interpreter } from './interpreter.ts'
import { member } from './members.ts'
import type { PackageModel } from './packages.ts'
import { lit, obj, origin, type Sym, textOf, UNDEFINED, type Value } from './values.ts'

/** Strategies that take their credentials from the body or from another site: they are the login itself. */
const LOGIN_STRATEGIES =
  /local|ldap|google|facebook|github|twitter|linkedin|saml|oauth|openid|azure|apple|discord|auth0|magic|anonymous|custom-login/i

/** Strategies by the name they are used under, for `passport.authenticate(name)`. */
export const passport: PackageModel = (interp, call, path) => {
  if (path.join('.').endsWith('authenticate.()')) return authenticate(interp, call)
  // Its callback is called per request, once it is known who asks.
  if (path.at(-1) === 'authenticate' || path.at(-1) === 'authorize') return call
  if (path.at(-1) !== 'use') return null
  const [first, second] = call.args
  const strategy = second ?? first
  const own = strategy && origin(strategy)?.module.replace(/^passport-/, '')
  const name = second ? textOf(first) : own
  if (name && strategy) interp.notes.set(`passport:${name}`, strategy)
  return UNDEFINED
}

/**
 * Does `passport.authenticate(…)` log callers in, rather than keep out those who are not? What it reads of the body is
 * told to the observer.
 */
export function logsIn(interp: Interpreter, call: Sym): boolean {
  const [names] = call.args
  const list = names?.k === 'arr' ? names.items : names ? [names] : []
  const used = list.map((one) => {
    const name = textOf(one) ?? ''
    const strategy = interp.notes.get(`passport:${name}`)
    return { strategy, kind: `${name} ${(strategy && origin(strategy)?.module) ?? ''}` }
  })
  const logins = used.filter(({ kind }) => LOGIN_STRATEGIES.test(kind))
  for (const { kind, strategy } of logins) if (/local|ldap/.test(kind)) readCredentials(interp, strategy)
  return logins.length > 0
}

/** passport-local takes two fields, whose names are options of the strategy. */
function readCredentials(interp: Interpreter, strategy: Value | undefined): void {
  if (strategy?.k !== 'sym') return
  const options = strategy.args.find((arg) => arg.k === 'obj')
  for (const [option, usual] of [
    ['usernameField', 'username'],
    ['passwordField', 'password'],
  ] as const) {
    const name = textOf(options && member(interp, options, option)) ?? usual
    const field: Value = { k: 'input', from: 'body', path: [name], assigned: new Map() }
    interp.observer?.read(field)
    interp.observer?.required(field)
    interp.observer?.hint(field, 'string')
  }
}

/** `passport.authenticate(name, callback)(req, res, next)`: the callback is told who it is, or that it is nobody. */
function authenticate(interp: Interpreter, call: Sym): Value | null {
  const callback = call.base?.args.find((arg) => arg.k === 'fn')
  if (!callback || !call.base) return null
  // Whether the body's credentials are right is open, whoever sends them.
  if (logsIn(interp, call.base)) {
    const user: Value = { k: 'unknown', name: 'user' }
    return interp.call(callback, [lit(null), user, { k: 'unknown', name: 'info' }], UNDEFINED, call.line)
  }
  const nobody = [lit(null), lit(false), obj({ message: lit('No auth token') })]
  const user: Value = { k: 'input', from: 'user', path: ['user'], assigned: new Map() }
  return interp.call(callback, interp.observer?.anonymous ? nobody : [lit(null), user, UNDEFINED], UNDEFINED, call.line)
}
