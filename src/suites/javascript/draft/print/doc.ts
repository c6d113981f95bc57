/** Text with layout decisions left open, after Wadler: a group is written on one line if it fits, otherwise broken. */
export type Doc =
  | string
  | Doc[]
  | { is: 'group'; content: Doc }
  | { is: 'indent'; content: Doc }
  /** A line break in a broken group, `flat` otherwise. */
  | { is: 'line'; flat: string }
  /** Always a line break. */
  | { is: 'newline' }
  | { is: 'when'; broken: string; flat: string }
  /** The first that fits up to its first line break, else the last. */
  | { is: 'either'; options: Doc[] }
  /** As an option of `either`: each of its lines has to fit. */
  | { is: 'whole'; content: Doc }
  /** Reports the line it lands on. */
  | { is: 'mark'; name: string }

export const group = (content: Doc): Doc => ({ is: 'group', content })
export const indent = (content: Doc): Doc => ({ is: 'indent', content })
export const line: Doc = { is: 'line', flat: ' ' }
export const softline: Doc = { is: 'line', flat: '' }
export const newline: Doc = { is: 'newline' }
export const mark = (name: string): Doc => ({ is: 'mark', name })

/** Documents with a separator between them. */
export function join(separator: Doc, docs: Doc[]): Doc[] {
  return docs.flatMap((doc, index) => (index === 0 ? [doc] : [separator, doc]))
}

/** Does it hold a line break that no width avoids? */
export function isMultiline(doc: Doc): boolean {
  if (typeof doc === 'string') return false
  if (Array.isArray(doc)) return doc.some(isMultiline)
  if (doc.is === 'newline') return true
  if (doc.is === 'mark' || doc.is === 'line' || doc.is === 'when') return false
  return doc.is === 'either' ? doc.options.every(isMultiline) : isMultiline(doc.content)
}

interface Command {
  depth: number
  flat: boolean
  doc: Doc
}

/** Lays a document out; `lines` tells the 1-based line of each mark. */
export function printDoc(
  doc: Doc,
  layout: { width: number; indent: string },
): { text: string; lines: Map<string, number> } {
  const tabWidth = layout.indent === '\t' ? 4 : layout.indent.length
  const widthAt = (depth: number) => layout.width - depth * tabWidth
  const lines = new Map<string, number>()
  const out: string[] = []
  let column = 0
  let row = 1
  const stack: Command[] = [{ depth: 0, flat: false, doc }]
  for (let command = stack.pop(); command; command = stack.pop()) {
    const { depth, flat, doc: current } = command
    if (typeof current === 'string') {
      out.push(current)
      column += widthOf(current)
    } else if (Array.isArray(current)) {
      for (const part of current.toReversed()) stack.push({ depth, flat, doc: part })
    } else if (current.is === 'mark') lines.set(current.name, row)
    else if (current.is === 'indent') stack.push({ depth: depth + 1, flat, doc: current.content })
    else if (current.is === 'when') stack.push({ depth, flat, doc: flat ? current.flat : current.broken })
    else if (current.is === 'whole') stack.push({ depth, flat, doc: current.content })
    else if (current.is === 'group') {
      const alone = { depth, flat: true, doc: current.content }
      const fit = flat || (!isMultiline(current.content) && fits(alone, stack, layout.width - column, widthAt))
      stack.push({ depth, flat: fit, doc: current.content })
    } else if (current.is === 'either') {
      const chosen = current.options.find((option) =>
        fits({ depth, flat: false, doc: option }, stack, layout.width - column, widthAt),
      )
      stack.push({ depth, flat, doc: chosen ?? (current.options.at(-1) as Doc) })
    } else if (current.is === 'line' && flat) {
      out.push(current.flat)
      column += current.flat.length
    } else {
      while (out.length > 0 && out.at(-1)?.trim() === '' && !out.at(-1)?.includes('\n')) out.pop()
      out.push('\n', layout.indent.repeat(depth))
      column = depth * tabWidth
      row += 1
    }
  }
  return { text: `${out.join('').trimEnd()}\n`, lines }
}

/** Does the command, followed by the rest of the line it stands on, fit into `room` characters, and further lines into `widthAt`? */
function fits(command: Command, following: Command[], room: number, widthAt: (depth: number) => number): boolean {
  const isWhole = typeof command.doc === 'object' && 'is' in command.doc && command.doc.is === 'whole'
  const stack = [command]
  let rest = following.length
  let left = room
  while (left >= 0) {
    const own = stack.pop()
    const next = own ?? following[--rest]
    if (!next) return true
    const { depth, flat, doc } = next
    if (typeof doc === 'string') left -= widthOf(doc)
    else if (Array.isArray(doc)) for (const part of doc.toReversed()) stack.push({ depth, flat, doc: part })
    else if (doc.is === 'indent') stack.push({ depth: depth + 1, flat, doc: doc.content })
    else if (doc.is === 'when') left -= (flat ? doc.flat : doc.broken).length
    else if (doc.is === 'group') stack.push({ depth, flat: flat || !isMultiline(doc.content), doc: doc.content })
    else if (doc.is === 'either') stack.push({ depth, flat, doc: doc.options.at(flat ? 0 : -1) as Doc })
    else if (doc.is === 'whole') stack.push({ depth, flat, doc: doc.content })
    else if (doc.is === 'newline' || (doc.is === 'line' && !flat)) {
      if (!own || !isWhole) return true
      left = widthAt(depth)
    } else if (doc.is === 'line') {
      left -= doc.flat.length
    }
  }
  return false
}

/** Columns of a terminal, as formatters count them: East Asian characters and emoji take two. */
function widthOf(text: string): number {
  return (
    text.length +
    (text.match(/[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60]/g)?.length ?? 0)
  )
}
