import type { SgNode } from '@ast-grep/napi'
import { refusalOf } from '../refusal.ts'
import { argumentsOf, enclosingFunction, find, named, replace, type Site, type Source, say } from '../source.ts'

/** Failures that nobody hears of, and errors that are no longer told apart. */
export function findSwallowed({ root }: Source): Site[] {
  const catches = find(root, 'catch_clause').flatMap((clause) => ofCatch(clause))
  return [...catches, ...handedOn(root)]
}

function ofCatch(clause: SgNode): Site[] {
  const name = clause.field('parameter')?.text()
  const body = clause.field('body')
  if (!body) return []
  const fn = enclosingFunction(clause)?.id()
  const own = (node: SgNode) => enclosingFunction(node)?.id() === fn
  // After the failures that are expected were told apart, only those are left that nobody can provoke.
  const told = find(body, 'if_statement').some((one) => own(one) && refusalOf(one.field('consequence')) !== null)
  const rethrown = (told ? [] : find(body, 'throw_statement'))
    .filter((one) => own(one) && named(one)[0]?.text() === name)
    .map(
      (node): Site => ({
        kind: 'error',
        node,
        what: `the failure is swallowed: ${say(node)} is dropped`,
        edits: [replace(node, ';')],
      }),
    )
  return [...rethrown, ...translations(body, fn)]
}

/** `if (isUniqueViolation(error)) throw conflict()` inside a catch or a function that gets an error. */
function translations(body: SgNode, fn: number | undefined): Site[] {
  return find(body, 'if_statement').flatMap((node): Site[] => {
    const condition = named(node.field('condition'))[0]
    const status = refusalOf(node.field('consequence'))
    if (!condition || status === null || enclosingFunction(node)?.id() !== fn) return []
    const what = `an error for which ${say(condition)} is no longer answered with ${status || 'its own refusal'}`
    return [{ kind: 'error', node, what, edits: [replace(condition, 'false')] }]
  })
}

/** `next(error)` and `.catch(next)`: the error goes nowhere, the next one in line answers. */
function handedOn(root: SgNode): Site[] {
  return find(root, 'call_expression').flatMap((call): Site[] => {
    const callee = call.field('function')?.text() ?? ''
    const [first] = argumentsOf(call)
    if (
      callee === 'next' &&
      first?.kind() === 'identifier' &&
      /^(e|er|err|error|ex|exception|reason)$/.test(first.text())
    ) {
      return [
        {
          kind: 'error',
          node: call,
          what: `the error is swallowed: ${say(call)} goes on as if nothing had happened`,
          edits: [replace(first, '')],
        },
      ]
    }
    if (/\.catch$/.test(callee) && first?.text() === 'next') {
      return [
        {
          kind: 'error',
          node: call,
          what: `the error is swallowed: ${say(first)} is called without it`,
          edits: [replace(first, '() => next()')],
        },
      ]
    }
    return []
  })
}
