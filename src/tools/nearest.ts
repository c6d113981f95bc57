/** Below this likeness a passage is no help in finding what was meant. */
const LIKE_ENOUGH = 0.6
const MAX_COMPARED = 30

/** The run of lines most like the wanted ones, `null` when none resembles them. `first` is 1-based. */
export function nearestLines(
  lines: string[],
  wanted: string[],
): { first: number; lines: string[]; whitespaceOnly: boolean } | null {
  const target = wanted.slice(0, MAX_COMPARED).map(prepare)
  const prepared = lines.map(prepare)
  let best = { score: 0, at: 0 }
  for (let at = 0; at + target.length <= prepared.length; at++) {
    const score = mean(target.map((line, index) => likeness(line, prepared[at + index] as Prepared)))
    if (score > best.score) best = { score, at }
  }
  if (best.score < LIKE_ENOUGH) return null
  const found = lines.slice(best.at, best.at + wanted.length)
  return { first: best.at + 1, lines: found, whitespaceOnly: squeeze(found.join('')) === squeeze(wanted.join('')) }
}

interface Prepared {
  text: string
  pairs: Map<string, number>
  count: number
}

function prepare(line: string): Prepared {
  const text = squeeze(line)
  const pairs = new Map<string, number>()
  for (let at = 0; at + 2 <= text.length; at++) {
    const pair = text.slice(at, at + 2)
    pairs.set(pair, (pairs.get(pair) ?? 0) + 1)
  }
  return { text, pairs, count: Math.max(0, text.length - 1) }
}

function squeeze(text: string): string {
  return text.replace(/\s+/g, '')
}

/** Dice's coefficient over pairs of letters: 1 for equal lines, 0 for lines with nothing in common. */
function likeness(a: Prepared, b: Prepared): number {
  if (a.text === b.text) return 1
  if (a.count === 0 || b.count === 0) return 0
  let shared = 0
  for (const [pair, count] of a.pairs) shared += Math.min(count, b.pairs.get(pair) ?? 0)
  return (2 * shared) / (a.count + b.count)
}

function mean(values: number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length
}
