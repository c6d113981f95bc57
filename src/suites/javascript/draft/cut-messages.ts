import type { Pattern } from '../../../contracts/observation.ts'

/** Shorter than this a part of a message says nothing. */
const LEAST = 12

/**
 * Messages that make a row of a table longer than a line, cut to their last words: where a field and a code are compared exactly, the
 * wording is known by them. `room[row]` is how many characters each row is too long; `null` when nothing has to or can be cut.
 */
export function cutMessages(cells: Pattern[][], excess: number[]): { column: number; cells: Pattern[][] } | null {
  const width = cells[0]?.length ?? 0
  const textsOf = (column: number) =>
    cells.map((row) => {
      const cell = row[column]
      return cell?.is === 'equals' && typeof cell.value === 'string' ? cell.value : null
    })
  const total = (column: number) => textsOf(column).reduce((sum, text) => sum + (text?.length ?? 0), 0)
  const columns = Array.from({ length: width }, (_, column) => column)
  const wordy = columns.filter((column) => textsOf(column).every((text) => text !== null))
  const column = wordy.toSorted((a, b) => total(b) - total(a))[0]
  if (column === undefined || excess.every((count) => count <= 0)) return null
  const texts = textsOf(column).map((text, row) => lastWords(text as string, excess[row] as number))
  if (texts.every((text, row) => text === textsOf(column)[row])) return null
  const cut = cells.map((row, index) =>
    row.map(
      (cell, at): Pattern =>
        at === column && cell.is === 'equals' ? { ...cell, value: texts[index] as string } : cell,
    ),
  )
  return { column, cells: cut }
}

function lastWords(text: string, excess: number): string {
  if (excess <= 0) return text
  const most = Math.max(LEAST, text.length - excess)
  const words = text.split(' ')
  while (words.length > 1 && words.join(' ').length > most) words.shift()
  return words.join(' ').length >= LEAST ? words.join(' ') : text
}
