import { stripVTControlCharacters } from 'node:util'

/** Text from the project on one line: no colour codes, no control characters, blanks squeezed. */
export function oneLine(text: string): string {
  return stripVTControlCharacters(text)
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .replace(/\p{Bidi_Control}/gu, '')
    .trim()
}

/** Text to be copied: blanks and line ends as they are, nothing that a terminal would obey. */
export function plain(text: string): string {
  return stripVTControlCharacters(text).replace(/[^\P{Cc}\n\t]|\p{Bidi_Control}/gu, '')
}

/** Columns that a text takes on a terminal; wide characters take two. */
export function displayWidth(text: string): number {
  let width = 0
  for (const character of text) width += isWide(character) ? 2 : /\p{M}|\p{Cf}/u.test(character) ? 0 : 1
  return width
}

function isWide(character: string): boolean {
  return /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u.test(
    character,
  )
}

/** The beginning of a text that fits into so many columns, with `…` where something is left out. */
export function cutTo(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text
  let width = 0
  let kept = ''
  for (const character of text) {
    width += displayWidth(character)
    if (width > columns - 1) break
    kept += character
  }
  return `${kept.trimEnd()}…`
}

/** A text in lines of at most so many columns, broken between words; a word that is too long is broken anywhere. */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`
    if (displayWidth(longer) <= columns) {
      line = longer
      continue
    }
    if (line !== '') lines.push(line)
    line = word
    while (displayWidth(line) > columns) {
      const head = headOf(line, columns)
      lines.push(head)
      line = line.slice(head.length)
    }
  }
  return line === '' ? lines : [...lines, line]
}

/** As much of a word as fits; one character at least. */
function headOf(word: string, columns: number): string {
  let width = 0
  let head = ''
  for (const character of word) {
    width += displayWidth(character)
    if (width > columns && head !== '') break
    head += character
  }
  return head
}

/** `1 case`, `2 cases` */
export const count = (number: number, thing: string) => `${number} ${thing}${number === 1 ? '' : 's'}`
