import { restyle } from '../print/restyle.ts'
import type { Style } from '../style.ts'

const WORDS = ['afterAll', 'afterEach', 'beforeAll', 'beforeEach', 'describe', 'expect', 'it', 'test']

/** The line that imports what a file uses of the runner's words; empty where it uses none. */
export function runnerImport(text: string, from: string, style: Style): string {
  // Comments and titles may speak of a test.
  const code = text.replace(/^\s*(\/\/|\/?\*).*$/gm, '').replace(/'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/g, "''")
  const used = WORDS.filter((word) => new RegExp(`(?<![\\w$.])${word}\\s*(\\(|\\.\\w)`).test(code))
  return used.length === 0 ? '' : restyle(`import { ${used.join(', ')} } from '${from}';`, style)
}
