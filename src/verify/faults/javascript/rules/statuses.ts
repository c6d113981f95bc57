import type { SgNode } from '@ast-grep/napi'
import type { Project } from '../project.ts'
import {
  argumentsOf,
  calleeName,
  find,
  functionName,
  receiver,
  replace,
  type Site,
  type Source,
  say,
} from '../source.ts'
import { isAlwaysGiven } from './checks.ts'

/** What each status is mistaken for: another one of its class, or the one it is most often confused with. */
const WRONG: Record<string, string> = {
  200: '202',
  201: '200',
  202: '200',
  204: '200',
  301: '302',
  302: '301',
  400: '422',
  401: '403',
  403: '404',
  404: '400',
  409: '400',
  410: '404',
  422: '400',
  429: '400',
}

const SETS = /^(status|sendStatus|code|writeHead|throw|assert|redirect|createError|httpError|abort)$/

/** Status codes written as numbers where a response or an error gets them. 5xx is what nobody can provoke. */
export function findStatuses({ root }: Source, project: Project): Site[] {
  return find(root, 'number').flatMap((node): Site[] => {
    const wrong = WRONG[node.text()]
    if (!wrong || !setsStatus(node) || neverHappens(node, project)) return []
    const where = say(node.parent()?.parent() ?? node, 50)
    return [
      { kind: 'status', node, what: `${node.text()} becomes ${wrong} in ${where}`, edits: [replace(node, wrong)] },
    ]
  })
}

function setsStatus(node: SgNode): boolean {
  const parent = node.parent()
  if (parent?.kind() === 'assignment_expression')
    return /(^|\.)(status|statusCode)$/.test(parent.field('left')?.text() ?? '')
  if (parent?.kind() === 'pair')
    return /^['"]?(status|statusCode|code)['"]?$/.test(parent.field('key')?.text() ?? '') && !isConfiguration(parent)
  if (parent?.kind() !== 'arguments') return false
  const call = parent.parent()
  if (call?.kind() === 'new_expression')
    return /error|exception|http|problem|fault/i.test(call.field('constructor')?.text() ?? '')
  if (call?.kind() !== 'call_expression') return false
  const name = calleeName(call)
  if (/^super$/.test(call.field('function')?.text() ?? '')) return true
  if (name === 'throw' || name === 'assert') return receiver(call) !== null
  if (name === 'json') return receiver(call) !== null && argumentsOf(call).length > 1
  const helper =
    receiver(call) === null &&
    argumentsOf(call)
      .slice(0, 2)
      .some((one) => one.id() === node.id())
  if (helper && answers(call, name)) return true
  return SETS.test(name) || /error|exception|abort|respond|reply|fail|success/i.test(name)
}

/** A function of the same file that sends what it is given. */
function answers(call: SgNode, name: string): boolean {
  const root = call.ancestors().at(-1)
  return find(root ?? call, 'arrow_function', 'function_declaration', 'function_expression').some(
    (fn) => functionName(fn) === name && /\.(writeHead|status|sendStatus|code)\(|\.status(Code)?\s*=/.test(fn.text()),
  )
}

/** An error that nothing makes, a refusal that nothing can cause. */
function neverHappens(node: SgNode, project: Project): boolean {
  const call = node.parent()?.parent()
  const condition =
    call?.kind() === 'call_expression' && calleeName(call) === 'assert' ? argumentsOf(call)[0] : undefined
  if (condition && isAlwaysGiven(condition)) return true
  const constant = constantAround(node)
  if (constant !== null && mentions(constant, project) < 2) return true
  for (let at = node.parent(); at; at = at.parent()) {
    const name = at.kind() === 'class_declaration' ? at.field('name')?.text() : undefined
    if (name)
      return !project.sources.some(({ text }) =>
        new RegExp(`\\bnew (\\w+\\.)?${name}\\b|\\bextends (\\w+\\.)?${name}\\b|\\b${name}\\.\\w+\\(`).test(text),
      )
  }
  return false
}

/** `exports.NOT_FOUND = { status: 404 }`, `const NOT_FOUND = …`: the name in capitals. */
function constantAround(node: SgNode): string | null {
  for (let at = node.parent(); at; at = at.parent()) {
    const name =
      at.kind() === 'assignment_expression'
        ? /^(?:module\.)?exports\.(\w+)$/.exec(at.field('left')?.text() ?? '')?.[1]
        : at.kind() === 'variable_declarator'
          ? at.field('name')?.text()
          : undefined
    if (name !== undefined) return /^[A-Z][A-Z\d]*(_[A-Z\d]+)*$/.test(name) ? name : null
  }
  return null
}

const mentions = (name: string, { sources }: Project): number =>
  sources.reduce(
    (sum, { text }) => sum + (text.match(new RegExp(`(?<![\\w'"])${name}(?![\\w'"])`, 'g'))?.length ?? 0),
    0,
  )

const isConfiguration = (pair: SgNode): boolean => /^\s*(limit|timeout)/.test(pair.text())
