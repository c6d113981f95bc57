import type { SgNode } from '@ast-grep/napi'
import { argumentsOf, calleeName, find, receiver, replace, type Site, type Source, say, subjectOf } from '../source.ts'

/** Values taken where the caller gives none. */
export function findDefaults({ root }: Source): Site[] {
  const literals = [
    ...find(root, 'number', 'string', 'true', 'false'),
    ...find(root, 'identifier').filter((node) => /^[A-Z][A-Z_]*(SIZE|LIMIT|PAGE|COUNT)[A-Z_]*$/.test(node.text())),
  ]
  return literals.flatMap((node): Site[] => {
    const owner = defaultOf(node)
    const other = owner === null ? null : otherValue(node)
    if (owner === null || other === null) return []
    return [
      {
        kind: 'default',
        node,
        what: `the default of ${say(owner, 50)} is ${other} instead of ${say(node, 30)}`,
        edits: [replace(node, other)],
      },
    ]
  })
}

/** What a literal is the default of; `null`: it is none. */
function defaultOf(node: SgNode): string | null {
  const parent = node.parent()
  if (parent?.kind() === 'binary_expression') {
    const operator = parent.field('operator')?.text()
    const left = parent.field('left')?.text() ?? ''
    if ((operator !== '||' && operator !== '??') || parent.field('right')?.id() !== node.id()) return null
    // What the machine decides is no behaviour of the API; empty text is a guard.
    return !isBehaviour(left) || (node.text().length <= 2 && node.kind() === 'string') ? null : left
  }
  if (parent?.kind() === 'object_assignment_pattern' || parent?.kind() === 'assignment_pattern') {
    const left = parent.field('left')
    if (parent.field('right')?.id() !== node.id() || !left || !isBehaviour(left.text()) || isErrorClass(node))
      return null
    return left.text()
  }
  if (parent?.kind() === 'arguments') {
    const call = parent.parent()
    if (!call || calleeName(call) !== 'default' || argumentsOf(call).length !== 1) return null
    return receiver(call) ? subjectOf(call) : null
  }
  return null
}

/** What the machine or the deployment decides is no behaviour of the API. */
const isBehaviour = (subject: string): boolean =>
  !/process\.env|config|err|message|code|status(Code)?$/i.test(subject) && !/^[A-Z][A-Z_]+$/.test(subject)

const isErrorClass = (node: SgNode): boolean =>
  node.ancestors().some((one) => one.kind() === 'class_declaration' && /Error|Exception/.test(one.text().slice(0, 80)))

function otherValue(node: SgNode): string | null {
  const text = node.text()
  if (node.kind() === 'identifier') return '1'
  if (node.kind() === 'true') return 'false'
  if (node.kind() === 'false') return 'true'
  if (node.kind() === 'number') {
    const number = Number(text)
    // Small enough that a short list shows it.
    return Number.isFinite(number) ? (number > 1 ? '1' : String(number + 1)) : null
  }
  return text.length > 2 ? `'changed'` : `'no longer empty'`
}
