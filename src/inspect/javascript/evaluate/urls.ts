import { queryInput } from '../endpoints/credentials.ts'
import type { Interpreter } from './interpreter.ts'
import { member } from './members.ts'
import type { PackageModel } from './packages.ts'
import { lit, native, type Obj, obj, textOf, UNKNOWN, type Value } from './values.ts'

/** `new URL(request.url, base)` of a path that is known. */
export const parsedUrl: PackageModel = (interp, call) => {
  const target = textOf(call.args[0])
  if (call.op !== 'new' || target === undefined) return null
  if (target.startsWith('/')) return requestUrl(interp, target)
  try {
    const { pathname, host, hostname, port, protocol, search, href } = new URL(target)
    const known = { pathname, host, hostname, port, protocol, search, href, origin: `${protocol}//${host}` }
    return { ...obj(Object.fromEntries(Object.entries(known).map(([name, text]) => [name, lit(text)]))), open: true }
  } catch {
    return null
  }
}

/** The address of a request: its path is known, what is asked for in it is what the client sends. */
export function requestUrl(interp: Interpreter, path: string): Obj {
  const query = queryInput(interp.observer?.anonymous ?? false)
  const get = native('get', ([name]) =>
    textOf(name) === undefined ? UNKNOWN : member(interp, query, textOf(name) ?? ''),
  )
  const searchParams: Value = { ...obj({ get, getAll: get, has: get }), open: true }
  return {
    ...obj({ pathname: lit(path), path: lit(path), href: lit(path), search: lit(''), query, searchParams }),
    open: true,
  }
}
