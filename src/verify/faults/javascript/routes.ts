import type { SgNode } from '@ast-grep/napi'
import { argumentsOf, calleeName, find, isFunction, named, receiver } from './source.ts'

const VERB = /^(get|post|put|patch|delete|del|all|use|head|options)$/

/** Something handed to a route or `use` that runs before the handler, or alone. */
export interface Middleware {
  call: SgNode
  node: SgNode
  /** `requireAuth`, `auth.required`, `validate` of `validate({…})`. */
  name: string
  /** The only thing that this call registers: taking it out takes the statement. */
  alone: boolean
  /** The route in words: `GET /orders`. */
  route: string
}

export function findMiddleware(root: SgNode): Middleware[] {
  return find(root, 'call_expression').flatMap((call) => {
    const verb = calleeName(call)
    const on = receiver(call)
    if (!on || !VERB.test(verb) || !isRouter(on, call)) return []
    const all = argumentsOf(call)
    const first = all[0]
    const hasPath =
      first !== undefined && /^(string|template_string|regex|array)$/.test(first.kind() as string) && !isList(first)
    const constant = first?.kind() === 'identifier' && /^[A-Z][A-Z_]+$/.test(first.text())
    const handlers = hasPath || constant ? all.slice(1) : all
    const flat = handlers.flatMap((one) => (one.kind() === 'array' ? named(one) : [one]))
    const route =
      `${verb === 'use' ? 'everything' : spoken(verb)} ${hasPath || constant ? first.text().slice(0, 60) : ''}`.trim()
    return flat
      .map((node, index) => ({
        call,
        node,
        name: nameOf(node),
        alone: flat.length === 1,
        route,
        last: index === flat.length - 1,
      }))
      .filter((one) => one.name !== '' && (!one.last || verb === 'use'))
      .map(({ last: _, ...one }) => one)
  })
}

const spoken = (verb: string): string => (verb === 'del' ? 'DELETE' : verb.toUpperCase())

/** `[a, b]` of middleware, not of paths. */
const isList = (node: SgNode): boolean =>
  node.kind() === 'array' && named(node).some((item) => item.kind() !== 'string')

function isRouter(on: SgNode, call: SgNode): boolean {
  const text = on.text()
  if (/router|app|server|api|route|fastify|koa|express|endpoint/i.test(text)) return true
  // Whatever its name: a path and at least one function or identifier.
  const [path, ...rest] = argumentsOf(call)
  return /^['"`]\//.test(path?.text() ?? '') && rest.some((one) => isFunction(one) || one.kind() === 'identifier')
}

function nameOf(node: SgNode): string {
  if (node.kind() === 'identifier' || node.kind() === 'member_expression') return node.text()
  return node.kind() === 'call_expression' ? (node.field('function')?.text() ?? '') : ''
}
