import { member } from '../../evaluate/members.ts'
import type { PackageModel } from '../../evaluate/packages.ts'
import { lit, native, obj, textOf, truth, UNDEFINED, UNKNOWN, type Value } from '../../evaluate/values.ts'

/** `getCookie(c, name)` and its likes. */
export const cookies: PackageModel = (interp, call, path) => {
  const [context, ...rest] = call.args
  const name = path.at(-1) ?? ''
  const held = context?.k === 'obj' ? context.props.get('#cookies') : undefined
  if (!held || !/^get(Signed)?Cookie$/.test(name)) return UNDEFINED
  const key = textOf(rest.at(name === 'getSignedCookie' ? 1 : 0))
  return key === undefined ? held : member(interp, held, key)
}

/** `every(a, b)`, `some(a, b)`, `except(paths, a)`. */
export const combine: PackageModel = (interp, call, path) => {
  const { args } = call
  if (path.at(-1) === 'every') return { k: 'arr', items: args, open: false }
  if (path.at(-1) === 'except')
    return native('except', ([context = UNDEFINED, next = UNDEFINED], _self, line) => {
      const request = textOf(member(interp, member(interp, context, 'req'), 'path')) ?? ''
      const [first, ...guards] = args
      const conditions = first?.k === 'arr' ? first.items : first ? [first] : []
      const free = conditions.some((one) =>
        one.k === 'fn' ? truth(interp.call(one, [context], UNDEFINED, line)) === true : covers(textOf(one), request),
      )
      if (free) return interp.call(next, [], UNDEFINED, line)
      return inTurn(interp, guards, context, next, line)
    })
  if (path.at(-1) === 'some')
    return native('some', ([context = UNDEFINED, next = UNDEFINED], _self, line) => {
      const { observer } = interp
      const before = observer?.status
      let failure: Value | null = null
      for (const one of args) {
        let passed = one.k === 'lit' && truth(one) === true
        const mark = native('next', () => {
          passed = true
          return UNDEFINED
        })
        const { value, thrown } = interp.capture(() => interp.call(one, [context, mark], UNDEFINED, line))
        if (passed) {
          if (observer) observer.status = before
          return interp.call(next, [], UNDEFINED, line)
        }
        failure = value ?? thrown[0] ?? obj({ status: lit(401) })
      }
      return observer?.status && observer.status >= 400 ? UNDEFINED : interp.raise(failure ?? obj({ status: lit(401) }))
    })
  return null
}

function inTurn(
  interp: Parameters<PackageModel>[0],
  guards: Value[],
  context: Value,
  next: Value,
  line: number,
): Value {
  const [first, ...rest] = guards
  if (!first) return interp.call(next, [], UNDEFINED, line)
  const onward = native('next', () => inTurn(interp, rest, context, next, line))
  // A guard of a package's own lets nobody pass who shows nothing.
  if (first.k === 'sym')
    return interp.observer?.anonymous
      ? interp.raise(obj({ status: lit(401) }))
      : inTurn(interp, rest, context, next, line)
  return interp.call(first, [context, onward], UNDEFINED, line) ?? UNKNOWN
}

function covers(pattern: string | undefined, path: string): boolean {
  if (pattern === undefined) return false
  if (pattern.endsWith('*')) return path.startsWith(pattern.slice(0, -1).replace(/\/$/, ''))
  return pattern.replace(/(.)\/$/, '$1') === path
}
