import matter from 'gray-matter'
import { AgentError } from '../contracts/errors.ts'
import type { Json } from '../contracts/json.ts'

/**
 * Splits a `SKILL.md` into front matter and body. A skill is untrusted input, and the library would evaluate JavaScript
 * after `---js`: every engine but YAML throws SKILL_FRONT_MATTER.
 */
export function parseFrontMatter(text: string, path: string): { fields: Record<string, Json>; body: string } {
  const fail = (message: string, next: string) =>
    new AgentError('usage', 'SKILL_FRONT_MATTER', message, { value: path, next })
  const opening = /^\uFEFF?---([^\r\n]*)\r?\n/.exec(text)
  if (!opening) throw fail('The file does not start with front matter.', 'Begin it with --- and the fields in YAML.')
  const language = (opening[1] ?? '').trim()
  if (language !== '' && language !== 'yaml') {
    throw fail(`The front matter is written in ${language}.`, 'Write it in YAML between two lines of ---.')
  }
  if (!/\r?\n---[ \t]*(\r?\n|$)/.test(text.slice(opening[0].length - 1))) {
    throw fail('The front matter does not end.', 'Close it with a line of ---.')
  }
  const refuse = () => {
    throw fail('The front matter is not YAML.', 'Write it in YAML between two lines of ---.')
  }
  try {
    const { data, content } = matter(text, {
      engines: { javascript: refuse, js: refuse, json: refuse, coffee: refuse },
    })
    if (typeof data !== 'object' || data === null || Array.isArray(data)) return refuse()
    return { fields: data as Record<string, Json>, body: content }
  } catch (error) {
    if (error instanceof AgentError) throw error
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error)
    throw fail(`The front matter cannot be read: ${reason}.`, 'Correct the YAML, e.g. quote values with a colon.')
  }
}
