import type { SgNode } from '@ast-grep/napi'
import type { Edit, FaultKind } from '../../fault.ts'
import { isOwnershipCondition, type Project } from '../project.ts'
import { findRefusals, type Refusal } from '../refusal.ts'
import {
  calleeName,
  enclosingFunction,
  find,
  functionName,
  isUnused,
  named,
  replace,
  type Site,
  type Source,
  say,
  withAwait,
} from '../source.ts'
import { OWNER_NAME, ROLE_NAME } from '../words.ts'

/** Checks inside functions: `if (…) refuse`, `assert(…, 4xx)`, and calls of functions that do nothing but check. */
export function findChecks({ root }: Source, project: Project): Site[] {
  return [...findRefusals(root).flatMap(dropRefusal), ...findCheckCalls(root, project)]
}

function dropRefusal(refusal: Refusal): Site[] {
  const { node, condition, status, form } = refusal
  if (isAlwaysGiven(condition) || inCatch(node)) return []
  if (form === 'assert') {
    const statement = withAwait(node)
    if (statement.parent()?.kind() !== 'expression_statement') return []
    const all = parts(condition, '&&')
    // A list that a query gives is always there, if only empty.
    const guards = ({ part }: { part: SgNode }) =>
      all.some((other) => other.part.text().startsWith(`${part.text()}.length`))
    return all
      .filter((one) => !guards(one))
      .map(({ part, alone }) => site(refusal, part, alone ? replace(statement, 'undefined') : replace(part, 'true')))
  }
  if (form === 'else') return [site(refusal, condition, replace(condition, 'true'))]
  return parts(condition, '||').map(({ part }) => site(refusal, part, replace(part, 'false')))

  function site({ node: at }: Refusal, part: SgNode, edit: Edit): Site {
    const kind = kindOf(part, refusal)
    const answer = status === 0 ? 'the refusal' : String(status)
    const positive = form === 'if' ? `that ${say(part)} answers ${answer}` : `that ${say(part)}, else ${answer},`
    return { kind, node: at, what: `the check ${positive} is dropped`, edits: [edit] }
  }
}

const AUTH_WORDS =
  /auth|user|token|credential|password|login|log(ged)?[ _-]?in|session|jwt|decoded|bearer|payload|account|signature|api.?key/i
const ACCESS_WORDS = /own|permission|allow|forbid|access|belong|user|member|author/i

function kindOf(part: SgNode, { node, status }: Refusal): FaultKind {
  const text = part.text()
  const fn = enclosingFunction(node)
  // 401 and 403 are also used for quite other refusals.
  const context = `${node.text()} ${(fn && functionName(fn)) ?? ''}`
  if (isOwnershipCondition(part)) return 'ownership'
  // Which error gets which status is no check of the request.
  if (/\b(e|er|err|error|ex|exception)\b/.test(text)) return 'error'
  // Some answer a wrong password with 400.
  if (/match|passw|pwd|isvalid/i.test(text) && /\bcompare(Sync)?\(/.test(fn?.text() ?? '')) return 'auth'
  if (status === 401 && AUTH_WORDS.test(context)) return 'auth'
  if (status === 403 && /^!?\(?[\w.]*\b(user|token|session|auth|account)\)?$/i.test(text)) return 'auth'
  if (status === 403 && /role|admin|permission|scope|token|\bauth|jwt|password|match/i.test(text)) return 'auth'
  if (status === 403 && ACCESS_WORDS.test(context)) return 'ownership'
  return 'validation'
}

/** `a || b` taken apart, also when nested; of anything else itself alone. */
function parts(condition: SgNode, operator: '||' | '&&'): { part: SgNode; alone: boolean }[] {
  const flat = (node: SgNode): SgNode[] => {
    if (node.kind() === 'parenthesized_expression') {
      const [inner] = named(node)
      return inner ? flat(inner) : []
    }
    if (node.kind() !== 'binary_expression' || node.field('operator')?.text() !== operator) return [node]
    return [node.field('left'), node.field('right')].flatMap((side) => (side ? flat(side) : []))
  }
  const all = flat(condition)
  return all.map((part) => ({ part, alone: all.length === 1 }))
}

/** The value of a path parameter is never empty: the route would not have matched. */
export function isAlwaysGiven(condition: SgNode): boolean {
  const name = condition.text().replace(/^!/, '')
  if (!/^\w+$/.test(name)) return false
  const parameters = named(enclosingFunction(condition)?.field('parameters')).map((one) => one.text())
  return (
    parameters.length === 3 && parameters[0] === name && parameters[2] === 'next' && !writtenBefore(condition, name)
  )
}

function writtenBefore(at: SgNode, name: string): boolean {
  const body = enclosingFunction(at)?.field('body')
  if (!body) return false
  return find(body, 'assignment_expression').some(
    (one) => one.field('left')?.text() === name && one.range().start.index < at.range().start.index,
  )
}

/** What a catch does with an error is told by other rules. */
function inCatch(node: SgNode): boolean {
  const fn = enclosingFunction(node)
  for (let at = node.parent(); at && at.id() !== fn?.id(); at = at.parent())
    if (at.kind() === 'catch_clause') return true
  return false
}

/** `await assertSeller(userId, id)`: a check in a function of its own, called for its refusal. */
function findCheckCalls(root: SgNode, project: Project): Site[] {
  return find(root, 'call_expression').flatMap((call): Site[] => {
    const name = calleeName(call)
    if (!isUnused(call) || name === '' || name === 'next') return []
    const checks =
      project.ownershipChecks.has(name) ||
      (OWNER_NAME.test(name) && !/^(on|set|add|create|update|delete|remove|send)/i.test(name))
    if (!checks || ROLE_NAME.test(name)) return []
    return [
      {
        kind: 'ownership',
        node: call,
        what: `the check ${say(call)} is dropped`,
        edits: [replace(withAwait(call), 'undefined')],
      },
    ]
  })
}
