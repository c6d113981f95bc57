/** One simple command of a shell line, as it stands there. */
export interface Segment {
  text: string
  /** Quotes taken away. */
  words: string[]
  /** What stands after it: `&&`, `||`, `;`, `|`, `&`, or nothing. */
  joint: string
  /** Without a shell it would mean something else: variables, globs, redirections, substitutions. */
  needsShell: boolean
}

/** The simple commands of a line, split where a shell would split it. */
export function splitShell(line: string): Segment[] {
  const segments: Segment[] = []
  let segment = startSegment()
  let word: string | null = null
  const endWord = () => {
    if (word !== null) segment.words.push(word)
    word = null
  }
  for (let at = 0; at < line.length; at++) {
    const char = line[at] ?? ''
    const quoted = /['"]/.test(char) ? readQuoted(line, at) : null
    const operator = quoted ? null : /^(&&|\|\||[;|&\n])/.exec(line.slice(at))?.[0]
    if (quoted) {
      word = (word ?? '') + quoted.value
      segment.needsShell ||= char === '"' && /[$`]/.test(quoted.value)
      segment.text += line.slice(at, quoted.end + 1)
      at = quoted.end
    } else if (operator) {
      endWord()
      segments.push({ ...segment, text: segment.text.trim(), joint: operator === '\n' ? ';' : operator })
      segment = startSegment()
      at += operator.length - 1
    } else if (/\s/.test(char)) {
      endWord()
      segment.text += char
    } else if (char === '\\') {
      word = (word ?? '') + (line[at + 1] ?? '')
      segment.text += line.slice(at, at + 2)
      at += 1
    } else {
      word = (word ?? '') + char
      segment.needsShell ||= /[$`*?<>()~]/.test(char)
      segment.text += char
    }
  }
  endWord()
  segments.push({ ...segment, text: segment.text.trim() })
  return segments.filter(({ words }) => words.length > 0)
}

const startSegment = (): Segment => ({ text: '', words: [], joint: '', needsShell: false })

function readQuoted(line: string, from: number): { value: string; end: number } {
  const quote = line[from] ?? ''
  let value = ''
  for (let at = from + 1; at < line.length; at++) {
    const char = line[at] ?? ''
    if (char === quote) return { value, end: at }
    if (char === '\\' && quote === '"' && /["\\$`]/.test(line[at + 1] ?? '')) value += line[++at] ?? ''
    else value += char
  }
  return { value, end: line.length - 1 }
}

/** A word as a shell reads it back. */
export function quoteShell(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}
