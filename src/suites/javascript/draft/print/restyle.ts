import type { Style } from '../style.ts'

/**
 * Turns a helper written once (two spaces, single quotes, semicolons, trailing commas, ES modules, types between « and ») into
 * the project's manner. Only for text of our own: it knows lines, not a grammar.
 */
export function restyle(source: string, style: Style): string {
  let text = source.replace(/«([^»]*)»/g, style.typescript ? '$1' : '')
  text = withQuotes(text, style)
  if (!style.esm && !style.typescript) text = toCommonJs(text)
  if (!style.semicolons) text = text.replace(/;$/gm, '')
  if (!style.trailingCommas) text = text.replace(/,(\n\s*[\]})])/g, '$1')
  else if (!style.callCommas) text = text.replace(/,(\n\s*\))/g, '$1')
  if (style.bareArrowParameter && !style.typescript) text = text.replace(/\((\w+)\) =>/g, '$1 =>')
  text = text.replace(/^( {2})+/gm, (spaces) => style.indent.repeat(spaces.length / 2))
  return `${text.trim()}\n`
}

function withQuotes(text: string, { quotes }: Style): string {
  if (quotes === 'single') return text
  return text
    .split('\n')
    .map((line) => {
      if (/^\s*(\/\/|\*|\/\*)/.test(line)) return line
      // What is in double quotes or a template already may hold single ones: SQL does.
      return line.replace(/`(?:[^`\\]|\\.)*`|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/g, (found) =>
        found.startsWith('`') ? found.replace(/\$\{[^}]*\}/g, withinCode) : withinCode(found),
      )
    })
    .join('\n')
}

const withinCode = (code: string) =>
  code.replace(/"(?:[^"\\\n]|\\.)*"|'((?:[^'\\\n]|\\.)*)'/g, (found, inner?: string) =>
    inner === undefined || inner.includes('"') ? found : `"${inner.replaceAll("\\'", "'")}"`,
  )

/** `import`/`export` of the plain forms our helpers use, as `require` and one `module.exports` at the end. */
function toCommonJs(text: string): string {
  const exported: string[] = []
  const body = text
    .replace(
      /^import \{ ([^}]+) \} from (['"][^'"]+['"]);$/gm,
      (_, names: string, from: string) => `const { ${names.replace(/ as /g, ': ')} } = require(${from});`,
    )
    .replace(/^import \* as (\w+) from (['"][^'"]+['"]);$/gm, 'const $1 = require($2);')
    .replace(/^import (\w+) from (['"][^'"]+['"]);$/gm, 'const $1 = require($2);')
    .replace(/^import (['"][^'"]+['"]);$/gm, 'require($1);')
    .replace(/^export ((?:async )?function|const) (\w+)/gm, (_, kind: string, name: string) => {
      exported.push(name)
      return `${kind} ${name}`
    })
  if (exported.length === 0) return body
  const line = `module.exports = { ${exported.join(', ')} };`
  const list = line.length <= 80 ? line : `module.exports = {\n${exported.map((name) => `  ${name},`).join('\n')}\n};`
  return `${body.trimEnd()}\n\n${list}\n`
}
