import type { Observation, Pattern } from '../../../contracts/observation.ts'
import type { CaseScope } from './case-scope.ts'
import { cutMessages } from './cut-messages.ts'
import { camel } from './names.ts'
import { patternDoc } from './patterns.ts'
import { type Doc, printDoc } from './print/doc.ts'
import { mapSame } from './settle.ts'
import type { Style } from './style.ts'

/** Rows of a table of cases: what each brings, then the parts in which their answers differ. */
export interface AnswerTable {
  rows: Doc[]
  /** What all answers have in common; parts that differ are referred to by their column's name. */
  body: Pattern | null
  /** The columns that the answers add. */
  names: string[]
  /** A row does not fit on a line. */
  isLong: boolean
}

/** `cellsOf` gives the cells before those of the answer; their columns get names that nothing else in the test has. */
export function tabulate(
  members: Observation[],
  cellsOf: (member: Observation, index: number) => Doc[],
  scope: CaseScope,
): AnswerTable {
  const { code } = scope
  const rowsOf = (cells: Pattern[][]) =>
    members.map((member, index) => {
      const row = [...cellsOf(member, index), ...(cells[index] ?? []).map((cell) => patternDoc(cell, scope))]
      return row.length === 1 ? (row[0] as Doc) : code.array(row)
    })
  const excess = (rows: Doc[]) => rows.map((row) => excessOf(row, code.style))
  const whole = commonAnswer(members, scope.take)
  const isLong = excess(rowsOf(whole.cells)).some((count) => count > 0)
  const answer = withoutProse(whole, isLong)
  const cut = cutMessages(answer.cells, excess(rowsOf(answer.cells)))
  const isStillLong = excess(rowsOf(answer.cells)).some((count) => count > 0)
  if (!cut || !answer.body)
    return { rows: rowsOf(answer.cells), body: answer.body, names: answer.names, isLong: isStillLong }
  const name = answer.names[cut.column] as string
  const body = mapSame(answer.body, (one) => (one.from === `$${name}` ? { ...one, from: `~${name}` } : one))
  return { rows: rowsOf(cut.cells), body, names: answer.names, isLong: isStillLong }
}

/** Characters by which a row of a table is longer than its line. */
function excessOf(row: Doc, { width, indent }: Style): number {
  const { text } = printDoc(row, { width: Number.POSITIVE_INFINITY, indent })
  return text.trimEnd().length + 1 + (indent === '\t' ? 4 : indent.length) - width
}

const FEW = 2

interface CommonAnswer {
  body: Pattern | null
  paths: string[][]
  names: string[]
  cells: Pattern[][]
}

/** What all answers have in common, with names in place of the few smallest parts in which they differ. */
function commonAnswer(members: Observation[], take: CaseScope['take']): CommonAnswer {
  const bodies = members.map(({ expected }) => expected.body)
  const [first] = bodies
  if (!first || bodies.some((body) => !body)) return { body: first ?? null, paths: [], names: [], cells: [] }
  const patterns = bodies as Pattern[]
  const paths = differences(patterns, [])
  const names = paths.map((path) => take([camel(path.findLast((key) => /[a-z]/i.test(key)) ?? 'body'), 'expected']))
  const body = paths.reduce(
    (whole, path, index) =>
      withPart(whole, path, { is: 'same', from: `$${names[index]}`, at: 'response', path: [], provenance: 'promised' }),
    first,
  )
  const cells = patterns.map((pattern) => paths.map((path) => partAt(pattern, path)))
  return { body, paths, names, cells }
}

/** How many parts the answers of these differ in, as `tabulate` would show them. */
export const countDifferences = (members: Observation[]) =>
  commonAnswer(members, ([name]) => name as string).paths.length

/**
 * A validator's wording belongs to the validator: beside a column that names the field exactly, or a code where it would not fit on
 * the line, it only has to be there.
 */
function withoutProse(answer: CommonAnswer, isLong: boolean): CommonAnswer {
  const { paths, cells } = answer
  const texts = (column: number) =>
    cells.map((row) => row[column]).map((cell) => (cell?.is === 'equals' ? cell.value : null))
  const prose = paths.findIndex((path, column) => {
    const beside = (other: string[]) => String(other.slice(0, -1)) === String(path.slice(0, -1))
    const named = paths.some((other, index) => index !== column && beside(other) && texts(index).every(isWord))
    const around = partAt(answer.body as Pattern, path.slice(0, -1))
    const coded =
      around.is === 'object' && Object.values(around.properties).some((one) => one.is === 'equals' && isWord(one.value))
    return texts(column).every(isProse) && (named || (isLong && coded))
  })
  if (prose < 0) return answer
  const others = <T>(list: T[]) => list.filter((_, index) => index !== prose)
  const some: Pattern = { is: 'format', format: 'string', provenance: 'observed' }
  return {
    body: withPart(answer.body as Pattern, paths[prose] as string[], some),
    paths: others(paths),
    names: others(answer.names),
    cells: cells.map(others),
  }
}

const isWord = (value: unknown) => typeof value === 'string' && /^[\w.[\]-]+$/.test(value)
const isProse = (value: unknown) => typeof value === 'string' && value.trim().split(/\s+/).length > 2

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)

/** The parts of an exact object or array, by key; `null` for what has none. */
function partsOf(pattern: Pattern): Record<string, Pattern> | null {
  if (pattern.is === 'object') return pattern.properties
  return pattern.is === 'array' && pattern.ordered ? Object.fromEntries(pattern.items.entries()) : null
}

const partAt = (pattern: Pattern, path: string[]): Pattern =>
  path.reduce((part, key) => partsOf(part)?.[key] ?? part, pattern)

/** Where patterns of the same build differ: a few deep paths, or the place where they differ in many ways. */
function differences(patterns: Pattern[], path: string[]): string[][] {
  const [first] = patterns
  if (!first || patterns.every((pattern) => same(pattern, first))) return []
  const parts = patterns.map(partsOf)
  const build = (pattern: Pattern, own: Record<string, Pattern> | null) =>
    own && [pattern.is, pattern.is === 'object' && pattern.exact, Object.keys(own)]
  const shape = build(first, parts[0] ?? null)
  if (!shape || patterns.some((pattern, index) => !same(build(pattern, parts[index] ?? null), shape))) return [path]
  const keys = Object.keys(parts[0] ?? {})
  const inner = keys.flatMap((key) =>
    differences(
      parts.map((own) => own?.[key] as Pattern),
      [...path, key],
    ),
  )
  return inner.length > FEW ? [path] : inner
}

function withPart(pattern: Pattern, path: string[], part: Pattern): Pattern {
  const [key, ...rest] = path
  if (key === undefined) return part
  if (pattern.is === 'object') {
    const inner = pattern.properties[key] as Pattern
    return { ...pattern, properties: { ...pattern.properties, [key]: withPart(inner, rest, part) } }
  }
  if (pattern.is !== 'array') return pattern
  const items = pattern.items.map((item, index) => (String(index) === key ? withPart(item, rest, part) : item))
  return { ...pattern, items }
}
