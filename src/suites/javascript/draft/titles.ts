/** A long title of a refusal in fewer words: `a name that is longer than 120 characters` → `a name longer than 120 characters`. */
export function shortTitle(title: string): string {
  const [, start, noun, told] = /^(.* )?an? (\S.*?) that is (.+)$/.exec(title) ?? []
  if (noun === undefined || told === undefined) return title
  const before = start ?? ''
  if (told === 'missing') return `${before}a missing ${noun}`
  if (told === 'empty') return `${before}an empty ${noun}`
  const kind = told.replace(/ instead of .*$/, '')
  if (kind !== told) return `${before}${kind} as ${noun}`
  return /^(longer|shorter|less|more|not|none|no|out|taken) ?/.test(told) && told !== 'taken'
    ? `${before}${article(noun)} ${noun} ${told.replace(/^(no|none) /, 'that is $1 ')}`
    : title
}

const article = (noun: string) => (/^[aeiou]/i.test(noun) && !/^(uni|use|eu)/i.test(noun) ? 'an' : 'a')

/** `refuses a missing title`, `refuses an empty title` → `refuses %s` and the labels. */
export function splitTitles(titles: string[]): { pattern: string; labels: string[] } {
  const words = titles.map((title) => title.split(' '))
  const shortest = Math.min(...words.map((list) => list.length)) - 1
  let shared = 0
  while (shared < shortest && words.every((list) => list[shared] === words[0]?.[shared])) shared += 1
  const prefix = words[0]?.slice(0, shared).join(' ').replaceAll('%', '%%')
  return {
    pattern: prefix ? `${prefix} %s` : '%s',
    labels: words.map((list) => list.slice(shared).join(' ')),
  }
}

/** Titles, shortened where they stay apart. */
export function shortTitles(titles: string[]): string[] {
  const short = titles.map(shortTitle)
  return titles.map((title, index) =>
    short.filter((one) => one === short[index]).length > 1 ? title : (short[index] as string),
  )
}
