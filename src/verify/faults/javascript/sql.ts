import type { SgNode } from '@ast-grep/napi'
import { type Source, start } from './source.ts'

/** SQL inside a string of the source. Offsets are into the file. */
export interface Sql {
  node: SgNode
  /** As long as the source; substitutions `${…}` are masked by underscores, so that positions stay. */
  text: string
  offset: number
  /** First word, upper case; empty for a fragment. */
  verb: 'SELECT' | 'INSERT' | 'UPDATE' | 'DELETE' | 'WITH' | ''
  table: string | null
}

export interface Span {
  from: number
  to: number
  text: string
}

const STATEMENT = /^\s*(SELECT|INSERT\s+(?:OR\s+\w+\s+)?INTO|UPDATE|DELETE\s+FROM|WITH)\b/i
const FRAGMENT =
  /\bWHERE\s+[(\w"$`].*(=|<|>|\bIN\b|\bI?LIKE\b|\bIS\b)|^\s*(AND\s+[\w."]+\s*(=|<|>|\bIN\b)|ORDER BY\s|LIMIT\s+[$?\d:]|OFFSET\s+[$?\d:])/is

export function readSql(node: SgNode): Sql | null {
  const raw = node.text()
  if (raw.length < 8) return null
  const masked = raw.slice(1, -1).split('')
  for (const hole of node.children().filter((child) => child.kind() === 'template_substitution')) {
    const from = start(hole) - start(node) - 1
    masked.fill('_', from, from + hole.text().length)
  }
  const text = masked.join('')
  const match = STATEMENT.exec(text)
  if (!match && !FRAGMENT.test(text)) return null
  const verb = (match?.[1]?.split(/\s/)[0]?.toUpperCase() ?? '') as Sql['verb']
  const table = /\b(?:FROM|INTO|UPDATE)\s+(?:ONLY\s+)?["`[]?(?:\w+["`]?\.["`]?)?(\w+)/i.exec(text)?.[1] ?? null
  return { node, text, offset: start(node) + 1, verb, table: table && /^_+$/.test(table) ? null : table }
}

export function findSql(source: Source): Sql[] {
  return source.root
    .findAll({ rule: { any: [{ kind: 'string' }, { kind: 'template_string' }] } })
    .map(readSql)
    .filter((sql) => sql !== null)
}

interface Token {
  word: string
  from: number
  to: number
  depth: number
}

function tokens(text: string): Token[] {
  const found: Token[] = []
  let depth = 0
  for (const match of text.matchAll(/'(?:[^']|'')*'|"[^"]*"|`[^`]*`|--[^\n]*|[A-Za-z_][\w$]*|[^\s]/g)) {
    const word = match[0]
    if (word === ')') depth -= 1
    if (!word.startsWith('--')) found.push({ word, from: match.index, to: match.index + word.length, depth })
    if (word === '(') depth += 1
  }
  return found
}

const CLAUSES = /^(SELECT|FROM|WHERE|SET|VALUES|GROUP|HAVING|ORDER|LIMIT|OFFSET|FETCH|RETURNING|UNION|FOR|ON|INTO)$/i

/** Text of each `KEYWORD …` clause at any depth, up to the next clause or the end of its parentheses. */
export function clauses(sql: Pick<Sql, 'text'>, keyword: 'SELECT' | 'WHERE' | 'SET' | 'ORDER' | 'RETURNING'): Span[] {
  const all = tokens(sql.text)
  return all.flatMap((token, index) => {
    if (token.word.toUpperCase() !== keyword) return []
    const isEnd = (other: Token) =>
      other.depth < token.depth ||
      other.word === ';' ||
      (other.depth === token.depth &&
        CLAUSES.test(other.word) &&
        !(keyword === 'WHERE' && /^(FROM|ON)$/i.test(other.word)))
    const first = keyword === 'ORDER' ? index + 2 : index + 1
    const stop = all.findIndex((other, at) => at >= first && isEnd(other))
    const body = all.slice(first, stop === -1 ? all.length : stop)
    const from = body[0]?.from
    const to = body.at(-1)?.to
    return from === undefined || to === undefined ? [] : [{ from, to, text: sql.text.slice(from, to) }]
  })
}

/** Splits at `separator` (`,` or `AND`) outside parentheses; `BETWEEN x AND y` stays together. */
export function split(span: Span, separator: ',' | 'AND'): Span[] {
  const parts: Span[] = []
  let from = 0
  let between = false
  for (const token of tokens(span.text)) {
    if (token.depth !== 0) continue
    const word = token.word.toUpperCase()
    if (word === 'BETWEEN') between = true
    if (word !== separator) continue
    if (between && separator === 'AND') {
      between = false
      continue
    }
    parts.push(cut(span, from, token.from))
    from = token.to
  }
  parts.push(cut(span, from, span.text.length))
  return parts.filter((part) => part.text !== '')
}

function cut(span: Span, from: number, to: number): Span {
  const raw = span.text.slice(from, to)
  const text = raw.trim()
  const at = span.from + from + (raw.length - raw.trimStart().length)
  return { from: at, to: at + text.length, text }
}

/** Alternatives at the top make a condition that cannot be taken apart at AND. */
export function hasOr(span: Span): boolean {
  return tokens(span.text).some((token) => token.depth === 0 && token.word.toUpperCase() === 'OR')
}

/** What fills `$2` or the second `?` where the values are given as a list beside the SQL. */
export function boundValue(sql: Sql, condition: Span): SgNode | null {
  const list = sql.node.next() ? sql.node.nextAll().find((sibling) => sibling.kind() === 'array') : null
  const values = list?.children().filter((child) => child.isNamed()) ?? []
  const numbered = /\$(\d+)/.exec(condition.text)?.[1]
  if (numbered) return values[Number(numbered) - 1] ?? null
  if (!condition.text.includes('?')) return null
  return values[sql.text.slice(0, condition.from).split('?').length - 1] ?? null
}
