/** A glob as test runners use them, extended ones included, as a regular expression over relative paths. */
export function runnerGlob(glob: string): RegExp {
  const source = translate(glob.replace(/^<rootDir>\/?/, '').replace(/^\.\//, ''))
  try {
    return new RegExp(`^${source}$`)
  } catch {
    return /^/
  }
}

function translate(glob: string): string {
  let out = ''
  const closing: string[] = []
  for (let i = 0; i < glob.length; i++) {
    const char = glob[i] ?? ''
    const next = glob[i + 1]
    if ('?*+@!'.includes(char) && next === '(') {
      // `!(x)` is taken as anything: where tests may be is asked, not where none may.
      out += char === '!' ? '(?:[^/]*?' : '(?:'
      closing.push(char === '@' || char === '!' ? ')' : `)${char}`)
      i++
    } else if (char === ')' && closing.length > 0) out += closing.pop()
    else if (char === '|' && closing.length > 0) out += '|'
    else if (char === '{') {
      out += '(?:'
      closing.push('}')
    } else if (char === '}' && closing.at(-1) === '}') {
      closing.pop()
      out += ')'
    } else if (char === ',' && closing.at(-1) === '}') out += '|'
    else if (char === '*' && next === '*') {
      const folders = glob[i + 2] === '/'
      out += folders ? '(?:.*/)?' : '.*'
      i += folders ? 2 : 1
    } else if (char === '*') out += '[^/]*'
    else if (char === '?') out += '[^/]'
    else if (char === '[') {
      const end = glob.indexOf(']', i)
      out += end < 0 ? '\\[' : glob.slice(i, end + 1).replace('[!', '[^')
      if (end >= 0) i = end
    } else out += /[.+^$()|\\/{}\]]/.test(char) ? `\\${char}` : char
  }
  return out
}
