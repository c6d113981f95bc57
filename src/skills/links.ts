/** Targets of the relative links in a Markdown text, in order, each once; code and external links left out. */
export function relativeLinks(markdown: string): string[] {
  const prose = markdown.replace(/^(```|~~~)[\s\S]*?^\1/gm, '').replace(/`[^`\n]*`(?!\])/g, '')
  const targets = [...prose.matchAll(/\[[^\]]*\]\(\s*<?([^)\s>]+)>?[^)]*\)/g)].map((match) => match[1] as string)
  const local = targets.filter((target) => !/^([a-z][a-z0-9+.-]*:|#|\/\/)/i.test(target))
  return [...new Set(local.map((target) => decodeURI(target.replace(/#.*$/, '')).replace(/^\.\//, '')))]
}
