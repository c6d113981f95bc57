import type { Interpreter } from '../../evaluate/interpreter.ts'
import { member, setMember } from '../../evaluate/members.ts'
import { logsIn } from '../../evaluate/passport.ts'
import {
  type ClassValue,
  type Func,
  lit,
  native,
  type Obj,
  obj,
  origin,
  type Sym,
  textOf,
  truth,
  UNDEFINED,
  UNKNOWN,
  type Value,
} from '../../evaluate/values.ts'
import { lineage } from './decorations.ts'

/** What a guard or interceptor is told of the request it stands before. */
export function contextOf(request: Value, response: Value, next: Value, handler: Func, cls: ClassValue): Obj {
  const answer = (value: Value) => native('get', () => value)
  const http = obj({ getRequest: answer(request), getResponse: answer(response), getNext: answer(next) })
  return {
    ...obj({
      switchToHttp: answer(http),
      getRequest: answer(request),
      getHandler: answer(handler),
      getClass: answer(cls),
      getType: answer(lit('http')),
      getArgs: answer({ k: 'arr', items: [request, response, next], open: false }),
      getArgByIndex: native(
        'getArgByIndex',
        ([index]) => [request, response, next][Number(textOf(index))] ?? UNDEFINED,
      ),
    }),
    open: true,
  }
}

/** Guards of packages that let everybody pass. */
const HARMLESS = /throttl|rate-?limit|cache/i

/** Asks a guard as the framework does; throws what the refusal is. */
export function askGuard(interp: Interpreter, guard: Value, context: Obj): void {
  const can = methodOf(interp, guard, 'canActivate')
  if (!can) {
    const from = origin(guard)
    const name = `${from?.module ?? ''} ${from?.path.join('.') ?? ''}`
    if (!from || HARMLESS.test(name)) return
    if (interp.observer?.anonymous && /auth|jwt|guard/i.test(name)) interp.raise(obj({ status: lit(401) }))
    return
  }
  const result = interp.call(can, [context], guard, 0)
  const allowed = truth(result)
  const refuse = () => interp.raise(obj({ status: lit(403) }))
  if (allowed === false) refuse()
  else if (allowed === undefined) interp.maybe(refuse)
}

/** A method of an instance, or of what its class stands on in a package. */
function methodOf(interp: Interpreter, instance: Value, name: string): Value | null {
  if (instance.k !== 'obj') return null
  const own = member(interp, instance, name)
  if (own.k === 'fn' || own.k === 'native') return own
  const base = instance.cls ? lineage(instance.cls).base : null
  const inherited = base?.k === 'obj' ? base.host?.get(name) : undefined
  return inherited ?? null
}

/** `AuthGuard('jwt')` of @nestjs/passport: something to extend, or to use as it is. */
export function authGuard(interp: Interpreter, call: Sym): Value {
  const names = call.args[0] ?? lit('jwt')
  const handle = native('handleRequest', ([error, user]) => {
    if (error && truth(error) === true) return interp.raise(error)
    if (!user || truth(user) === false) return interp.raise(obj({ status: lit(401) }))
    return user
  })
  const canActivate = native('canActivate', ([context = UNDEFINED], self) => {
    const http = interp.call(member(interp, context, 'switchToHttp'), [], context, 0)
    const request = interp.call(member(interp, http, 'getRequest'), [], http, 0)
    // Whether the body's credentials are right is open, whoever sends them.
    const login = logsIn(interp, { ...call, args: [names] })
    const stranger = !login && interp.observer?.anonymous
    const user: Value = stranger
      ? lit(false)
      : login
        ? { k: 'unknown', name: 'user' }
        : { k: 'input', from: 'user', path: ['user'], assigned: new Map() }
    if (login) interp.maybe(() => interp.raise(obj({ status: lit(401) })))
    const own = methodOf(interp, self, 'handleRequest') ?? handle
    const seen = interp.call(
      own,
      [lit(null), user, stranger ? obj({ message: lit('No auth token') }) : UNDEFINED, context],
      self,
      0,
    )
    setMember(interp, request, 'user', seen)
    return lit(true)
  })
  const members: Record<string, Value> = { canActivate, handleRequest: handle }
  return {
    ...obj(),
    open: true,
    host: {
      get: (name) => members[name],
      call: () => ({ ...obj(), open: true, host: { get: (name) => members[name] } }),
    },
  }
}

/** `PassportStrategy(Strategy, 'name')`: which strategy a name stands for, with the options it is made with. */
export function passportStrategy(interp: Interpreter, call: Sym): Value {
  const [strategy, given] = call.args
  const usual = strategy && origin(strategy)?.module.replace(/^passport-/, '')
  const name = textOf(given) ?? usual
  const made = (args: Value[]): Value => {
    const kept: Value = strategy?.k === 'sym' ? { ...call, op: 'new', base: strategy, args, props: new Map() } : UNKNOWN
    if (name) interp.notes.set(`passport:${name}`, kept)
    if (kept.k === 'sym') interp.calls.push(kept)
    return UNDEFINED
  }
  made([])
  return {
    ...obj(),
    open: true,
    host: { get: (one) => (one === '#super' ? native('super', (args) => made(args)) : undefined) },
  }
}
