import { Lang, parse, type SgNode } from '@ast-grep/napi'

export type Node = SgNode

/** Parses one source file; `broken` is the 1-based line of the first piece that is no valid syntax. */
export function parseSource(path: string, text: string): { root: Node; broken: number | null } {
  const lang = /\.[mc]?ts$/.test(path) ? Lang.TypeScript : /\.tsx$/.test(path) ? Lang.Tsx : Lang.JavaScript
  const root = parse(lang, text).root() as Node
  const error = root.find({ rule: { kind: 'ERROR' } })
  return { root, broken: error ? lineOf(error as Node) : null }
}

/** 1-based line a node starts on. */
export function lineOf(node: Node): number {
  return node.range().start.line + 1
}

/** Kinds that only named nodes have, beside all those with an underscore; asking each node costs a call into the parser. */
const NAMED = new Set(
  'identifier string number object array pair regex arguments this super null true false undefined decorator ERROR'.split(
    ' ',
  ),
)
const PUNCTUATION = /^[^a-z]/

/** Named children without comments. */
export function named(node: Node): Node[] {
  return node.children().filter((child) => {
    const kind = child.kind() as string
    if (kind.includes('_') || NAMED.has(kind)) return true
    return kind !== 'comment' && !PUNCTUATION.test(kind) && child.isNamed()
  })
}

/** Is there a keyword such as `static` or `get` directly under the node? */
export function hasToken(node: Node, token: string): boolean {
  return node.children().some((child) => !child.isNamed() && child.kind() === token)
}

const ESCAPES: Record<string, string> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', v: '\v', '0': '\0', '\n': '' }

/** The value of a string literal's or template's escape sequence. */
export function unescapeText(text: string): string {
  const body = text.slice(1)
  const hex = /^(?:u\{([0-9a-f]+)\}|u([0-9a-f]{4})|x([0-9a-f]{2}))$/i.exec(body)
  if (hex) return String.fromCodePoint(Number.parseInt(hex[1] ?? hex[2] ?? hex[3] ?? '0', 16))
  return ESCAPES[body] ?? body
}

/** The value of a string literal. */
export function stringValue(node: Node): string {
  let out = ''
  for (const child of named(node)) out += child.kind() === 'escape_sequence' ? unescapeText(child.text()) : child.text()
  return out
}
