import type { SgNode } from '@ast-grep/napi'
import type { Edit, FaultKind } from '../../fault.ts'
import { importedFrom, type Project } from '../project.ts'
import { findMiddleware, type Middleware } from '../routes.ts'
import { chainOf, end, removeElement, replace, type Site, type Source, statementOf } from '../source.ts'
import { AUTH_NAME, OWNER_NAME, ROLE_NAME, VALIDATION_NAME } from '../words.ts'

/** Middleware taken out of a route or of everything below a router: auth, ownership, validation. */
export function findGuards(source: Source, project: Project): Site[] {
  return findMiddleware(source.root).flatMap((one): Site[] => {
    const kind = kindOf(one, project)
    if (!kind) return []
    const home = importedFrom(project, source, one.name)
    if (home && (project.routers.has(home) || (kind === 'auth' && project.optional.has(home)))) return []
    const edit = one.alone ? removeRegistration(one) : removeElement(one.node)
    const words = { auth: 'auth check', ownership: 'check of who may do it', validation: 'validation' }
    return [
      { kind, node: one.node, what: `the ${words[kind]} ${one.name} is removed from ${one.route}`, edits: [edit] },
    ]
  })
}

function kindOf(
  { node, name }: Middleware,
  project: Project,
): Extract<FaultKind, 'auth' | 'ownership' | 'validation'> | null {
  const last = name.split('.').at(-1) ?? ''
  if (/(router|routes|controller|handler|service|error\w*|logger|cors|helmet|parser|limiter)$/i.test(last)) return null
  if (isPublic(node, name)) return null
  if (ROLE_NAME.test(last) && !VALIDATION_NAME.test(last)) return 'auth'
  if (OWNER_NAME.test(last)) return 'ownership'
  if (AUTH_NAME.test(name) || project.authNames.has(last)) return 'auth'
  return VALIDATION_NAME.test(last) ? 'validation' : null
}

/** Reads who is calling where somebody is, and lets everybody through. */
function isPublic(node: SgNode, name: string): boolean {
  return (
    /optional|passport\.(initialize|session)|anonymous/i.test(name) ||
    /credentialsRequired:\s*false|passthrough:\s*true/.test(node.text())
  )
}

/** `router.use(requireAuth)` goes as a whole; within `Router().use(a).use(b)` only its own link. */
function removeRegistration({ call }: Middleware): Edit {
  const on = call.field('function')?.field('object')
  const isWhole =
    chainOf(call).id() === call.id() &&
    statementOf(call).kind() === 'expression_statement' &&
    on?.kind() !== 'call_expression'
  return isWhole ? replace(call, 'undefined') : { start: on ? end(on) : 0, end: end(call), text: '' }
}
