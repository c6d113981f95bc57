const cache = new Map<string, RegExp>()

/** Whether a relative path with forward slashes matches a glob of `**`, `*`, `?` and `{a,b}`. Dot files match like any other. */
export function matchesGlob(path: string, glob: string): boolean {
  let pattern = cache.get(glob)
  if (!pattern) {
    pattern = new RegExp(`^${translate(glob)}$`, 'u')
    cache.set(glob, pattern)
  }
  return pattern.test(path)
}

function translate(glob: string): string {
  let out = ''
  let depth = 0
  for (let at = 0; at < glob.length; at++) {
    const c = glob[at] ?? ''
    if (glob.startsWith('**/', at) && (at === 0 || glob[at - 1] === '/')) {
      out += '(?:[^/]+/)*'
      at += 2
    } else if (glob.startsWith('**', at)) {
      out += '.*'
      at += 1
    } else if (c === '*') out += '[^/]*'
    else if (c === '?') out += '[^/]'
    else if (c === '{') {
      out += '(?:'
      depth++
    } else if (c === '}' && depth > 0) {
      out += ')'
      depth--
    } else if (c === ',' && depth > 0) out += '|'
    else out += c.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
  }
  return out
}
