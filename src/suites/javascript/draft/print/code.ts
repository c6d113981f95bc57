import type { Style } from '../style.ts'
import { type Doc, group, indent, isMultiline, join, line, newline, softline } from './doc.ts'

export type Entry = { key: string; value: Doc } | { spread: Doc }

/** Builders of JavaScript in one project's manner. */
export interface Code {
  readonly style: Style
  string(value: string): string
  /** Any JSON value; long runs of one character become `'x'.repeat(n)`. */
  literal(value: unknown): Doc
  object(entries: Entry[]): Doc
  array(items: Doc[]): Doc
  /** An array with one item a line. */
  rows(items: Doc[]): Doc
  call(callee: Doc, args: Doc[]): Doc
  /** `test.each(rows)('title %s', (…) => { … })`. */
  each(word: string, rows: Doc, title: string, run: Doc): Doc
  /** `api.post(…).set(…)`: calls that break before each dot when they do not fit. */
  chain(head: string, calls: { name: string; args: Doc[] }[]): Doc
  /** An arrow function with a block body; without statements its expression. */
  arrow(params: string[], body: Doc[], options?: { async?: boolean }): Doc
  lambda(params: string[], value: Doc): Doc
  template(parts: (string | { code: string })[]): string
  /** `base.key`, `base['odd-key']`, `base[0]`. */
  member(base: string, path: (string | number)[]): string
  statement(doc: Doc): Doc
  constant(name: string, value: Doc): Doc
}

