import type { z } from 'zod'

/** The entries of a JSON-lines text. A last line that was cut off by a kill is left out; any other bad line throws. */
export function parseLines<T>(text: string, schema: z.ZodType<T>): T[] {
  const lines = text.split('\n')
  lines.pop()
  return lines.map((line) => schema.parse(JSON.parse(line)))
}
