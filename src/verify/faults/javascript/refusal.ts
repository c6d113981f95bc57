import type { SgNode } from '@ast-grep/napi'
import { find, named } from './source.ts'

/** Names for the HTTP statuses that refuse, as errors, constants and helpers spell them. */
const STATUS_WORDS: [RegExp, number][] = [
  [/un_?authenticated|un_?authori[sz]ed|authentication|not_?logged|invalid_?credentials|invalid_?token/i, 401],
  [/forbidden|not_?owner|not_?owned|access_?denied|permission|authori[sz]ation(?!['"])/i, 403],
  [/not_?found|no_?such|missing_?resource/i, 404],
  [/conflict|already_?(exists|taken)|duplicate|\btaken\b/i, 409],
  [/unprocessable|validation/i, 422],
  [/bad_?request|invalid/i, 400],
]

/** Status that this code refuses with: 4xx, `0` for a refusal whose status is not told, `null` for none. */
export function refusalOf(code: SgNode | null | undefined): number | null {
  if (!code) return null
  const statements = code.kind() === 'statement_block' ? named(code) : [code]
  const text = code.text()
  const last = statements.at(-1)
  if (!last) return null
  if (last.kind() === 'throw_statement') return statusIn(last.text()) ?? 0
  const responds = responseStatus(text) ?? helperStatus(last.text())
  const passesOn = /\b(next|reject|done|cb|callback)\(\s*[^)\s]/.test(last.text())
  const ends = last.kind() === 'return_statement' || code.parent()?.kind() === 'else_clause' || hasElse(code)
  if (responds !== null && (ends || passesOn || statements.length <= 3)) return responds
  if (passesOn) return statusIn(last.text()) ?? 0
  return null
}

const hasElse = (code: SgNode): boolean => code.parent()?.field('alternative') != null

/** A 4xx that is being sent. */
function responseStatus(text: string): number | null {
  const number = /(?:status|sendStatus|code|writeHead|throw)(?:Code)?(?:\(|\s*=\s*)\s*(4\d\d)\b/.exec(text)?.[1]
  if (number) return Number(number)
  const name =
    /(?:status|sendStatus|code|throw)(?:Code)?(?:\(|\s*=\s*)\s*[A-Za-z_$][\w$]*(?:\.|\[['"])([A-Z][\w]+)/.exec(
      text,
    )?.[1]
  return name ? (wordStatus(name) ?? null) : null
}

/** `answer(404, …)`, `sendError(res, 404)`: a helper of the project's own. */
function helperStatus(text: string): number | null {
  const number = /^(?:return\s+)?(?:await\s+)?[\w$]+\((?:[\w$]+,\s*)?(4\d\d)\b/.exec(text)?.[1]
  return number ? Number(number) : null
}

/** What an error being thrown or passed on says about its status. */
function statusIn(text: string): number | null {
  const number = /[(,\s:=](4\d\d)\b/.exec(text)?.[1]
  if (number) return Number(number)
  // Messages count less than names.
  return wordStatus(text.replace(/'[^']*'|"[^"]*"|`[^`]*`/g, '')) ?? wordStatus(text)
}

function wordStatus(text: string): number | null {
  return STATUS_WORDS.find(([pattern]) => pattern.test(text))?.[1] ?? null
}

export interface Refusal {
  /** The `if` or the assertion. */
  node: SgNode
  /** The condition under which it refuses; of an assertion, under which it does not. */
  condition: SgNode
  status: number
  /** `if`: refuses when true. `else`: refuses when false. `assert`: a call that refuses when false. */
  form: 'if' | 'else' | 'assert'
}

/** Every check that ends in a refusal. */
export function findRefusals(root: SgNode): Refusal[] {
  const checks = find(root, 'if_statement').flatMap((node): Refusal[] => {
    const condition = named(node.field('condition'))[0]
    if (!condition) return []
    const whenTrue = refusalOf(node.field('consequence'))
    if (whenTrue !== null) return [{ node, condition, status: whenTrue, form: 'if' }]
    const otherwise = named(node.field('alternative'))[0]
    const whenFalse = otherwise?.kind() === 'if_statement' ? null : refusalOf(otherwise)
    return whenFalse === null ? [] : [{ node, condition, status: whenFalse, form: 'else' }]
  })
  const assertions = find(root, 'call_expression').flatMap((node): Refusal[] => {
    if (!/(^|\.)assert$/.test(node.field('function')?.text() ?? '')) return []
    const [condition, ...rest] = named(node.field('arguments'))
    const status = rest.map((one) => statusIn(`(${one.text()}`)).find((one) => one !== null)
    return condition && status ? [{ node, condition, status, form: 'assert' }] : []
  })
  return [...checks, ...assertions]
}