export function createCode(style: Style): Code {
  const comma: Doc = style.trailingCommas ? { is: 'when', broken: ',', flat: '' } : ''
  const callComma: Doc = style.callCommas ? { is: 'when', broken: ',', flat: '' } : ''

  function string(value: string): string {
    const preferred = style.quotes === 'double' ? '"' : "'"
    const other = preferred === '"' ? "'" : '"'
    const quote = value.split(preferred).length > value.split(other).length ? other : preferred
    const escaped = JSON.stringify(value)
      .slice(1, -1)
      .replaceAll('\\"', '"')
      .replaceAll('\u2028', '\\u2028')
      .replaceAll('\u2029', '\\u2029')
    return quote + escaped.replaceAll(quote, `\\${quote}`) + quote
  }

  function literal(value: unknown): Doc {
    if (typeof value === 'string') return repeated(value) ?? string(value)
    if (Array.isArray(value)) return array(value.map(literal))
    if (value !== null && typeof value === 'object')
      return object(Object.entries(value).map(([key, inner]) => ({ key, value: literal(inner) })))
    return String(value)
  }

  function repeated(value: string): string | null {
    if (value.length < 24) return null
    const [, run = '', rest = ''] = /^((.)\2{23,})(?!\2)(.{1,24})$/s.exec(value) ? splitRun(value) : []
    if (run) return `${string(run.charAt(0))}.repeat(${run.length}) + ${string(rest)}`
    for (let size = 1; size <= 4; size += 1) {
      const unit = value.slice(0, size)
      if (value.length % size === 0 && unit.repeat(value.length / size) === value)
        return `${string(unit)}.repeat(${value.length / size})`
    }
    return null
  }

  function splitRun(value: string): [string, string, string] {
    let end = 0
    while (value[end] === value[0]) end += 1
    return [value, value.slice(0, end), value.slice(end)]
  }

  const propertyName = (key: string) => (/^[A-Za-z_$][\w$]*$/.test(key) ? key : string(key))

  function object(entries: Entry[]): Doc {
    if (entries.length === 0) return '{}'
    const parts = entries.map((entry): Doc => {
      if ('spread' in entry) return ['...', entry.spread]
      return entry.value === entry.key ? entry.key : [propertyName(entry.key), ': ', entry.value]
    })
    return group(['{', indent([line, ...join([',', line], parts)]), comma, line, '}'])
  }

  function array(items: Doc[]): Doc {
    if (items.length === 0) return '[]'
    return group(['[', indent([softline, ...join([',', line], items)]), comma, softline, ']'])
  }

  /** The same with its outermost group broken. */
  function expanded(doc: Doc): Doc {
    if (typeof doc === 'string' || Array.isArray(doc) || doc.is !== 'group') return doc
    return [doc.content]
  }

  const huggable = (doc: Doc | undefined): boolean =>
    doc !== undefined && typeof doc !== 'string' && !Array.isArray(doc) && doc.is === 'group'

  /** `{` or `[`. */
  const opening = (doc: Doc | undefined) => {
    const content = doc !== undefined && typeof doc !== 'string' && 'content' in doc ? doc.content : null
    return Array.isArray(content) ? content[0] : null
  }

  function call(callee: Doc, args: Doc[]): Doc {
    if (args.length === 0) return [callee, '()']
    const last = args.at(-1)
    const flat = group([callee, '(', ...join(', ', args), ')'])
    const broken: Doc[] = [callee, '(', indent([lineBreak, ...join([',', lineBreak], args)]), callComma, lineBreak, ')']
    // `expect(…).toEqual([])`: only what stands before can break; a name also could before Prettier 2.
    if (args.length === 1 && typeof last === 'string' && last.length < 24) {
      const short: Doc = [callee, '(', last, ')']
      const isName = /^[A-Za-z_]\w*$/.test(last) && last !== 'undefined'
      return style.breakChains && isName
        ? { is: 'either', options: [oneLine(short), [oneLine(callee), ...broken.slice(1)], short] }
        : short
    }
    if (args.every((arg) => typeof arg === 'string') || !huggable(last))
      return isMultiline(flat) ? [callee, '(', ...join(', ', args), ')'] : flatOr(flat, broken)
    // Of two objects, or two arrays, Prettier pulls neither to the call's own line.
    if (huggable(args.at(-2)) && opening(args.at(-2)) === opening(last)) return flatOr(flat, broken)
    const hugged: Doc = [
      callee,
      '(',
      ...args.slice(0, -1).flatMap((arg) => [group(arg), ', ']),
      expanded(last as Doc),
      ')',
    ]
    return { is: 'either', options: [[oneLine(flat)], hugged, broken] }
  }

  function each(word: string, rows: Doc, title: string, run: Doc): Doc {
    const args: Doc[] = [string(title), run]
    const hugged: Doc = ['(', ...join(', ', args), ')']
    const below: Doc = ['(', indent([lineBreak, ...join([',', lineBreak], args)]), callComma && ',', lineBreak, ')']
    return [`${word}.each(`, rows, ')', { is: 'either', options: [hugged, below] }]
  }

  function flatOr(flat: Doc, broken: Doc): Doc {
    return { is: 'either', options: [[oneLine(flat)], broken] }
  }

  function chain(head: string, calls: { name: string; args: Doc[] }[]): Doc {
    const parts = calls.map(({ name, args }) => call(`.${name}`, args))
    const broken: Doc = [head, indent(parts.flatMap((part) => [lineBreak, part]))]
    if (calls.length < 2) return [head, ...parts]
    if (style.breakChains && calls.length > 2) return broken
    const flat: Doc = [head, ...calls.flatMap(({ name, args }) => [`.${name}(`, ...join(', ', args), ')'])]
    // Prettier merges a head that is no longer than an indentation with its first call.
    const isShort = !head.includes('.') && head.length <= (style.indent === '\t' ? 4 : style.indent.length)
    const hugs = huggable(calls.at(-1)?.args.at(-1))
    const merged: Doc = [head, ...parts]
    if (calls.length < 3 && isShort && hugs) return { is: 'either', options: [oneLine(flat), merged, broken] }
    // An object that fits on no line is written as if the chain were short.
    const lines: Doc = { is: 'whole', content: [head, indent(parts.flatMap((part) => [lineBreak, oneLine(part)]))] }
    if (calls.length < 3 && hugs) return { is: 'either', options: [oneLine(flat), lines, merged, broken] }
    return flatOr(flat, broken)
  }

  function arrow(params: string[], body: Doc[], options: { async?: boolean } = {}): Doc {
    const head = `${options.async ? 'async ' : ''}${parameters(params)} => {`
    if (body.length === 0) return `${head}}`
    return [head, indent([newline, ...join(newline, body)]), newline, '}']
  }

  const parameters = (params: string[]) =>
    params.length === 1 && style.bareArrowParameter && /^\w+$/.test(params[0] as string)
      ? params[0]
      : `(${params.join(', ')})`

  return {
    style,
    string,
    literal,
    object,
    array,
    rows: (items) => [
      '[',
      indent([newline, ...join([',', newline], items), style.trailingCommas ? ',' : '']),
      newline,
      ']',
    ],
    call,
    each,
    chain,
    arrow,
    lambda: (params, value) => {
      const flat: Doc = [`${parameters(params)} => `, value]
      const below: Doc = [`${parameters(params)} =>`, indent([newline, value])]
      const plain = typeof value === 'string' || (Array.isArray(value) && value[0] === '(')
      return plain ? flat : { is: 'either', options: [oneLine(flat), below] }
    },
    template: (parts) => printTemplate(parts, string),
    member: (base, path) =>
      path.reduce<string>((code, key) => {
        if (typeof key === 'number') return `${code}[${key}]`
        return /^[A-Za-z_$][\w$]*$/.test(key) ? `${code}.${key}` : `${code}[${string(key)}]`
      }, base),
    statement: (doc) => (style.semicolons ? [doc, ';'] : doc),
    constant: (name, value) => [`const ${name} = `, value, style.semicolons ? ';' : ''],
  }
}

/** A break that a surrounding flat layout cannot undo. */
const lineBreak: Doc = newline

/** Only ever on one line: fits as a whole or not at all. */
function oneLine(doc: Doc): Doc {
  if (typeof doc === 'string') return doc
  if (Array.isArray(doc)) return doc.map(oneLine)
  if (doc.is === 'line' || doc.is === 'when') return doc.flat
  if (doc.is === 'either') return oneLine(doc.options[0] as Doc)
  return doc.is === 'group' || doc.is === 'indent' || doc.is === 'whole' ? oneLine(doc.content) : doc
}

function printTemplate(parts: (string | { code: string })[], string: (value: string) => string): string {
  if (parts.every((part) => typeof part === 'string')) return string(parts.join(''))
  if (parts.length === 1) return (parts[0] as { code: string }).code
  const text = parts.map((part) =>
    typeof part === 'string' ? part.replace(/[`\\]|\$\{/g, (found) => `\\${found}`) : `\${${part.code}}`,
  )
  return `\`${text.join('')}\``
}
